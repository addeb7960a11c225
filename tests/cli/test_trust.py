"""What others put beside a script is not run, not followed, not waited for and not deleted."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clusters.slurm import PATIENCE, happens
from support import Heracles

SWEEP = ("lr=1,2",)
LOCAL = ("-r=./planted",)


@pytest.fixture
def planted(script: Path, heracles: Heracles) -> Path:
    """A folder as it is cloned, with a journal that names a program in it."""
    script.write_text('#!/bin/bash\n: "$@"; exit 1\n')
    program = script.with_name("planted")
    program.write_text('#!/bin/bash\ntouch ran\nbash "${@: -1}"\n')
    program.chmod(0o755)
    assert heracles("job.sh", "-r=./planted", "--keep-going", *SWEEP).returncode == 1
    assert heracles("job.sh", "-a", "-r=./planted sbatch", "x=1,2").returncode
    script.with_name("ran").unlink()
    journal = script.with_name("job_hydra.jsonl")
    shutil.copy(journal, script.with_name("copy"))
    script.with_name("copy").rename(journal)
    return script.with_name("ran")


ACTIONS = [("-s",), ("-s", *SWEEP), ("--cancel",), ("--retry",), ("--retry", *SWEEP), ("--logs", "0"), ("-d",)]


@pytest.mark.parametrize("action", ACTIONS, ids=" ".join)
def test_a_command_in_a_journal_that_was_cloned_is_not_run(
    planted: Path, heracles: Heracles, action: tuple[str, ...]
) -> None:
    result = heracles("job.sh", "--timeout=1", *action)
    assert not planted.exists()
    assert "Traceback" not in result.stderr
    assert "job_hydra.jsonl was not written by you in this place: the command in it, ./planted" in result.stderr


@pytest.mark.usefixtures("stand_ins")
def test_options_in_a_journal_that_was_cloned_are_not_used(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\n#SBATCH --time=1\n: "$@"\n')
    first = heracles("job.sh", "-r=sbatch", "--with", "lr=1: --mem=7", *SWEEP)
    assert (first.returncode, first.stderr) == (0, "")
    journal = script.with_name("job_hydra.jsonl")
    shutil.copy(journal, script.with_name("copy"))
    script.with_name("copy").rename(journal)
    result = heracles("job.sh", "--retry=unknown")
    assert "the command in it, sbatch --mem=7, is not run" in result.stderr
    assert script.with_name("calls").read_text().count("--mem=7") == 1


def test_a_command_that_is_given_again_is_run(planted: Path, heracles: Heracles) -> None:
    heracles("job.sh", "--retry", "-r=./planted", *SWEEP)
    assert planted.exists()


def test_no_process_of_a_journal_that_was_cloned_is_stopped(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\n: "$@"; touch begun; sleep 600\n')
    command = [sys.executable, "-m", "heracles", "job.sh", "-r=bash", *SWEEP]
    with subprocess.Popen(command, cwd=script.parent, stdout=-3, stderr=-3) as process:
        assert happens(script.with_name("begun").exists)
        journal = script.with_name("job_hydra.jsonl")
        journal.rename(script.with_name("other"))
        shutil.copy(script.with_name("other"), journal)
        heracles("job.sh", "--cancel")
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)


def test_a_link_in_the_place_of_the_exit_records_is_not_followed(script: Path, heracles: Heracles) -> None:
    thesis = script.parent / "thesis"
    thesis.mkdir()
    (thesis / "chapter").write_text("text")
    script.with_name("job_hydra.exits").symlink_to("thesis")
    result = heracles("job.sh", "-a", "-w", *SWEEP)
    assert result.returncode == 2
    assert result.stderr.endswith("job_hydra.exits: it is a symbolic link\n")
    heracles("job.sh", "-d")
    heracles("job.sh", "-d", "--force")
    assert [path.name for path in thesis.iterdir()] == ["chapter"]


def test_what_others_put_among_the_exit_records_stays(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-a", "-w", *SWEEP)
    folder = script.with_name("job_hydra.exits")
    (folder / "n1").write_text("0123456789abcdef 7 0 70 0 start 1700000000\n")
    (folder / "notes").write_text("mine\n")
    assert heracles("job.sh", "-d").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["notes"]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("job.sh")], ids=["FIFO", "link"])
@pytest.mark.parametrize("name", ["job_hydra0.out", "job_hydra.jsonl", "job_hydra.exits/n1"])
def test_nothing_is_followed_or_waited_for(script: Path, heracles: Heracles, name: str, make: object) -> None:
    content = script.read_bytes()
    if "exits" in name:
        heracles("job.sh", "-a", "-w", *SWEEP)
    make(script.parent / name)  # type: ignore[operator]
    for arguments in (("-r=bash", "-j2", *SWEEP), ("-s",), ("--cancel",)):
        result = heracles("job.sh", *arguments, timeout=PATIENCE)
        assert "Traceback" not in result.stderr
    assert "it is " in result.stderr or "not a plain file" in result.stderr or name.endswith(".out")
    assert script.read_bytes() == content


def test_what_a_kill_left_is_deleted(script: Path, heracles: Heracles) -> None:
    for sweep in ("lr=1,2", "lr=3,4"):
        heracles("job.sh", "-w", sweep)
    tracer = (
        "import os, sys; os.replace = lambda *_: os.kill(os.getpid(), 9); "
        "from heracles.cli.main import main; main(['job.sh', '-w', 'lr=5,6'])"
    )
    subprocess.run([sys.executable, "-c", tracer], cwd=script.parent, check=False, capture_output=True)
    (left,) = [path.name for path in script.parent.iterdir() if path.name.startswith(".heracles-")]
    script.with_name(".heracles-mine.tmp").touch()
    assert heracles("job.sh", "-w", "lr=5,6").returncode == 0
    assert not script.with_name(left).exists()
    subprocess.run([sys.executable, "-c", tracer.replace("5,6", "7,8")], cwd=script.parent, check=False)
    assert script.with_name(left).exists()
    assert heracles("job.sh", "-d").returncode == 0
    assert [path.name for path in script.parent.iterdir() if path.name.startswith(".")] == [".heracles-mine.tmp"]
