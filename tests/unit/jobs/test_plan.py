"""What a plan would write and call."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles.backends import array_script, run_script
from heracles.errors import HeraclesError, ScriptError
from heracles.ir import Subset
from heracles.jobs.job_array import JobArray, job_array
from heracles.jobs.plan import LocalCall, PlannedCall, ScriptPerRun
from heracles.language.source import Source
from heracles.schedulers.client import SubmitCall
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

SCRIPT = JobScript("x/job.sh", b"#!/bin/bash\n#SBATCH --time=1\npython main.py\n")
SWEEP = heracles.parse(["a=range(3)", "b=1,2"])
PARTS = st.lists(st.integers(0, SWEEP.size - 1), min_size=1, unique=True).map(sorted)
SLURM = SCHEDULERS["slurm"]


def test_a_script_for_each_run() -> None:
    plan = ScriptPerRun(SCRIPT, SWEEP, Source(("a=range(3)", "b=1,2")))
    assert (plan.is_array, plan.is_retry, plan.files, plan.items, plan.noun) == (False, False, 6, 6, "run")
    assert (plan.compilation.file, plan.last_file) == ("job_hydra0.sh", "job_hydra5.sh")
    assert plan.compilation.overrides == ("a=range(3)", "b=1,2")
    contents = dict(plan.contents())
    assert list(contents) == [f"job_hydra{run}.sh" for run in range(6)]
    for run, content in enumerate(contents.values()):
        assert content == run_script.content(SWEEP[run], SCRIPT) == plan.content_of(f"job_hydra{run}.sh")
    assert plan.content == contents["job_hydra0.sh"]


@given(PARTS)
def test_some_runs_keep_their_numbers(numbers: list[int]) -> None:
    plan = ScriptPerRun(SCRIPT, Subset(SWEEP, numbers), Source(), is_retry=True)
    names = [f"job_hydra{run}.sh" for run in numbers]
    assert [name for name, _ in plan.contents()] == names
    assert [plan.content_of(name) for name in names] == [content for _, content in plan.contents()]
    assert (plan.compilation.file, plan.last_file, plan.files) == (names[0], names[-1], len(names))
    present = [f"job_hydra{run}.sh" for run in reversed(range(8))]
    assert plan.names_among([*present, "job_hydra.sh", "other"]) == names
    assert plan.calls([range(plan.items)]) == [
        PlannedCall(item, item + 1, SubmitCall(f"x/{name}")) for item, name in enumerate(names)
    ]
    assert list(plan.local_calls([range(1, plan.items)])) == [
        LocalCall(item, SubmitCall(f"x/job_hydra{run}.sh"), f"x/job_hydra{run}.out")
        for item, run in enumerate(numbers)
        if item
    ]


def array(**options: int | bool) -> JobArray:
    return job_array(SCRIPT, SWEEP, Source(), SLURM, max_tasks=options.pop("max_tasks", 1000), **options)  # type: ignore[arg-type]


def test_one_script_for_all_runs() -> None:
    plan = array()
    assert (plan.is_array, plan.files, plan.items, plan.noun) == (True, 1, 6, "run")
    assert plan.compilation.file == plan.last_file == "job_hydra.sh"
    ((name, content),) = plan.contents()
    assert (name, content) == ("job_hydra.sh", array_script.content(SWEEP, plan.layout))
    assert plan.layout.key == plan.compilation.key
    assert plan.layout.records == str(Path("x/job_hydra.exits").resolve())
    assert plan.names_among(["job_hydra_retry.sh", "job_hydra.sh"]) == ["job_hydra.sh"]


def test_the_calls_of_an_array_cover_the_items_that_are_left() -> None:
    plan = array(max_tasks=2, pack=2)
    assert [(call.first, call.end) for call in plan.calls([range(6)])] == [(0, 4), (4, 6)]
    assert [(call.first, call.end) for call in plan.calls([range(2), range(4, 6)])] == [(0, 2), (4, 6)]
    (call,) = plan.calls([range(2, 6)])
    assert call == PlannedCall(2, 6, SubmitCall("x/job_hydra.sh", ("--array=0-1",), ("+1",)))
    with pytest.raises(HeraclesError, match="pack"):
        plan.calls([range(1, 6)])
    assert next(plan.local_calls([range(4, 5)])) == LocalCall(
        4, SubmitCall("x/job_hydra.sh", after=("4",)), "x/job_hydra4.out"
    )


def test_a_retry_is_said_and_not_guessed() -> None:
    retry = array(is_retry=True)
    assert retry.compilation.file == retry.layout.file == "job_hydra_retry.sh"
    assert b"bash job_hydra_retry.sh NUMBER" in retry.content
    part = job_array(SCRIPT, Subset(SWEEP, [1, 4]), Source(), SLURM, max_tasks=9)
    assert part.compilation.file == "job_hydra.sh"
    assert part.compilation.numbers == (range(1, 2), range(4, 5))


@pytest.mark.parametrize("option", ["throttle", "pack"])
def test_what_needs_a_scheduler(option: str) -> None:
    with pytest.raises(HeraclesError) as raised:
        job_array(SCRIPT, SWEEP, Source(), SCHEDULERS["none"], **{option: 2})  # type: ignore[arg-type]
    assert raised.value.message == (
        f"--{option} is about the tasks of a scheduler's job array: name one with --scheduler"
    )


def test_a_script_that_bash_cannot_read() -> None:
    assert ScriptPerRun(SCRIPT, SWEEP, Source()).check() == []
    broken = JobScript("job.sh", b'#!/bin/bash\nif true\npython main.py "$@"\n')
    (warning,) = ScriptPerRun(broken, SWEEP, Source()).check()
    assert warning.startswith("bash -n reports an error in job.sh: ")


def test_a_script_that_the_scheduler_would_reject() -> None:
    script = JobScript("job.sh", b"#SBATCH --time=1\npython main.py\n")
    with pytest.raises(ScriptError, match="#!/bin/bash"):
        job_array(script, SWEEP, Source(), SLURM, max_tasks=9).check()


def test_a_run_with_several_tasks() -> None:
    script = JobScript("job.sh", b"#!/bin/bash\n#SBATCH --array=1-3\npython main.py\n")
    plan = job_array(script, SWEEP, Source(), SLURM, max_tasks=99)
    assert (plan.items, plan.noun, plan.compilation.tasks_per_run) == (18, "task", 3)


def test_one_task_alone_is_no_array_of_pbs() -> None:
    script = JobScript("job.sh", b"#!/bin/bash\n#PBS -l walltime=1\npython main.py\n")
    plan = job_array(script, SWEEP, Source(), SCHEDULERS["pbs"], max_tasks=99)
    assert [call.call.before for call in plan.calls([range(2), range(3, 6)])] == [("-J", "0-1"), ("-J", "3-5")]
    with pytest.raises(HeraclesError, match="PBS accepts no array of one task: leave out -a for these runs"):
        plan.calls([range(1), range(1, 6)])
