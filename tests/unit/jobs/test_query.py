"""Which sweep is asked about, and what is made of the schedulers' answers."""

from collections.abc import Collection
from pathlib import Path

import pytest

import heracles
from heracles.errors import HeraclesError
from heracles.jobs import query
from heracles.paths import Siblings
from heracles.schedulers.client import Answer, Client, Job, State, Tasks, Unreachable
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.scheduler import Scheduler
from heracles.store import events
from heracles.store.digests import sweep_name
from heracles.store.events import Announced, Compilation, TaskEnd
from heracles.store.history import History

VERSION = "9.8.7"
OVERRIDES = ["x=range(3)"]
SWEEP = heracles.parse(OVERRIDES, seed=5)


@pytest.fixture
def siblings(tmp_path: Path) -> Siblings:
    siblings = Siblings(str(tmp_path / "job.sh"))
    with History.locked(siblings, VERSION) as history:
        compilation = Compilation.of(SWEEP, OVERRIDES, is_array=True, file="job_hydra.sh")
        history.record(compilation)
        for batch, scheduler, job in (("a", "slurm", "7"), ("b", "pbs", "8"), ("c", "local", "")):
            history.record(Announced(batch, compilation.key, (scheduler,), ((0, 1),), scheduler, "/"))
            if job:
                history.record(events.Submitted(batch, 0, job))
    return siblings


def refusal(siblings: Siblings, asked: heracles.Sweep | None = None) -> str:
    with pytest.raises(HeraclesError) as raised:
        query.recorded_sweep(History.read(siblings, VERSION), "job.sh", asked)
    return raised.value.message


def test_which_sweep(siblings: Siblings, tmp_path: Path) -> None:
    history = History.read(siblings, VERSION)
    assert query.recorded_sweep(history, "job.sh").sweep == SWEEP
    assert query.recorded_sweep(history, "job.sh", SWEEP).sweep is SWEEP
    assert refusal(siblings, heracles.parse(OVERRIDES)) == (
        "this sweep of job.sh was never written; leave it out to see the latest one"
    )
    assert refusal(Siblings(str(tmp_path / "other.sh"))) == (
        "nothing is known about job.sh: no sweep of it was written or submitted"
    )


def test_one_that_is_too_large_to_show(tmp_path: Path) -> None:
    siblings = Siblings(str(tmp_path / "large.sh"))
    with History.locked(siblings, VERSION) as history:
        overrides = ["x=range(20000000)"]
        history.record(Compilation.of(heracles.parse(overrides), overrides, is_array=True))
    assert refusal(siblings) == "20,000,000 runs are too many for --status, which shows at most 10,000,000"


def test_the_latest_submission(siblings: Siblings) -> None:
    history = History.read(siblings, VERSION)
    last = query.last_submission(history, sweep_name(SWEEP), "job.sh", is_needed=True)
    assert last
    assert last.token.batch == "c"
    other = sweep_name(heracles.parse(OVERRIDES))
    assert query.last_submission(history, other, "job.sh", is_needed=False) is None
    with pytest.raises(HeraclesError) as raised:
        query.last_submission(history, other, "job.sh", is_needed=True)
    assert raised.value.message == "no run of job.sh was submitted with Heracles: add -r=CMD, as in -r=sbatch"


class Asked(Client):
    """Knows one thing, or nothing."""

    def __init__(self, scheduler: Scheduler, answer: Answer | None, *, can_hold: bool = True) -> None:
        super().__init__(scheduler)
        self.answer = answer
        self.can_hold = can_hold
        self.asked: list[Job] = []

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        assert with_past
        self.asked += jobs
        if self.answer is None:
            raise Unreachable("nobody is there")
        return self.answer


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> dict[str, Asked]:
    ended = Answer([Tasks(Job("7"), (range(1),), State.FAILED, 3)], knows_past=False)
    clients = {"slurm": Asked(SCHEDULERS["slurm"], ended), "pbs": Asked(SCHEDULERS["pbs"], None, can_hold=False)}
    monkeypatch.setattr(query, "recorded_client", lambda key, _: clients[key[0]])
    return clients


def test_each_scheduler_is_asked_for_its_jobs(siblings: Siblings, clients: dict[str, Asked]) -> None:
    warnings: list[str] = []
    history = History.read(siblings, VERSION)
    answers = query.ask(history.submissions, strict=True, timeout=1, warn=warnings.append)
    assert (clients["slurm"].asked, clients["pbs"].asked) == ([Job("7")], [Job("8")])
    assert warnings == ["nobody is there: only what the runs recorded themselves is known"]
    slurm, pbs, here = map(answers, history.submissions)
    assert (len(slurm.tasks), slurm.knows_past, slurm.is_current) == (1, False, True)
    assert pbs == here == Answer([], knows_past=False, is_current=False)


def test_one_that_could_answer_and_does_not(siblings: Siblings, clients: dict[str, Asked]) -> None:
    clients["slurm"].answer = None
    history = History.read(siblings, VERSION)
    with pytest.raises(Unreachable):
        query.ask(history.submissions, strict=True, timeout=1, warn=lambda _: None)
    warnings: list[str] = []
    answers = query.ask(history.submissions, strict=False, timeout=1, warn=warnings.append)
    assert not any(answers(each).tasks for each in history.submissions)
    assert len(warnings) == 2


@pytest.mark.usefixtures("clients")
def test_how_tasks_ended_is_remembered_with_the_lock_and_without(siblings: Siblings) -> None:
    history = History.read(siblings, VERSION)
    for _ in range(2):
        found = query.statuses(history, [sweep_name(SWEEP)], siblings, strict=False, timeout=1, warn=lambda _: None)
        assert found[0][0].state is State.UNKNOWN  # the later submission, to PBS, counts
    again = History.read(siblings, VERSION)
    assert again.seen == {("7", 0): (State.FAILED, 3)}
    journal = Path(siblings.path(siblings.journal)).read_text()
    assert journal.count('"event":"seen"') == 1
    with History.locked(siblings, VERSION) as locked:
        query.statuses(locked, [sweep_name(SWEEP)], siblings, strict=False, timeout=1, warn=lambda _: None)
    assert Path(siblings.path(siblings.journal)).read_text() == journal
    assert TaskEnd("7", 0, State.FAILED, 3)[:2] in again.seen
