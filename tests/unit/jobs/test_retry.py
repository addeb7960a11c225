import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.made import made

import heracles
from heracles.errors import HeraclesError
from heracles.ir import Subset
from heracles.jobs import retry
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus
from heracles.schedulers.client import State

SWEEP = heracles.parse(["x=range(40)"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {State.FAILED, State.TIMED_OUT, State.LOST}),
        ("failed", {State.FAILED}),
        ("timeout,oom", {State.TIMED_OUT, State.OUT_OF_MEMORY}),
        ("timed out, out of memory", {State.TIMED_OUT, State.OUT_OF_MEMORY}),
        ("timed-out,out_of_memory,", {State.TIMED_OUT, State.OUT_OF_MEMORY}),
        ("unknown,cancelled,lost", {State.UNKNOWN, State.CANCELLED, State.LOST}),
    ],
)
def test_words_for_states(text: str, expected: set[State]) -> None:
    assert retry.states(text) == expected


@pytest.mark.parametrize("word", ["done", "running", "pending", "new", "nonsense", "\x1b"])
def test_what_cannot_be_retried(word: str) -> None:
    with pytest.raises(HeraclesError) as raised:
        retry.states(f"failed,{word}")
    shown = word.replace("\x1b", "\\x1b")
    assert raised.value.message == (
        f"--retry does not know the state '{shown}'; it knows cancelled, failed, lost, oom, timeout, unknown"
    )


@given(st.lists(st.sampled_from(State), max_size=40), st.sets(st.sampled_from(State)))
def test_exactly_the_runs_in_these_states_are_chosen(states: list[State], wanted: set[State]) -> None:
    statuses = [RunStatus(run, state, 1, Outcome(None, run, state)) for run, state in enumerate(states)]
    choice = retry.choose(SWEEP, made(statuses), frozenset(wanted))
    expected = [run for run, state in enumerate(states) if state in wanted]
    if choice is None:
        assert not expected
        return
    assert [each.run for each in choice.statuses] == list(choice.runs.numbers) == expected
    assert list(choice.runs) == list(Subset(SWEEP, expected))


def test_the_tasks_that_failed_are_run_again_alone() -> None:
    done, failed = (Outcome(None, 0, state) for state in (State.DONE, State.FAILED))
    statuses = [
        RunStatus(0, State.DONE, 1, done, (done, done, done)),
        RunStatus(1, State.FAILED, 1, failed, (done, failed, done)),
        RunStatus(2, State.RUNNING, 1, failed, (failed, Outcome(None, 0, State.RUNNING), failed)),
    ]
    choice = retry.choose(heracles.parse(["x=range(3)"]), made(statuses), retry.states(""))
    assert choice
    assert list(choice.runs.numbers) == [1, 2]
    assert choice.items(3) == [range(1, 2), range(3, 4), range(5, 6)]
    assert choice.items(2) == [range(4)]  # the script has another number of tasks now
