"""Where the output goes: closed, full, of another encoding, and to nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import Heracles


def test_a_closed_pipe_is_quiet(script: Path) -> None:
    command = f"{sys.executable} -m heracles job.sh a=range\\(100\\) | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("options", "output", "code"),
    [("-r=bash", "2>&1 | true", 0), ("-r=bash -j 2", "2> >(true)", 0), ("-r=false --keep-going", "2> /dev/full", 1)],
)
def test_the_work_goes_on_whoever_listens(
    script: Path, heracles: Heracles, options: str, output: str, code: int
) -> None:
    # The repeated value brings a warning before anything is written.
    command = f"{sys.executable} -m heracles job.sh {options} a=1,1,2 {output}; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (code, "")
    counts = json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"]
    assert counts == {"failed" if code else "done": 3}


def test_a_terminal_that_is_gone_is_no_reason_to_stop(script: Path, heracles: Heracles) -> None:
    """Nobody is told that it was closed, as under `nohup`."""
    reading, writing = os.openpty()
    command = ["bash", "-c", f"trap '' HUP; exec {sys.executable} -m heracles job.sh -r=bash a=1,1,2"]
    with subprocess.Popen(command, cwd=script.parent, stdout=writing, stderr=writing) as process:
        os.close(writing)
        os.close(reading)
    assert process.returncode == 0
    assert json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"] == {"done": 3}


@pytest.mark.parametrize(("output", "code"), [(">&-", 0), ("> /dev/full", 1), ("2>&-", 0)])
def test_odd_outputs(script: Path, output: str, code: int) -> None:
    command = f"{sys.executable} -m heracles job.sh a=1,2 {output}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=False)
    expected = "Error: cannot write to standard output: No space left on device\n" if code else ""
    assert (result.returncode, result.stderr) == (code, expected)


def test_an_output_of_another_encoding(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-w", "a=1,2,3", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 3 scripts: job_hydra0.sh \\u2026 job_hydra2.sh\n"
    assert script.with_name("job_hydra1.sh").exists()


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "arguments",
    ["a=1,2", "--print=jsonl a=1", "--print=ir a=1", "-s", "-s --json", "--help", "--version", "-d", "--cancel"],
)
def test_closed_streams(script: Path, heracles: Heracles, closed: str, arguments: str) -> None:
    assert heracles("job.sh", "-q", "-r=true", "a=1").returncode == 0
    command = f"{sys.executable} -m heracles job.sh {arguments} {closed}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_closed_stream_is_not_taken_by_another_file(script: Path) -> None:
    script.write_text('#!/bin/bash\necho "$1"\n')
    command = f"{sys.executable} -m heracles job.sh -q -r=bash a=1,2 <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], cwd=script.parent, check=False).returncode == 0
    journal = script.with_name("job_hydra.jsonl").read_text()
    assert "a=1\n" not in journal
    assert all(line.startswith("{") for line in journal.splitlines())


INTERRUPTING = """
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
runpy.run_module("heracles", run_name="__main__")
"""


@pytest.mark.parametrize(
    "module", ["click.core", "lark.lexer", "heracles.ir", "heracles.cli.main", "heracles.cli.commands.preview"]
)
def test_an_interrupt_of_the_start_shows_no_traceback(script: Path, module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTING.replace("MODULE", repr(module)), "job.sh", "a=1"]
    result = subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "Interrupted\n")
