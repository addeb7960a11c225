"""Printing a sweep for other programs."""

import csv
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support import Heracles, need

import heracles as package
from heracles.backends.exports import FORMATS


def test_no_script_is_needed(heracles: Heracles) -> None:
    sweep = package.parse(["lr=0.1,1", "~x"], seed=5)
    assert heracles("--print=ir", "--seed=5", "lr=0.1,1", "~x").stdout == f"{sweep.to_json()}\n"
    assert heracles("--print", "commands", "lr=0.1,1", "~x").stdout == "lr=0.1 '~x'\nlr=1 '~x'\n"
    assert heracles("--print=jsonl", "~x", "lr=1").stdout == '{"run":0,"overrides":["~x","lr=1"]}\n'
    assert heracles("--print=tsv", "--", "--lr=1,2").stdout == "run\t--lr\n0\t1\n1\t2\n"


@pytest.mark.usefixtures("script")
def test_a_script_may_be_there(heracles: Heracles) -> None:
    assert heracles("job.sh", "--print=commands", "a=1").stdout == "a=1\n"
    assert heracles("job.sh", "--ir", "a=1").stdout == f"{package.parse(['a=1']).to_json()}\n"


def test_a_file_is_the_script_whatever_its_name(script: Path, heracles: Heracles) -> None:
    script.rename(script.with_name("a=b.sh"))
    assert heracles("--print=commands", "a=b.sh", "lr=1,2").stdout == "lr=1\nlr=2\n"
    script.with_name("lr=1").mkdir()  # as a program of Hydra's makes it
    assert heracles("--print=commands", "lr=1").stdout == "lr=1\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--ir", "-w", "a=1"], "-w and --ir cannot be combined"),
        (["--print=tsv", "-r=bash", "a=1"], "-r and --print cannot be combined"),
        (["--print=tsv", "--ir", "a=1"], "--print and --ir cannot be combined"),
        (["--print=tsv", "-a", "a=1"], "--print and -a cannot be combined"),
        (["--ir", "nofile.sh", "a=1"], "no such script: nofile.sh"),
        (["--print=tsv", ".", "a=1"], ". is a directory: the first argument is the job script"),
        (["--print=tsv"], "no job script given: write SCRIPT first, then the sweep"),
        (["--print=jsonl", "job.sh"], "no sweep given: write overrides after the script, such as lr=0.1,0.01"),
        (["--print=csv", "a=1"], "Invalid value for --print: 'csv' is none of jsonl, commands, tsv, ir"),
    ],
)
@pytest.mark.usefixtures("script")
def test_bad_input(heracles: Heracles, arguments: list[str], error: str) -> None:
    result = heracles(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: {error}\n")


MILLION = ["a=range(1000)", "b=range(1000)"]


def printing(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "heracles", *arguments]


@pytest.mark.parametrize("name", FORMATS)
def test_a_million_runs_take_no_more_memory_than_ten(name: str) -> None:
    def peak(overrides: list[str]) -> int:
        code = (
            "import os, resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = [sys.executable, "-c", code, *printing("--print", name, *overrides)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert peak(MILLION) < peak(["a=range(10)", "b=1"]) + 2000  # kilobytes


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{shlex.join(printing('--print=jsonl', *MILLION))} | head -n 2; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert result.stdout == '{"run":0,"overrides":["a=0","b=0"]}\n{"run":1,"overrides":["a=0","b=1"]}\n0\n'


def test_a_full_disk_is_said() -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            printing("--print=jsonl", *MILLION), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (
        1,
        "Error: cannot write to standard output: No space left on device\n",
    )


@pytest.fixture
def probe(tmp_path: Path) -> str:
    path = tmp_path / "probe"
    path.write_text(f"#!{sys.executable} -IS\nimport sys\nprint(ascii(sys.argv[1:]))\n")
    path.chmod(0o755)
    return str(path)


HOSTILE = ["a=1,2", 'b="it\'s $HOME",\'x  "y" `z`\',c\\,d', "~e"]


def test_xargs_and_parallel_read_the_commands(probe: str) -> None:
    need("xargs", "GNU parallel")
    expected = [ascii(list(run)) for run in package.parse(HOSTILE)]
    shown = subprocess.run(printing("--print=commands", *HOSTILE), capture_output=True, check=True).stdout
    for command in (["xargs", "-L", "1", probe], ["parallel", "-k", shlex.quote(probe), "{=uq=}"]):
        result = subprocess.run(command, input=shown, capture_output=True, check=True)
        assert result.stdout.decode().splitlines() == expected


def test_a_spreadsheet_reads_the_table() -> None:
    shown = subprocess.run(printing("--print=tsv", *HOSTILE), capture_output=True, text=True, check=True).stdout
    rows = list(csv.DictReader(shown.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [(row["run"], row["a"], row["~e"]) for row in rows] == [(str(i), "12"[i // 3], "") for i in range(6)]
