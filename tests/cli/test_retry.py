"""Running again what ended badly."""

import re
from pathlib import Path

import pytest
from cli.probe import calls
from support import Heracles

FAILING = '#!/bin/bash\nset -e\n[ "$1" != a=2 ] || [ -e fixed ] || exit 3\necho "ran $*"\n'


@pytest.fixture
def failed(script: Path, heracles: Heracles) -> Path:
    """Return a script of whose runs the one with a=2 has failed."""
    script.write_text(FAILING)
    assert heracles("job.sh", "-r=bash", "--keep-going", "a=1,2,3").returncode == 1
    return script


def test_what_failed_runs_again(failed: Path, heracles: Heracles) -> None:
    failed.with_name("fixed").touch()
    result = heracles("job.sh", "--retry")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "Running again 1 run: 1 failed\nWrote 1 script: job_hydra1.sh\nran a=2\nRan 1 run with bash\n"
    )
    assert heracles("job.sh", "--retry").stdout == "There is nothing to run again: 3 done\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["job.sh", "--retry", "-q"],
        ["job.sh", "--retry", "--timeout", "5", "-q"],
        ["-q", "--retry", "job.sh"],
        ["job.sh", "-q", "--retry", "failed"],
        ["job.sh", "-q", "--retry", "failed,lost", "a=1,2,3"],
        ["job.sh", "-q", "--retry", "a=1,2,3"],
        ["job.sh", "-q", "-r=bash", "--retry"],
        ["job.sh", "-q", "--retry-with="],
    ],
)
def test_the_states_are_optional(failed: Path, heracles: Heracles, arguments: list[str]) -> None:
    failed.with_name("fixed").touch()
    result = heracles(*arguments)
    assert (result.returncode, result.stdout, result.stderr) == (0, "ran a=2\n", "")


def test_a_script_without_a_suffix_is_no_state(failed: Path, heracles: Heracles) -> None:
    failed.rename(failed.with_name("job"))
    failed.with_name("job_hydra.jsonl").rename(failed.with_name("job_hydra_.jsonl"))
    failed.with_name("fixed").touch()
    assert heracles("-q", "--retry", "job").stdout == "ran a=2\n"


def test_options_for_a_retry_without_a_scheduler_are_refused(failed: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "--retry-with=--time=1")
    assert (result.returncode, result.stderr) == (
        2,
        "Error: --retry-with has options for a submit command, and bash is none: leave it out\n",
    )
    assert not failed.with_name("calls").exists()


@pytest.mark.usefixtures("stand_ins")
def test_options_for_the_retry(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-q", "-r=sbatch --nice", "a=1,2").returncode == 0
    script.with_name("calls").unlink()
    with_words = ["--retry-with=--time=1 'a b'", "--retry=unknown"]
    for arguments in (with_words, ["--retry=unknown", "--retry-with", "--time=1"]):
        assert heracles("job.sh", "-q", *arguments).returncode == 0
    assert [re.sub(r" --(parsable|hold|open-mode=append|comment=\S+)", "", call) for call in calls(script.parent)] == [
        f"sbatch --nice {options} job_hydra{run}.sh" for options in ("--time=1 a b", "--time=1") for run in range(2)
    ]
    nothing = heracles("job.sh", "--retry-with=--time=2")
    assert nothing.stdout == "There is nothing to run again: 2 unknown. For these, write --retry=unknown\n"


def test_nothing_was_submitted(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "--retry").stderr == (
        "Error: nothing is known about job.sh: no sweep of it was written or submitted\n"
    )
    assert heracles("job.sh", "-w", "a=1").returncode == 0
    assert heracles("job.sh", "--retry").stdout == "There is nothing to run again: 1 not submitted\n"
    assert script.exists()
