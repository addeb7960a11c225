"""Usage: options that go together, bad input, help and version."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli.probe import SIX, files, seen
from support import Heracles

import heracles as package

pytestmark = pytest.mark.usefixtures("stand_ins")


def test_options_may_stand_anywhere(script: Path, heracles: Heracles) -> None:
    assert heracles("-q", "a=1", "-w", "b=2", cwd=script.parent).returncode == 2
    assert heracles("job.sh", "a=1", "-r", "bash", "b=2,3", "-q").returncode == 0
    assert seen(script.parent) == [("--fixed", "a=1", "b=2"), ("--fixed", "a=1", "b=3")]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.sh", "a=1"], "no such script: none.sh"),
        (["a=1", "b=2"], "no such script: a=1: the script comes first, then the overrides"),
        (["none.sh", "-d"], "no such script: none.sh"),
        ([".", "a=1"], ". is a directory: the first argument is the job script"),
        ([".", "-d"], ". is a directory: the first argument is the job script"),
        (["/dev/null", "a=1"], "/dev/null is not a plain file"),
        (
            ["job.sh", "-r=nosuch", "a=1"],
            "no program 'nosuch' is found: -r takes the command that runs a script, as in -r=sbatch or -r=bash",
        ),
        (
            ["job.sh", "-r=", "a=1"],
            "the command is empty: -r takes the command that runs a script, as in -r=sbatch or -r=bash",
        ),
        (["job.sh", "-r=bash 'x", "a=1"], "cannot read the command 'bash 'x': no closing quotation"),
        (
            ["job.sh", "a=range(5,5)"],
            "there is nothing to run: this has no values\n  a=range(5,5)\n    ^^^^^^^^^^",
        ),
        (
            ["job.sh", "a=1", "b='x"],
            "this quote is never closed: expected another ' at the end of the value\n  b='x\n    ^",
        ),
    ],
)
def test_bad_input(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    before = files(script.parent)
    for action in ([], ["-w"]) if "-d" not in arguments else ([],):
        result = heracles(*arguments[:1], *action, *arguments[1:])
        assert (result.returncode, result.stdout, result.stderr) == (2, "", f"Error: {error}\n")
    assert files(script.parent) == before


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "no job script given: write SCRIPT first, then the sweep"),
        (["job.sh"], "no sweep given: write overrides after the script, such as lr=0.1,0.01"),
        (["job.sh", "-w"], "no sweep given: write overrides after the script, such as lr=0.1,0.01"),
        (["job.sh", "-w", "-d", "a=1"], "-w and -d cannot be combined"),
        (["job.sh", "-d", "-r=bash", "a=1"], "-r and -d cannot be combined"),
        (["job.sh", "--seed=x", "a=1"], "Invalid value for --seed: 'x' is not a whole number"),
    ],
)
def test_bad_usage(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    result = heracles(*arguments, cwd=script.parent)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.split("\n\n")[-1] == f"Error: {error}\n"
    assert result.stderr.startswith("Usage: heracles SCRIPT [ACTION] [OPTIONS] [SWEEP...]\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--throttle=2"], "--throttle cannot be used without -a or --retry"),
        (["--pack=2"], "--pack cannot be used without -a or --retry"),
        (["--max-array=2"], "--max-array cannot be used without -a or --retry"),
        (["-a", "--parallel=2"], "-j cannot be used without -r, --retry or --pack"),
        (
            ["-a", "--scheduler=none", "--pack=2"],
            "--pack is about the tasks of a scheduler's job array: name one with --scheduler",
        ),
        (["-a", "--pack=0"], "Invalid value for --pack: '0' is not a whole number of 1 or more"),
        (
            ["-a", "--scheduler=slurmm"],
            "Invalid value for --scheduler: 'slurmm' is none of slurm, gridengine, pbs, lsf, none",
        ),
    ],
)
def test_bad_usage_of_array_options(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    result = heracles("job.sh", "-w", *arguments, *SIX)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: {error}\n")
    assert files(script.parent) == {"job.sh"}


def test_a_mistyped_option(heracles: Heracles) -> None:
    result = heracles("job.sh", "--pak=3", "a=1")
    assert result.returncode == 2
    assert result.stderr.endswith(
        "Error: no such option: --pak (did you mean --pack?). To sweep an option of your own program, write it after "
        "--, as in: -- --pak=1,2\n"
    )


def test_an_unreadable_script(script: Path) -> None:
    script.chmod(0)
    become_nobody = "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)"
    code = (
        "import os, heracles.cli.main\n"
        "try:\n    heracles.cli.main.main(['none.sh', 'a=1'])\nexcept SystemExit:\n    pass\n"  # all is loaded by now
        f"{become_nobody}\nheracles.cli.main.main(['job.sh', 'a=1'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=script.parent, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (
        2,
        "Error: no such script: none.sh\nError: cannot read job.sh: Permission denied\n",
    )


def test_help_and_version(heracles: Heracles) -> None:
    for option in ("--help", "-h"):
        result = heracles(option)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("Usage: heracles SCRIPT [ACTION] [OPTIONS] [SWEEP...]\n")
    assert heracles("--version").stdout == f"heracles, version {package.__version__}\n"
