"""What a scheduler says about tasks, however it puts them together."""

from hypothesis import given
from hypothesis import strategies as st

from heracles.jobs.hints import Hints
from heracles.schedulers.client import Job, State, Tasks

JOB = Job("7")
RANGES = st.builds(
    lambda first, size, step: range(first, first + size * step, step),
    st.integers(0, 30),
    st.integers(1, 12),
    st.integers(1, 3),
)
LINES = st.builds(
    lambda ids, state: Tasks(JOB, ids, state),
    st.none() | st.lists(RANGES, min_size=1, max_size=3).map(tuple),
    st.sampled_from(State),
)


@given(st.lists(LINES, max_size=5))
def test_the_latest_line_about_a_task_counts_else_the_one_about_the_job(lines: list[Tasks]) -> None:
    latest: dict[int | None, Tasks] = {task: line for line in lines for task in line.each_id()}
    hints = Hints(lines)
    assert {task: hints(task) for task in (None, *range(80))} == {
        task: latest.get(task, latest.get(None)) for task in (None, *range(80))
    }
    assert {*hints.tasks} == latest.keys()


@given(st.lists(LINES, max_size=5), st.sets(st.integers(0, 79), max_size=3))
def test_nothing_changes_between_changes(lines: list[Tasks], others: set[int]) -> None:
    hints = Hints(lines)
    changes = {*hints.changes(others)}
    assert others | {task + 1 for task in others} <= changes
    for task in range(1, 80):
        assert task in changes or hints(task) == hints(task - 1)


def test_what_is_not_among_scattered_tasks_is_found_at_once() -> None:
    """If each of them were looked at, this would take days."""
    hints = Hints([Tasks(JOB, (range(0, 10**15, 2),), State.PENDING)])
    assert hints(1) is None
    assert hints(None) is None
    assert hints(10**14) is not None
