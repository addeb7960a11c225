"""Groups of items: each item in one of them, with its set's options, the run that is tried first before the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.test_status import Memory

import heracles
from heracles.errors import HeraclesError, RunError
from heracles.ir import Subset
from heracles.jobs.groups import Group, Trial, groups, trial
from heracles.jobs.job_array import job_array
from heracles.jobs.outcome import Outcome
from heracles.jobs.plan import Plan, ScriptPerRun
from heracles.jobs.resources import ItemSet
from heracles.jobs.statuses import RunStatus
from heracles.language.source import Source
from heracles.schedulers.client import Job, State
from heracles.schedulers.indices import consecutive
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store.events import Announced
from heracles.store.submission import Submission

SLURM = SCHEDULERS["slurm"]
SWEEP = heracles.parse(["x=range(12)"])
WORDS = [(), ("--mem=1",), ("--mem=2",)]


def script(header: str = "") -> JobScript:
    return JobScript("job.sh", f"#!/bin/bash\n{header}python main.py\n".encode())


def sets_of(choice: list[int]) -> list[ItemSet]:
    """Return the sets of runs of which each has the options of that number."""
    numbers = list(dict.fromkeys(choice))
    return [
        ItemSet(WORDS[each], consecutive(place for place, other in enumerate(choice) if other == each))
        for each in numbers
    ]


@given(
    st.lists(st.integers(0, 2), min_size=12, max_size=12),
    st.sets(st.integers(0, 11), min_size=1),
    st.none() | st.integers(0, 11),
    st.booleans(),
)
def test_each_item_is_in_one_group_with_the_options_of_its_set(
    choice: list[int],
    left: set[int],
    run: int | None,
    is_array: bool,  # noqa: FBT001
) -> None:
    sets = sets_of(choice)
    plan: Plan = ScriptPerRun(script(), SWEEP, Source(), SLURM, sets=sets)
    if is_array:
        plan = job_array(script(), SWEEP, Source(), SLURM, max_tasks=99, sets=sets)
    items = consecutive(sorted(left))
    numbers = {item: plan.compilation.run(item) for item in range(12)}
    tried = None
    if run is not None:
        done = RunStatus(run, State.DONE, 1, Outcome(None, 0, State.DONE))
        tried = trial(plan, items, run, lambda _: done)
    found = groups(plan, items, tried)
    listed = [item for group in found for part in group.items for item in part]
    assert sorted(listed) == sorted(left)
    for group in found:
        assert all(WORDS[choice[numbers[item]]] == group.options for part in group.items for item in part)
    is_tried = run is not None and run in {numbers[item] for item in left}
    assert [group.is_trial for group in found] == [is_tried, *[False] * (len(found) - 1)]
    assert all(group.waits == is_tried for group in found[is_tried:])
    if is_tried:
        assert [numbers[item] for part in found[0].items for item in part] == [run]


def test_the_whole_task_of_a_run_is_tried() -> None:
    packed = job_array(script(), SWEEP, Source(), SLURM, max_tasks=99, pack=5)
    assert [trial(packed, [range(12)], run).items for run in (4, 11)] == [(range(5),), (range(10, 12),)]
    tasks = job_array(script("#SBATCH --array=1-3\n"), SWEEP, Source(), SLURM, max_tasks=99)
    assert trial(tasks, [range(36)], 2) == Trial(2, (range(6, 9),))
    assert groups(tasks, [range(36)], Trial(2, (range(6, 9),))) == [
        Group([range(6, 9)], is_trial=True),
        Group([range(6), range(9, 36)], waits=True),
    ]


def test_runs_that_the_plan_has_not() -> None:
    part = ScriptPerRun(script(), Subset(SWEEP, [3, 7]), Source(), SLURM, is_retry=True)
    assert trial(part, [range(2)], 7).items == (range(1, 2),)
    for run in (1, 12):
        with pytest.raises(HeraclesError, match=f"--try-first={run}: there is no such run among 2"):
            trial(part, [range(2)], run)


def status(state: State, job: str | None = "7") -> RunStatus:
    plan = ScriptPerRun(script(), SWEEP, Source(), SLURM)
    history = Memory()
    history.record(plan.compilation)
    history.record(Announced("b", plan.compilation.key, ("sbatch",), ((4, 5),), "slurm", "/"))
    (submission,) = history.submissions
    submission.job = Job(job) if job else None
    return RunStatus(4, state, 1, Outcome(submission, 4, state))


def test_a_run_that_was_tried_before() -> None:
    plan = ScriptPerRun(script(), SWEEP, Source(), SLURM)
    items = [range(4), range(5, 12)]
    assert groups(plan, items, trial(plan, items, 4, lambda _: status(State.DONE))) == [Group(items)]
    for state in (State.PENDING, State.RUNNING):
        tried = trial(plan, items, 4, lambda _, state=state: status(state))  # type: ignore[misc]
        assert [each.job for each in tried.submissions] == [Job("7")]
        assert groups(plan, items, tried) == [Group(items, waits=True)]
    for state in (State.FAILED, State.LOST, State.UNKNOWN, State.CANCELLED):
        with pytest.raises(RunError, match=f"run 4, whose state is '{state.words}'"):
            trial(plan, items, 4, lambda _, state=state: status(state))  # type: ignore[misc]


def test_a_task_of_the_run_that_is_left_and_one_that_is_not() -> None:
    plan = job_array(script("#SBATCH --array=1-3\n"), SWEEP, Source(), SLURM, max_tasks=99)
    alive = status(State.RUNNING).last
    new = Outcome(None, 0, State.NEW)
    tried = trial(plan, [range(2, 36)], 0, lambda _: RunStatus(0, State.RUNNING, 1, alive, (alive, alive, new)))
    assert tried.items == (range(2, 3),)
    assert [type(each) for each in tried.submissions] == [Submission]
    assert groups(plan, [range(2, 36)], tried) == [
        Group([range(2, 3)], is_trial=True),
        Group([range(3, 36)], waits=True),
    ]


def test_a_task_has_runs_of_one_set() -> None:
    sets = sets_of([0] * 6 + [1] * 6)
    assert job_array(script(), SWEEP, Source(), SLURM, max_tasks=99, pack=3, sets=sets).sets == sets
    with pytest.raises(HeraclesError, match=r"--pack 4 would put .* use --pack K with a K that divides 6"):
        job_array(script(), SWEEP, Source(), SLURM, max_tasks=99, pack=4, sets=sets)
