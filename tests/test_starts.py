"""What the quick start of Heracles does is what the plain one does: output, exit code and files, byte for byte."""

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from clusters.slurm import happens
from starts.warm import PLAIN, heracles_command
from support import PACKAGE

SCRIPT = '#!/bin/bash\nread -r line; echo "$line"; [ "$1" != a=2 ] || exit 3; echo "$PWD" "$(umask)" "$@"\n'
COMMANDS = {
    "preview": ("job.sh a=1,2 'b=é,x'", "nosuch.sh a=1", "job.sh a=1,,", "", "--help", "--version", "--nosuch"),
    "preview_array": ("job.sh -a a=1,2",),
    "print": ("--print=jsonl a=1,2", "job.sh --print=commands a=1,2", "job.sh --print=ir a=1,2"),
    "write": ("job.sh -w a=1,2", "job.sh -a -w a=1,2"),
    "run": ("job.sh --keep-going -r=bash a=1,2,3", "job.sh -r=./nosuch a=4"),
    "status": ("job.sh -s", "job.sh -s --json"),
    "retry": ("job.sh --retry", "job.sh --retry=done"),
    "logs": ("job.sh --logs 0", "job.sh --logs 9"),
    "cancel": ("job.sh --cancel",),
    "delete": ("job.sh -d", "job.sh -d"),
    "completion": ("--completion bash",),
}
"""Command lines by the module that performs them, one after another in one folder."""


def performed(start: list[str], folder: Path) -> list[object]:
    """Return what each command line printed and how it ended, and then the files with their modes."""
    folder.mkdir()
    (folder / "job.sh").write_text(SCRIPT)
    (folder / "stdin").write_text("a line of the input\n")
    found: list[object] = []
    for line in itertools.chain(*COMMANDS.values()):
        with (folder / "stdin").open() as text:
            result = subprocess.run(
                ["bash", "-c", f'umask 027; "$@" {line}', "_", *start],
                cwd=folder,
                env={**os.environ, "COLUMNS": "70", "ROW": "x\ny"},
                stdin=text,
                capture_output=True,
                check=False,
            )
        output = re.sub(rb"process \d+ *", b"process NUMBER", re.sub(rb"\bjob +log", b"job log", result.stdout))
        found.append((line, result.returncode, output, result.stderr))
        files = {path.name: (path.stat().st_mode, path.stat().st_size) for path in folder.iterdir() if path.is_file()}
        found.append({name: state[:1] if name.endswith(".jsonl") else state for name, state in files.items()})
    return found


def test_every_command_is_compared() -> None:
    assert COMMANDS.keys() == {path.stem for path in (PACKAGE / "cli" / "commands").glob("[a-z]*.py")}


def test_both_starts_do_the_same(tmp_path: Path) -> None:
    place = tmp_path / "here"
    plainly = performed(PLAIN, place)
    shutil.rmtree(place)
    quickly = performed(heracles_command(), place)
    for plain, quick in zip(plainly, quickly, strict=True):
        assert quick == plain


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "utf-16"}, {"PYTHONOPTIMIZE": "2"}, {"LC_ALL": "C"}],
)
def test_settings_of_python_hold(tmp_path: Path, variables: dict[str, str]) -> None:
    (tmp_path / "job.sh").write_text(SCRIPT)
    results = [
        subprocess.run(
            [*start, "job.sh", "a=é,ü"],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            check=False,
        )
        for start in (PLAIN, heracles_command())
    ]
    assert (results[1].returncode, results[1].stdout, results[1].stderr) == (
        results[0].returncode,
        results[0].stdout,
        results[0].stderr,
    )


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "job.sh").write_text(SCRIPT)
    command = ["bash", "-c", 'mkdir gone; cd gone; rmdir ../gone; "$@" ../job.sh -w a=1 2>&1', "_"]
    found = [
        subprocess.run([*command, *start], cwd=tmp_path, capture_output=True, check=False)
        for start in (PLAIN, heracles_command())
    ]
    assert (found[1].returncode, found[1].stdout) == (found[0].returncode, found[0].stdout)
    assert b"the current folder does not exist any more" in found[0].stdout


def test_nothing_of_an_earlier_start_is_left(tmp_path: Path) -> None:
    (tmp_path / "job.sh").write_text('#!/bin/bash\necho "${FIRST-none}" "$@"\n')

    def ran(**variables: str) -> str:
        command = [*heracles_command(), "job.sh", "-q", "--resubmit-all", "-r=bash", "a=1"]
        environment = {**os.environ, **variables}
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    assert [ran(FIRST="set"), ran()] == ["set a=1\n", "none a=1\n"]


def test_a_start_is_killed_with_its_client(tmp_path: Path) -> None:
    (tmp_path / "job.sh").write_text('#!/bin/bash\necho "$PPID" > part; mv part parent; sleep 600; : "$@"\n')
    command = [*heracles_command(), "job.sh", "-q", "-r=bash", "a=1"]
    with subprocess.Popen(command, cwd=tmp_path) as client:
        assert happens((tmp_path / "parent").exists)
        client.kill()
    heracles = Path("/proc", (tmp_path / "parent").read_text().strip())
    assert happens(lambda: not heracles.exists())
