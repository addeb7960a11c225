"""Where a run's log is, and what is read of it."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from unit.jobs.silent import Silent
from unit.jobs.test_status import SWEEP, SWEEP_NAME, Memory, joined

from heracles.errors import HeraclesError
from heracles.jobs import logs
from heracles.jobs.statuses import Statuses
from heracles.paths import Siblings
from heracles.schedulers.client import Answer, Job, State, Tasks
from heracles.store import events, place
from heracles.store.events import Announced, Compilation
from heracles.store.exit_records import ExitRecords


@pytest.fixture
def siblings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Siblings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "_ASK", 0.0)
    return Siblings("job.sh")


def statuses(pattern: str, state: State = State.RUNNING, *, scheduler: str = "slurm", user: str = "") -> Statuses:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=True, file="job_hydra.sh")
    history.record(compilation)
    history.record(Announced("b", compilation.key, ("x",), ((0, 2),), scheduler, "/", pattern, user=user))
    history.record(events.Submitted("b", 0, "7"))
    if scheduler == "local":
        history.record(events.Started("b", 0, 1, "elsewhere/0"))
    tasks = [Tasks(Job("7"), (range(2),), state, None, "", "71", "n1.cluster")]
    return joined(history, SWEEP_NAME, Answer(tasks, knows_past=True), ExitRecords("nowhere"))


def test_the_path_is_seen_from_here_if_that_is_shorter(siblings: Siblings) -> None:
    here = os.getcwd()
    first, second, third, _ = statuses(f"{here}/logs/%u-%x-%A_%3a-%j-%N.out")
    assert logs.path_of(first, siblings) == f"logs/{getpass.getuser()}-job_hydra.sh-7_000-71-n1.out"
    assert logs.path_of(second, siblings) == f"logs/{getpass.getuser()}-job_hydra.sh-7_001-71-n1.out"
    assert logs.path_of(third, siblings) == ""
    assert logs.path_of(statuses("/x.out")[0], siblings) == "/x.out"
    assert logs.path_of(statuses("")[0], siblings) == ""
    assert logs.path_of(statuses("", scheduler="local")[0], siblings) == "job_hydra0.out"


def test_the_path_has_the_name_of_the_user_whose_run_it_is(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert logs.path_of(statuses("/%u.out", user="ada")[0], siblings) == "/ada.out"
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)  # nobody has a name for it
    place.user.cache_clear()
    try:
        assert logs.path_of(statuses("/%u.out")[0], siblings) == "/54321.out"
    finally:
        place.user.cache_clear()


def read(siblings: Siblings, run: int, ask: Callable[[], Statuses], *, follow: bool = False) -> bytes:
    return b"".join(logs.read(run, ask, siblings, follow=follow, reporter=Silent()))


def test_a_log_is_read_whole(siblings: Siblings) -> None:
    content = os.urandom(200_000)
    Path("log").write_bytes(content)
    assert read(siblings, 0, lambda: statuses(os.path.abspath("log"))) == content


def test_what_is_refused(siblings: Siblings) -> None:
    os.mkfifo("fifo")
    for run, pattern, message in [
        (4, "", "there is no run 4: the sweep has runs 0 to 3"),
        (3, "", "run 3 is not submitted: where its log is, is unknown"),
        (0, os.path.abspath("fifo"), "cannot read the log fifo of run 0, which is running: it is not a plain file"),
        (0, os.path.abspath("none"), "cannot read the log none of run 0, which is running: No such file or directory"),
    ]:
        with pytest.raises(HeraclesError) as raised:
            read(siblings, run, lambda pattern=pattern: statuses(pattern))  # type: ignore[misc]
        assert raised.value.message == message


def test_a_log_is_followed_until_its_run_has_ended(siblings: Siblings) -> None:
    path = Path("log")
    steps = iter(["", "first\n", "second\n", "third\n"])
    reporter = Silent()

    def ask() -> Statuses:
        piece = next(steps, None)
        if piece:
            with path.open("a") as file:
                file.write(piece)
        return statuses(os.path.abspath("log"), State.RUNNING if piece is not None else State.DONE)

    pieces = logs.read(0, ask, siblings, follow=True, reporter=reporter)
    assert b"".join(pieces) == b"first\nsecond\nthird\n"
    assert reporter.sentences == ["run 0 is running: waiting for its log"]


@pytest.mark.parametrize("begin", ["truncate", "replace"])
def test_a_log_that_begins_anew_is_followed_on(siblings: Siblings, begin: str) -> None:
    """As that of a run that is requeued does; nothing is asked again and again meanwhile."""
    path = Path("log")
    path.write_text("the first attempt\n")
    reporter = Silent()
    states = iter([State.RUNNING, State.RUNNING, State.DONE])

    def ask() -> Statuses:
        state = next(states)
        if reporter.sentences:
            path.write_text("second\nend\n")
        return statuses(os.path.abspath("log"), state)

    pieces = logs.read(0, ask, siblings, follow=True, reporter=reporter)
    assert next(pieces) == b"the first attempt\n"
    if begin == "replace":
        path.unlink()
    path.write_text("second\n")
    assert b"".join(pieces) == b"second\nend\n"
    assert reporter.sentences == ["the log of run 0 begins anew"]
