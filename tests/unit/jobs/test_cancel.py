"""Cancelling: whole jobs where all of it is alive, else its tasks; and local runs by their process groups."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from clusters.strays import PATIENCE
from unit.jobs.made import made
from unit.jobs.test_status import SWEEP, SWEEP_NAME, Memory, array, joined, told

from heracles.errors import RunError
from heracles.jobs import cancel
from heracles.jobs.local import host
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.schedulers.client import Answer, Client, Job, State, Unreachable
from heracles.schedulers.registry import SCHEDULERS
from heracles.store import events
from heracles.store.events import Announced, Compilation
from heracles.store.exit_records import ExitRecords

RECORDS = ExitRecords("nowhere")


class Canceller(Client):
    """Keeps what it is to cancel."""

    def __init__(self) -> None:
        super().__init__(SCHEDULERS["slurm"])
        self.cancelled: list[tuple[Job, list[range] | None]] = []

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:
        self.cancelled += [(job, None if ids is None else list(ids)) for job, ids in tasks]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Canceller:
    client = Canceller()
    monkeypatch.setattr(cancel, "recorded_client", lambda *_: client)
    return client


def statuses(history: Memory, *states: State) -> list[Statuses]:
    answer = Answer([told(state, task) for task, state in enumerate(states)], knows_past=True)
    return [joined(history, SWEEP_NAME, answer, RECORDS)]


def test_a_whole_job(client: Canceller) -> None:
    history = Memory()
    array(history)
    assert cancel.cancel(history, statuses(history, *[State.PENDING] * 4), 1) == 4
    assert client.cancelled == [(Job("7"), None)]
    assert set(history.seen.values()) == {(State.CANCELLED, None)}


def test_some_tasks(client: Canceller) -> None:
    history = Memory()
    array(history)
    found = statuses(history, State.RUNNING, State.PENDING, State.DONE, State.PENDING)
    assert cancel.cancel(history, found, 1) == 3
    assert client.cancelled == [(Job("7"), [range(2), range(3, 4)])]
    assert history.seen.keys() == {("7", 0), ("7", 1), ("7", 3)}


def test_the_tasks_of_a_run_are_cancelled_one_by_one(client: Canceller) -> None:
    history = Memory()
    array(history, tasks=2)
    found = statuses(history, State.RUNNING, *[State.DONE] * 7)
    assert cancel.cancel(history, found, 1) == 1
    assert client.cancelled == [(Job("7"), [range(1)])]


def test_what_was_done_before_it_could_be_cancelled_is_not_cancelled(
    client: Canceller, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = Memory()
    array(history)
    answer = Answer([told(State.DONE, 0, 2), told(State.RUNNING, 1, 3)], knows_past=False)
    monkeypatch.setattr(client, "states", lambda *_, **__: answer, raising=False)
    assert cancel.cancel(history, statuses(history, *[State.RUNNING] * 4), 1) == 2
    assert history.seen.keys() == {("7", 1), ("7", 3)}


def test_nothing_is_alive(client: Canceller) -> None:
    history = Memory()
    array(history)
    assert cancel.cancel(history, statuses(history, *[State.DONE] * 4), 1) == 0
    assert (client.cancelled, history.seen) == ([], {})


def test_a_scheduler_that_does_not_answer(client: Canceller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise Unreachable("scancel failed")

    monkeypatch.setattr(client, "cancel", fail)
    history = Memory()
    array(history)
    with pytest.raises(RunError, match="scancel failed"):
        cancel.cancel(history, statuses(history, *[State.PENDING] * 4), 1)
    assert history.seen == {}


def test_local_runs_are_stopped_with_what_they_started() -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False)
    history.record(compilation)
    history.record(Announced("b", compilation.key, ("bash",), ((0, 4),), "local", "/", host=host()))
    code = "import subprocess; subprocess.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", code], preexec_fn=os.setsid) as process:  # noqa: PLW1509
        history.record(events.Started("b", 1, process.pid, host()))
        found = joined(history, SWEEP_NAME, Answer([], knows_past=True), RECORDS)
        assert cancel.cancel(history, [found], 1) == 1
        assert process.wait(PATIENCE) == -15


def left(state: State, scheduler: str = "pbs", **fields: Any) -> RunStatus:
    history = Memory()
    key = array(history).key
    history.record(Announced("c", key, ("qsub",), ((0, 1),), scheduler, "/"))
    submission = history.submissions[1]
    submission.job = None if scheduler == "local" else Job("9")
    outcome = Outcome(submission, 0, state, **fields)
    return RunStatus(0, state, 1, outcome)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (left(State.DONE), None),
        (left(State.RUNNING), None),
        (left(State.UNKNOWN), None),
        (
            left(State.UNKNOWN, may_be_alive=True),
            "1 run may be pending or running, and PBS cannot be asked: cancel with qdel 9",
        ),
        (
            left(State.RUNNING, owner="of user somebody"),
            "1 run of user somebody may be pending or running: only that user can cancel",
        ),
        (
            left(State.UNKNOWN, may_be_alive=True, owner="on cluster a"),
            "1 run on cluster a may be pending or running: call --cancel there",
        ),
        (
            left(State.UNKNOWN, "local", may_be_alive=True, reason="on login2"),
            "1 run on login2 may be pending or running: call --cancel there",
        ),
    ],
)
def test_what_cannot_be_cancelled_from_here(found: RunStatus, sentence: str | None) -> None:
    assert cancel.kept([made([found])]) == ([sentence] if sentence else [])


def test_what_is_anothers_is_not_cancelled(client: Canceller) -> None:
    history = Memory()
    array(history, user="somebody")
    assert cancel.cancel(history, statuses(history, *[State.PENDING] * 4), 1) == 0
    assert (client.cancelled, history.seen) == ([], {})
