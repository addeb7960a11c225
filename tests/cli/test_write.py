"""Writing the scripts of a sweep, as a user calls it."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cli.probe import SIX, files, on_a_terminal, seen, wait_for
from support import Heracles, small_disk

import heracles as package


def test_write_makes_one_script_per_run(script: Path, heracles: Heracles) -> None:
    script.chmod(0o750)
    result = heracles("job.sh", "-w", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 6 scripts: job_hydra0.sh … job_hydra5.sh\n"
    assert files(script.parent) == {"job.sh", "job_hydra.jsonl", *(f"job_hydra{i}.sh" for i in range(6))}
    mother = script.read_text().removesuffix("\n")
    for i, run in enumerate(package.parse(SIX)):
        path = script.with_name(f"job_hydra{i}.sh")
        assert path.read_text() == f"{mother} {' '.join(run)}\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o750


@pytest.mark.parametrize("mode", [0o644, 0o777, 0o500])
@pytest.mark.parametrize("umask", ["022", "077"])
def test_the_mode_is_the_scripts_own(script: Path, mode: int, umask: str) -> None:
    script.chmod(mode)
    command = f'umask {umask}; exec "$@"'
    arguments = ["bash", "-c", command, "_", sys.executable, "-m", "heracles", str(script), "-w", "a=1"]
    for _ in range(2):
        assert subprocess.run(arguments, check=False, stdout=subprocess.DEVNULL).returncode == 0
        assert stat.S_IMODE(script.with_name("job_hydra0.sh").stat().st_mode) == mode


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("job", "job_hydra0"),
        ("a.b.sh", "a.b_hydra0.sh"),
        ("my job.sh", "my job_hydra0.sh"),
        ("sub dir/job.sh", "sub dir/job_hydra0.sh"),
        ("-x.sh", "-x_hydra0.sh"),
        ("jöb.sh", "jöb_hydra0.sh"),
    ],
)
def test_script_names(script: Path, heracles: Heracles, name: str, first: str) -> None:
    path = script.with_name(name) if "/" not in name else script.parent / name
    path.parent.mkdir(exist_ok=True)
    script.rename(path)
    result = heracles("-r=bash", "-q", "--", name, "a=1,2")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (script.parent / first).exists()
    assert seen(script.parent) == [("--fixed", "a=1"), ("--fixed", "a=2")]
    assert heracles("-d", "-q", "--", name).returncode == 0
    assert not (script.parent / first).exists()


def test_a_smaller_sweep_says_what_an_earlier_one_left(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=range(4)")
    assert heracles("job.sh", "-w", "a=x").stdout == (
        "Wrote 1 script: job_hydra0.sh\n"
        "From an earlier sweep there are still 3 scripts: job_hydra1.sh … job_hydra3.sh\n"
    )
    assert script.with_name("job_hydra0.sh").read_text().endswith("a=x\n")


def test_foreign_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    foreign = script.with_name("job_hydra1.sh")
    foreign.write_text("mine")
    message = "Error: job_hydra1.sh was not written by Heracles: move it away, or use --force to lose its content\n"
    for arguments in (["-w", "a=1,2"], ["-d", "a=1,2"], ["-r=bash", "a=1,2"]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", message)
        assert files(script.parent) == {"job.sh", "job_hydra1.sh"}
    assert heracles("job.sh", "-w", "a=1").returncode == 0
    assert heracles("job.sh", "-d").stdout == "Deleted 1 script: job_hydra0.sh\nDeleted the journal: job_hydra.jsonl\n"
    assert foreign.read_text() == "mine"
    assert heracles("job.sh", "-w", "--force", "a=1,2").returncode == 0
    assert foreign.read_text().endswith("a=2\n")
    foreign.write_text("mine")
    assert heracles("job.sh", "-d", "--force", "a=1,2").returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_edited_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2,3")
    for i in (1, 2):
        with script.with_name(f"job_hydra{i}.sh").open("a") as file:
            file.write("# edited\n")
    for arguments in (["-w", "a=1,2,3"], ["-d"], ["-d", "a=1,2,3"]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            "Error: job_hydra1.sh and 1 more like it was changed since Heracles wrote it:"
            " move it away, or use --force to lose its content\n"
        )
    assert heracles("job.sh", "-d", "--force").returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_without_its_journal_heracles_knows_what_it_would_write(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2")
    script.with_name("job_hydra.jsonl").unlink()
    assert heracles("job.sh", "-w", "a=1,2").returncode == 0
    script.with_name("job_hydra.jsonl").unlink()
    assert heracles("job.sh", "-w", "a=1,3").returncode == 2
    assert heracles("job.sh", "-d").stdout == "There is nothing to delete\n"
    assert heracles("job.sh", "-d", "a=1,2").returncode == 0
    assert files(script.parent) == {"job.sh"}


@pytest.mark.parametrize("what", ["directory", "link", "dangling link"])
def test_things_that_are_no_plain_files(script: Path, heracles: Heracles, what: str) -> None:
    path = script.with_name("job_hydra0.sh")
    target = script.with_name("target")
    if what == "directory":
        path.mkdir()
    else:
        path.symlink_to(target)
        if what == "link":
            target.write_text("precious")
    result = heracles("job.sh", "-w", "a=1")
    assert result.returncode == 2
    assert "job_hydra0.sh" in result.stderr
    assert heracles("job.sh", "-w", "--force", "a=1").returncode == (2 if what == "directory" else 0)
    if what == "link":
        assert target.read_text() == "precious"
        assert not path.is_symlink()


def test_many_files_need_a_yes(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-w", "a=range(1000)", "b=range(101)")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "Error: this would write 101,000 files: add --yes if that is what you want\n"
    assert files(script.parent) == {"job.sh"}


def test_the_limit_of_files_is_exact(script: Path) -> None:
    code = (
        "import sys, heracles.cli.main as c, heracles.cli.commands.write as w\n"
        "assert w._MOST_FILES == 100_000\nw._MOST_FILES = 3\nc.main(sys.argv[1:])"
    )
    for arguments, exit_code in ((["a=1,2,3"], 0), (["a=1,2,3,4"], 2), (["--yes", "a=1,2,3,4"], 0)):
        command = [sys.executable, "-c", code, "job.sh", "-wq", *arguments]
        assert subprocess.run(command, cwd=script.parent, check=False).returncode == exit_code
        assert script.with_name("job_hydra3.sh").exists() == ("--yes" in arguments)


def test_a_full_disk_leaves_no_torn_file(script: Path, heracles: Heracles) -> None:
    with small_disk(script.parent / "disk", "size=64k") as disk:
        (disk / "job.sh").write_text("#!/bin/bash\n" + "# padding\n" * 700 + "echo\n")
        result = heracles("disk/job.sh", "-w", "a=range(40)")
        whole = {path.name for path in disk.glob("job_hydra*.sh")}
        assert result.returncode == 2
        assert result.stderr == (
            f"Error: cannot write disk/job_hydra{len(whole)}.sh: No space left on device;"
            f" scripts written: {len(whole)} of 40\n"
        )
        assert 0 < len(whole) < 40
        for path in disk.glob("job_hydra*.sh"):
            assert path.read_text().endswith(f"echo a={path.name[9:-3]}\n")
        assert heracles("disk/job.sh", "-d").returncode == 0
        assert {path.name for path in disk.iterdir()} == {"job.sh"}


def test_an_interrupt_of_the_writing_leaves_whole_files(script: Path, heracles: Heracles) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", "job.sh", "-w", "a=range(90000)"],
        cwd=script.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(script.parent / "job_hydra500.sh")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    written = list(script.parent.glob("job_hydra*.sh"))
    assert process.returncode == 130
    assert errors == f"Interrupted: scripts written: {len(written):,} of 90,000\n"
    mother = script.read_text().removesuffix("\n")
    assert all(path.read_text() == f"{mother} a={path.name[9:-3]}\n" for path in written)
    assert heracles("job.sh", "-d", "-q").returncode == 0
    assert files(script.parent) == {"job.sh"}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_what_a_kill_leaves_can_be_written_and_removed(
    script: Path, heracles: Heracles, number: signal.Signals
) -> None:
    arguments = [sys.executable, "-m", "heracles", "job.sh", "-wq", "a=range(50000)"]
    process = subprocess.Popen(arguments, cwd=script.parent, stderr=subprocess.DEVNULL)
    wait_for(script.parent / "job_hydra300.sh")
    process.send_signal(number)
    process.wait()
    script.with_name("job_hydra7.sh").write_bytes(b"")
    result = heracles("job.sh", "-w", "a=range(9)", "-q")
    assert (result.returncode, result.stderr) == (0, "")
    result = heracles("job.sh", "-d", "-q")
    assert (result.returncode, result.stderr) == (0, "")
    assert files(script.parent) == {"job.sh"}


def test_a_mother_script_that_bash_cannot_read_is_warned_of(script: Path, heracles: Heracles) -> None:
    script.write_text("#!/bin/bash\nif true; then\n./probe\n")
    result = heracles("job.sh", "-w", "a=1")
    assert result.returncode == 0
    assert result.stderr.startswith("Warning: bash -n reports an error in job.sh: ")


def test_another_locale_gives_the_same_bytes(script: Path, heracles: Heracles) -> None:
    written = []
    for locale in ("C", "C.UTF-8", "POSIX"):
        environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        result = heracles("job.sh", "-w", "a='é',ü", "b='\udcff'", env=environment)
        assert (result.returncode, result.stderr) == (0, "")
        written.append([script.with_name(f"job_hydra{i}.sh").read_bytes() for i in range(2)])
    assert written[0] == written[1] == written[2]
    assert written[0][0].endswith(" \"a='é'\" \"b='".encode() + b"\xff'\"\n")


@pytest.mark.parametrize("option", ["-n", "--noop", "--write"])
def test_other_spellings_of_write(script: Path, heracles: Heracles, option: str) -> None:
    assert heracles("job.sh", option, "-q", "a=1").returncode == 0
    assert script.with_name("job_hydra0.sh").exists()
    assert heracles("job.sh", {"-n": "-c", "--noop": "--clear", "--write": "--delete"}[option]).returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_a_progress_bar_is_shown_on_a_terminal_only(script: Path, heracles: Heracles) -> None:
    assert "100%" in on_a_terminal(["job.sh", "-r=true", "a=range(200)"], script.parent)
    assert "%" not in on_a_terminal(["job.sh", "-r=true", "a=1"], script.parent)
    result = heracles("job.sh", "-r=true", "a=range(200)")
    assert "%" not in result.stdout + result.stderr
