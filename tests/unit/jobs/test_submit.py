"""The two-phase protocol, against a model of a scheduler that misbehaves in every way that a real one does."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.silent import Silent

from heracles.errors import FileError, HeraclesError, RunError
from heracles.ir import Axis, Range, Sweep
from heracles.jobs import launch, recover
from heracles.jobs.plan import ScriptPerRun
from heracles.jobs.submit import Calls, Patience, Submitter
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.client import (
    Answer,
    Client,
    Full,
    Job,
    OutcomeUnknown,
    Rejected,
    State,
    SubmitCall,
    Tasks,
    Unreachable,
)
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store.events import Announced, Compilation, Event, Submitted
from heracles.store.history import History
from heracles.store.journal import Journal

VERSION = "9.8.7"
SCRIPT = b"#!/bin/bash\ntrue\n"

FAULTS = [
    *("none", "none", "none", "rejected", "full", "accepted, then no answer", "no answer", "accepted, no id"),
    *("killed before", "killed after", "unreachable"),
]


class Killed(BaseException):
    """What a kill -9 of Heracles looks like from the inside: nothing of it gets to run any more."""


class Model(Client):
    """A scheduler that keeps its jobs in memory.

    Attributes:
        jobs: The path of the script of each job that was accepted, and its token.
        on_hold: The jobs that are on hold.
        faults: What goes wrong with the next calls.

    """

    can_hold = True

    def __init__(self) -> None:
        super().__init__(SCHEDULERS["slurm"])
        self.jobs: dict[str, tuple[str, str]] = {}
        self.on_hold: set[str] = set()
        self.faults: Iterator[str] = iter(())
        self.is_dead = False

    def submit(self, call: SubmitCall, token: str) -> Job | None:
        fault = self._fault()
        if fault == "killed before":
            self.is_dead = True
            raise Killed
        if fault == "rejected":
            raise Rejected("no")
        if fault == "full":
            raise Full("too many")
        if fault == "no answer":
            raise OutcomeUnknown("no answer")
        job = str(len(self.jobs) + 1)
        self.jobs[job] = call.path, token
        self.on_hold.add(job)
        if fault == "killed after":
            self.is_dead = True
            raise Killed
        if fault == "accepted, then no answer":
            raise OutcomeUnknown("no answer")
        return None if fault == "accepted, no id" else Job(job)

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        if self._fault() == "unreachable":
            raise Unreachable("nobody is there")
        return {token: Job(job) for job, (_, token) in self.jobs.items() if token in tokens}

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        if self._fault() == "unreachable":
            raise Unreachable("nobody is there")
        state = [State.DONE, State.PENDING]
        found = [(job, *self.jobs[job.id]) for job in jobs if job.id in self.jobs]
        tasks = [
            Tasks(job, None, state[job.id in self.on_hold], token=token, script=path) for job, path, token in found
        ]
        return Answer(tasks, knows_past=with_past)

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        fault = self._fault()
        if fault == "killed before":
            self.is_dead = True
            raise Killed
        if fault == "unreachable":
            raise Unreachable("nobody is there")
        self.on_hold -= {job.id for job in jobs}
        return []

    def _fault(self) -> str:
        assert not self.is_dead, "the dead do not call"
        return next(self.faults, "none")

    @property
    def runs(self) -> Counter[str]:
        """How often each script is run."""
        return Counter(path for job, (path, _) in self.jobs.items() if job not in self.on_hold)


class Mortal(History):
    """A history in which a killed process records nothing more."""

    def __init__(self, journal: Journal, model: Model) -> None:
        super().__init__(journal)
        self._model = model

    def record(self, event: Event) -> None:
        if self._model.is_dead:
            raise Killed
        super().record(event)


def sitting(folder: Path, model: Model, runs: int, *, at: int = 0, waits: bool = False) -> list[str]:
    """Do what `-r=sbatch` does, once, in two groups if `at` divides the runs; return what was reported."""
    plan = ScriptPerRun(JobScript(str(folder / "job.sh"), SCRIPT), Sweep((Axis("x", Range(0, runs, 1)),)), Source())
    reporter = Silent()
    model.is_dead = False
    journal = Journal(plan.siblings.path(plan.siblings.journal), VERSION)
    with journal.locked():
        history = Mortal(journal, model)
        submitter = Submitter(model, history, Patience(timeout=0.0, waits_for_room=waits), reporter)
        if unknown := history.unknown():
            submitter.settle(unknown)
        submitter.release(history.on_hold())
        items = launch.remaining(history, plan).items
        history.record(plan.compilation)
        announced = Announced("", plan.compilation.key, ("sbatch",), (), "slurm", "/")
        calls = plan.calls(items)
        groups = [Calls(model, part, announced) for part in (calls[:at], calls[at:]) if part]
        for _ in submitter.submit(groups, at_once=len(groups) > 1):
            pass
    return reporter.sentences


@pytest.fixture(autouse=True)
def _no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heracles.jobs.submit.time.monotonic", itertools.count().__next__)


@given(
    st.lists(st.lists(st.sampled_from(FAULTS), max_size=12), max_size=4),
    st.integers(1, 5),
    st.integers(0, 4),
    st.booleans(),
)
def test_whatever_goes_wrong_each_run_is_submitted_once_in_the_end(
    tmp_path_factory: pytest.TempPathFactory,
    sittings: list[list[str]],
    runs: int,
    at: int,
    waits: bool,  # noqa: FBT001
) -> None:
    folder, model = tmp_path_factory.mktemp("folder"), Model()
    for faults in sittings:
        model.faults = iter(faults)
        with suppress(Killed, RunError):
            sitting(folder, model, runs, at=at, waits=waits)
        assert all(number == 1 for number in model.runs.values())
    model.faults = iter(())
    sitting(folder, model, runs)
    siblings = Siblings(str(folder / "job.sh"))
    assert model.runs == Counter(siblings.path(siblings.run_script(run)) for run in range(runs))
    assert len(model.jobs) == runs


@pytest.mark.parametrize(
    ("fault", "problem", "message"),
    [
        ("rejected", Rejected, "no"),
        ("full", Full, "too many"),
        ("no answer", Rejected, "no answer"),
    ],
)
def test_what_is_raised(tmp_path: Path, fault: str, problem: type[RunError], message: str) -> None:
    model = Model()
    model.faults = iter(["none", fault])
    with pytest.raises(problem) as raised:
        sitting(tmp_path, model, 3)
    assert raised.value.message == message
    assert len(model.jobs) == 1
    assert not model.on_hold


def test_what_cannot_be_released_now_is_released_by_the_next_command(tmp_path: Path) -> None:
    model = Model()
    model.faults = iter(["none", *["unreachable"] * 9])
    with pytest.raises(Unreachable, match="nobody is there"):
        sitting(tmp_path, model, 1)
    assert model.on_hold == {"1"}
    model.faults = iter(())
    sitting(tmp_path, model, 1)
    assert not model.on_hold


class Blind(Model):
    """A scheduler that cannot look up jobs by token."""

    can_hold = False

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        raise AssertionError(tokens)


def test_one_that_cannot_be_asked_has_one_call_announced_at_a_time(tmp_path: Path) -> None:
    model = Blind()
    model.faults = iter(["none", "accepted, no id", "accepted, then no answer"])
    with pytest.raises(OutcomeUnknown):
        sitting(tmp_path, model, 4)
    history = History.read(Siblings(str(tmp_path / "job.sh")), VERSION)
    assert [(each.outcome, each.job) for each in history.submissions] == [
        ("accepted", Job("1")),
        ("accepted", None),
        ("unknown", None),
    ]
    assert not any(each.announced.on_hold for each in history.submissions)


def test_a_job_that_cannot_be_released_is_named(tmp_path: Path) -> None:
    class Stuck(Model):
        def release(self, jobs: Sequence[Job]) -> list[Job]:
            return list(jobs)

    said = sitting(tmp_path, Stuck(), 1)
    assert said == ["job 1 could not be released: run the same command again, or call scontrol release 1"]
    assert History.read(Siblings(str(tmp_path / "job.sh")), VERSION).on_hold()


def test_waiting_for_room_says_so_and_releases_what_is_on_hold_first(tmp_path: Path) -> None:
    model = Model()
    model.faults = iter(["none", "full"])
    released_at: list[int] = []
    release = model.release

    def noted(jobs: Sequence[Job]) -> list[Job]:
        released_at.append(len(model.jobs))
        return release(jobs)

    model.release = noted  # type: ignore[method-assign]
    assert sitting(tmp_path, model, 2, waits=True) == ["too many; asking again in 1 s"]
    assert released_at == [1, 2]
    assert len(model.jobs) == 2


def test_what_cannot_be_recorded_stays_on_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()

    def full_disk(*_: object) -> None:
        raise FileError("cannot write job_hydra.jsonl: No space left on device")

    with monkeypatch.context() as patch:

        def submit(call: SubmitCall, token: str) -> Job | None:
            patch.setattr("heracles.store.journal.Journal.append", full_disk)
            return Model.submit(model, call, token)

        patch.setattr(model, "submit", submit)
        with pytest.raises(FileError):
            sitting(tmp_path, model, 2)
    assert model.on_hold == {"1"}
    sitting(tmp_path, model, 2)
    assert len(model.jobs) == 2
    assert not model.on_hold


def test_settling_is_refused_where_nobody_can_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Blind()
    model.faults = iter(["no answer"])
    with pytest.raises(OutcomeUnknown):
        sitting(tmp_path, model, 2)
    monkeypatch.setattr("heracles.jobs.recover.recorded_client", lambda *_, **__: model)
    with History.locked(Siblings(str(tmp_path / "job.sh")), VERSION) as history:
        reporter = Silent()
        assert not recover.can_settle(history, "", Patience(), reporter)
        with pytest.raises(HeraclesError) as raised:
            recover.settle(history, "", Patience(), reporter)
        assert raised.value.message == (
            "an earlier `sbatch` for 1 run ended without an answer, and this scheduler cannot be asked. Look in the "
            "queue, then use --assume-submitted if they are there, or --retry=unknown if not"
        )
        assert recover.assume_submitted(history) == 1
        assert recover.settle(history, "", Patience(), reporter) == (0, 0)
        assert recover.can_settle(history, "", Patience(), reporter)


@pytest.mark.parametrize(
    ("script", "token", "is_released"),
    [("x/job_hydra0.sh", "", False), ("job_hydra0.sh", "other.0", False), ("job_hydra0.sh", "", True)],
)
def test_what_was_left_on_hold_is_released_if_it_is_that_job(
    tmp_path: Path,
    script: str,
    token: str,
    is_released: bool,  # noqa: FBT001
) -> None:
    """Its id may be another job's by now, which must stay on hold; and the comment with its token may be replaced."""
    model = Model()
    model.faults = iter(["none", *["unreachable"] * 9])
    with pytest.raises(Unreachable):
        sitting(tmp_path, model, 1)
    model.jobs = {"1": (str(tmp_path / script), token), "2": ("another", "")}
    model.on_hold = {"1", "2"}
    model.faults = iter(())
    with History.locked(Siblings(str(tmp_path / "job.sh")), VERSION) as history:
        submitter = Submitter(model, history, Patience(), Silent())
        assert submitter.release_again(history.on_hold()) == []
        assert not history.on_hold()
    assert model.on_hold == ({"2"} if is_released else {"1", "2"})


@pytest.mark.parametrize(
    ("user", "cluster", "said"),
    [
        ("somebody", "", "user somebody has an interrupted submission, which only that user can go on with"),
        ("", "a", "a submission on cluster a was interrupted: the same command goes on with it there"),
    ],
)
def test_what_others_were_interrupted_in_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, cluster: str, said: str
) -> None:
    monkeypatch.setattr(Model, "cluster", lambda _: "b")
    monkeypatch.setattr("heracles.jobs.recover.recorded_client", lambda *_, **__: Model())
    siblings = Siblings(str(tmp_path / "job.sh"))
    compilation = Compilation.of(Sweep((Axis("x", Range(0, 2, 1)),)), is_array=False)
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        spans = ((0, 1), (1, 2))
        history.record(
            Announced("t", compilation.key, ("sbatch",), spans, "slurm", "/", on_hold=True, user=user, cluster=cluster)
        )
        history.record(Submitted("t", 0, "1"))
        reporter = Silent()
        assert recover.settle(history, "", Patience(), reporter) == (0, 0)
        assert reporter.sentences == [said, said]
        assert (len(history.unknown()), len(history.on_hold())) == (1, 1)
