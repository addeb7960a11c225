"""Completion: what can follow on a command line, and that the three shells show it."""

import os
import shlex
import subprocess
import time
from pathlib import Path

import pytest
from clusters.slurm import PATIENCE
from starts.warm import heracles_command
from support import Heracles, need

from heracles.cli.completion import script_for

APP = """import hydra
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "conf" / "model").mkdir(parents=True)
    (tmp_path / "conf" / "config.yaml").write_text(
        "defaults: [{model: cnn}, _self_]\nlr: 1\nopt: {name: adam, beta: 1}\n"
    )
    for name in ("cnn", "mlp", "mlp_large"):
        (tmp_path / "conf" / "model" / f"{name}.yaml").write_text("depth: 1\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "job.sh").write_text("python app.py\n")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "rows.csv").touch()
    return tmp_path


def completed(folder: Path, words: str, *, way: str = "zsh") -> list[str]:
    """Return what can follow on a line whose last word is not complete."""
    environment = {
        **os.environ,
        "_HERACLES_COMPLETE": f"{way}_complete",
        "COMP_WORDS": f"heracles {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    command = heracles_command()
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    return lines[1::3] if way == "zsh" else lines


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("jo", ["job.sh"]),
        ("con", ["conf/"]),
        ("job.sh --sta", ["--status"]),
        ("job.sh --hyd", ["--hydra-dirs"]),
        ("job.sh --retry fa", ["failed"]),
        ("job.sh --print j", ["jsonl"]),
        ("job.sh --print=j", ["--print=jsonl"]),
        ("job.sh --completion f", ["fish"]),
        ("job.sh --scheduler no", ["none"]),
        ("job.sh --logs ", []),
        ("job.sh op", ["opt.beta=", "opt.name="]),
        ("job.sh ", ["lr=", "model=", "model.depth=", "opt.beta=", "opt.name="]),
        ("job.sh -m lr=1 +mod", ["+model=", "+model.depth="]),
        ("job.sh model=m", ["model=mlp", "model=mlp_large"]),
        ("job.sh model=cnn,ml", ["model=cnn,mlp", "model=cnn,mlp_large"]),
        ("job.sh python app.py -m l", ["lr="]),
        ("job.sh nosuch=m", []),
        ("job.sh @", ["@conf/", "@rows.csv"]),
        ("job.sh --sweep no", ["no"]),
    ],
)
def test_what_can_follow(folder: Path, words: str, found: list[str]) -> None:
    assert sorted(completed(folder, words)) == sorted(found)


def test_the_runs_of_the_latest_sweep(folder: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-q", "-w", "--hydra-dirs=x", "lr=1,2,3").returncode == 0
    assert completed(folder, "job.sh --logs ") == ["0", "1", "2"]
    assert completed(folder, "j") == ["job.sh"]


def test_the_names_of_sweeps(folder: Path, heracles: Heracles) -> None:
    for name in ("wide", "narrow", "other"):
        assert heracles("job.sh", "-q", "-w", "--no-config", f"--name={name}", "lr=1,2").returncode == 0
    assert completed(folder, "job.sh --name ") == ["narrow", "other", "wide"]
    assert completed(folder, "job.sh --name=w") == ["--name=wide"]
    assert completed(folder, "job.sh --name wide --logs ") == ["0", "1"]
    assert completed(folder, "j") == ["job.sh"]
    (folder / "job_other.sh").write_text("python app.py\n")
    assert completed(folder, "job.sh --name o") == []


def test_bash_replaces_what_follows_the_equals_sign(folder: Path) -> None:
    assert completed(folder, "job.sh model = cnn,ml", way="bash") == ["plain,cnn,mlp", "plain,cnn,mlp_large"]


@pytest.mark.parametrize("option", ["--config-dir", "-cd", "--sweep", "--save"])
def test_bash_completes_paths_itself(option: str, folder: Path) -> None:
    lines = [
        script_for("bash"),
        "env() { echo started; }",
        "compopt() { echo $2; }",
        f"COMP_WORDS=(heracles job.sh {option} c) COMP_CWORD=3",
        "_heracles_completion heracles",
    ]
    shown = subprocess.run(["bash", "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=True)
    assert shown.stdout == ("default\n" if option.startswith("--s") else "dirnames\n")


def test_a_shell_that_is_unknown(folder: Path, heracles: Heracles) -> None:
    environment = {**os.environ, "_HERACLES_COMPLETE": "tcsh_complete"}
    assert heracles(cwd=folder, env=environment).returncode == 2


def typed(shell: list[str], lines: list[str], folder: Path) -> str:
    """Return what a shell on a terminal shows when lines are typed; the last is only completed, with Tabs."""
    import fcntl  # noqa: PLC0415 - not on all systems
    import pty  # noqa: PLC0415
    import termios  # noqa: PLC0415

    leader, follower = pty.openpty()
    program = folder / "bin" / "heracles"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.join(heracles_command())} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "dumb", "PS1": "$ "}
    process = subprocess.Popen(
        shell,
        cwd=folder,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no thread is ever started here
    )
    os.close(follower)
    for line in lines[:-1]:
        os.write(leader, f"{line}\n".encode())
    os.write(leader, b"echo rea''dy\n")
    shown = _until(leader, b"ready\r", b"")
    os.write(leader, lines[-1].encode() + b"\t")
    shown = _until(leader, b"=mlp", b"")
    process.kill()
    process.wait()
    os.close(leader)
    return shown.decode(errors="replace")


def _until(leader: int, wanted: bytes, shown: bytes) -> bytes:
    end = time.monotonic() + PATIENCE
    while wanted not in shown:
        assert time.monotonic() < end, shown
        shown += os.read(leader, 65536)
    return shown


SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ["source <(heracles --completion bash)"]),
    "zsh": (["zsh", "-f", "-i"], ["autoload -U compinit; compinit -u -D", "source <(heracles --completion zsh)"]),
    "fish": (["fish", "--no-config", "-i"], ["heracles --completion fish | source"]),
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_completes(folder: Path, name: str) -> None:
    need(*({name} - {"bash"}))
    shell, lines = SHELLS[name]
    (folder / "conf" / "model" / "cnn.yaml").rename(folder / "conf" / "model" / "other.yaml")
    (folder / "conf" / "model" / "mlp_large.yaml").unlink()
    assert "model=mlp" in typed(shell, [*lines, "heracles job.sh model=m"], folder)
