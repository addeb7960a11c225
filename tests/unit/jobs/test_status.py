"""The state of each run: what it recorded is the truth, and what the scheduler says a hint."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.made import made

import heracles
from heracles.ir import Subset
from heracles.jobs import judge, launch, process_tree, retry, status
from heracles.jobs.local import host
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.schedulers.client import ALIVE, Answer, Job, State, Tasks
from heracles.store import events
from heracles.store.digests import sweep_name
from heracles.store.events import Announced, Compilation, Seen, TaskEnd
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History
from heracles.store.journal import Journal

SWEEP = heracles.parse(["x=range(4)"])
SILENCE = Answer([], knows_past=True)
UNREACHABLE = Answer([], knows_past=False, is_current=False)
FORGETFUL = Answer([], knows_past=False)


class Memory(History):
    """A history that is recorded nowhere."""

    def __init__(self) -> None:
        super().__init__(Journal("nowhere/job_hydra.jsonl", "9.8.7"))

    def record(self, event: events.Event) -> None:
        self._take(event)


def array(
    history: History, *, pack: int = 1, tasks: int = 1, job: str | None = "7", **fields: bool | float | str
) -> Compilation:
    """Record that all runs were submitted as one array."""
    compilation = Compilation.of(SWEEP, is_array=True, file="job_hydra.sh", pack=pack, tasks_per_run=tasks)
    history.record(compilation)
    history.record(
        Announced("b", compilation.key, ("sbatch",), ((0, compilation.items),), "slurm", "/", **fields)  # type: ignore[arg-type]
    )
    history.record(events.Submitted("b", 0, job))
    return compilation


def joined(history: History, name: str, answer: Answer, records: ExitRecords) -> Statuses:
    """Return the statuses if all schedulers give one answer."""
    return status.join(history, name, lambda _: answer, records)


def records(folder: Path, *lines: str) -> ExitRecords:
    path = folder / "exits"
    path.mkdir(exist_ok=True)
    (path / "n1").write_text("".join(f"{line}\n" for line in lines))
    return ExitRecords(str(path))


def states(statuses: Statuses) -> list[State]:
    assert [each.run for each in statuses] == list(range(len(statuses)))
    return [each.state for each in statuses]


def told(state: State, *ids: int, code: int | None = None, job: str = "7") -> Tasks:
    return Tasks(Job(job), tuple(range(each, each + 1) for each in ids), state, code, "why", "77", "n2")


NO_RECORDS = ExitRecords("nowhere")

CASES = [
    # what the scheduler says, what the run recorded, and what its state is then
    (State.PENDING, "", State.PENDING, None),
    (State.PENDING, "3", State.PENDING, None),  # it was requeued
    (State.RUNNING, "start", State.RUNNING, None),
    (State.RUNNING, "0", State.DONE, 0),
    (State.RUNNING, "3", State.FAILED, 3),
    (State.DONE, "", State.DONE, 5),
    (State.DONE, "3", State.FAILED, 3),
    (State.FAILED, "0", State.DONE, 0),
    (State.FAILED, "start", State.FAILED, 5),
    (State.TIMED_OUT, "143", State.TIMED_OUT, 143),
    (State.OUT_OF_MEMORY, "137", State.OUT_OF_MEMORY, 137),
    (State.CANCELLED, "start", State.CANCELLED, 5),
    (State.LOST, "0", State.DONE, 0),
    (State.UNKNOWN, "0", State.DONE, 0),
    (State.UNKNOWN, "3", State.FAILED, 3),
    (State.UNKNOWN, "start", State.LOST, None),
    (None, "", State.UNKNOWN, None),
    (State.TIMED_OUT, "0", State.TIMED_OUT, None),  # it saved its state, say
    (State.CANCELLED, "0", State.CANCELLED, None),
    (None, "start", State.LOST, None),
    (None, "0", State.DONE, 0),
    (None, "9", State.FAILED, 9),
]


@pytest.mark.parametrize(("hint", "word", "state", "code"), CASES)
def test_what_the_scheduler_says_and_what_the_run_recorded(
    tmp_path: Path, hint: State | None, word: str, state: State, code: int | None
) -> None:
    history = Memory()
    key = array(history).key
    answer = Answer([told(hint, 2, code=None if hint in ALIVE else 5)] if hint else [], knows_past=False)
    found = records(tmp_path, *([f"{key} 7 2 79 2 start 100", f"{key} 7 2 79 2 {word} 100"] if word else []))
    third = joined(history, SWEEP_NAME, answer, found)[2]
    assert (third.state, third.code, third.attempts, third.last.job) == (state, code, 1, "7_2")
    source = ("79", "n1") if word else ("77", "n2") if hint else ("", "")
    assert (third.last.task_job_id, third.last.node) == source


@pytest.mark.parametrize(
    ("hint", "state", "code"),
    [
        (State.PENDING, State.PENDING, None),  # it was requeued, and goes on from the state that it saved
        (State.DONE, State.DONE, 0),
        *((each, each, None) for each in (State.RUNNING, State.FAILED, State.TIMED_OUT, State.CANCELLED, State.LOST)),
        (None, State.UNKNOWN, 0),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_what_ended_well_after_a_signal_is_done_only_if_the_scheduler_says_so(
    tmp_path: Path,
    hint: State | None,
    state: State,
    code: int | None,
    is_known: bool,  # noqa: FBT001
) -> None:
    history = Memory()
    key = array(history, job="7" if is_known else None).key
    answer = Answer([told(hint, 2)] if hint else [], knows_past=False)
    found = records(tmp_path, f"{key} 7 2 79 2 start 100", f"{key} 7 2 79 2 00 100", f"{key} 7 1 78 1 0 100")
    statuses = joined(history, SWEEP_NAME, answer, found)
    expected = (state, code) if is_known else (State.UNKNOWN, 0)
    assert (statuses[2].state, statuses[2].code) == expected
    assert (statuses[1].state, statuses[1].code) == (State.DONE, 0)
    if statuses[2].state is State.UNKNOWN:
        reason = "its task was told to end, and then the exit code was 0: it may not be done"
        assert statuses[2].last.reason == reason


def test_what_started_is_not_lost_where_something_could_not_be_recorded(tmp_path: Path) -> None:
    history = Memory()
    line = f"{array(history).key} 7 0 70 0 start 100"
    records(tmp_path, line)
    (tmp_path / "exits" / "n1").chmod(0o1644)
    first = joined(history, SWEEP_NAME, SILENCE, ExitRecords(str(tmp_path / "exits")))[0]
    assert first.state is State.UNKNOWN
    assert first.last.reason == "n1 in the exit records lacks something: it may be how the run ended"


SWEEP_NAME = sweep_name(SWEEP)


@pytest.mark.parametrize("answer", [SILENCE, FORGETFUL, UNREACHABLE])
def test_what_has_left_no_trace_is_unknown(tmp_path: Path, answer: Answer) -> None:
    """It was cancelled while it was pending, or ran where it could record nothing."""
    history = Memory()
    array(history)
    for found in (records(tmp_path), NO_RECORDS):
        joint = joined(history, SWEEP_NAME, answer, found)
        assert states(joint) == [State.UNKNOWN] * 4
        assert {each.last.may_be_alive for each in joint} == {answer is UNREACHABLE}


@pytest.mark.parametrize(
    ("answer", "is_moved", "can_grow", "state"),
    [
        (SILENCE, False, True, State.LOST),
        (FORGETFUL, False, True, State.LOST),
        (UNREACHABLE, False, True, State.UNKNOWN),
        (SILENCE, True, True, State.UNKNOWN),
        (SILENCE, False, False, State.UNKNOWN),
        (SILENCE._replace(is_current=False, elsewhere="on cluster a"), False, True, State.UNKNOWN),
    ],
)
def test_what_started_is_lost_only_if_it_could_have_recorded_its_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    is_moved: bool,  # noqa: FBT001
    can_grow: bool,  # noqa: FBT001
    state: State,
) -> None:
    history = Memory()
    key = array(history).key
    if is_moved:
        history.submissions[0].home = "/where/it/was"
    monkeypatch.setattr(ExitRecords, "can_grow", can_grow)
    found = joined(history, SWEEP_NAME, answer, records(tmp_path, f"{key} 7 0 70 0 start 100"))
    assert states(found) == [state, State.UNKNOWN, State.UNKNOWN, State.UNKNOWN]


def test_a_job_is_recognized_by_its_token_too() -> None:
    history = Memory()
    array(history)
    ours, other = (told(State.RUNNING, 0)._replace(token=token) for token in ("b.0", ""))
    assert states(joined(history, SWEEP_NAME, Answer([ours], knows_past=True), NO_RECORDS))[0] is State.RUNNING
    first = joined(history, SWEEP_NAME, Answer([other], knows_past=True), NO_RECORDS)[0]
    assert (first.state, first.last.reason, first.last.may_be_alive) == (State.UNKNOWN, "another job is 7 now", False)


def test_accounting_may_remember_an_earlier_job_of_the_same_id() -> None:
    history = Memory()
    array(history, time=100_000.0)
    for submitted, state in ((90_000, State.UNKNOWN), (100_000, State.FAILED), (None, State.FAILED)):
        row = told(State.FAILED, 0, code=3)._replace(submitted=submitted)
        first = joined(history, SWEEP_NAME, Answer([row], knows_past=True), NO_RECORDS)[0]
        assert (first.state, first.last.reason) == (state, "" if state is State.UNKNOWN else "why")


def test_what_accounting_says_is_not_believed_while_another_job_has_the_id() -> None:
    history = Memory()
    array(history)
    rows = [told(State.RUNNING, 0), told(State.RUNNING, 0)._replace(token="")]
    first = joined(history, SWEEP_NAME, Answer(rows, knows_past=True), NO_RECORDS)[0]
    assert (first.state, first.last.reason) == (State.UNKNOWN, "another job is 7 now")


def test_what_an_earlier_job_of_the_same_id_left_does_not_count(tmp_path: Path) -> None:
    history = Memory()
    key = array(history).key
    history.record(Seen((TaskEnd("7", 1, State.DONE, 0),)))
    again = Announced("c", key, ("sbatch",), ((0, 4),), "slurm", "/", round=1, time=1000.0)
    history.record(again)
    history.record(events.Submitted("c", 0, "7"))
    found = joined(history, SWEEP_NAME, SILENCE, records(tmp_path, f"{key} 7 0 70 0 0 100", f"{key} 7 3 73 3 0 1001"))
    assert states(found) == [State.UNKNOWN, State.UNKNOWN, State.UNKNOWN, State.DONE]


def test_what_is_another_users_is_shown_and_is_nobody_elses() -> None:
    history = Memory()
    array(history, user="somebody")
    found = joined(history, SWEEP_NAME, Answer([told(State.RUNNING, 0)], knows_past=True), NO_RECORDS)
    assert states(found) == [State.RUNNING, *[State.UNKNOWN] * 3]
    assert {(each.last.owner, each.last.reason) for each in found[1:]} == {("of user somebody", "of user somebody")}
    assert retry.choose(SWEEP, found, frozenset(State)) is None


def test_a_pack_whose_last_run_was_cut_short(tmp_path: Path) -> None:
    history = Memory()
    key = array(history, pack=4).key
    lines = [f"{key} 7 0 70 {item} {word} 100" for item in (0, 1) for word in ("start", "0")]
    found = joined(history, SWEEP_NAME, Answer([told(State.TIMED_OUT, 0)], knows_past=True), records(tmp_path, *lines))
    assert states(found) == [State.DONE, State.TIMED_OUT, State.TIMED_OUT, State.TIMED_OUT]


def test_the_latest_attempt_at_each_task_counts() -> None:
    history = Memory()
    compilation = array(history, tasks=2)
    history.record(Announced("c", compilation.key, ("sbatch",), ((3, 4),), "slurm", "/", attempt=1))
    history.record(events.Submitted("c", 0, "8"))
    tasks = [told(State.DONE, 0, 1, 2, 4, 5, 6, 7, code=0), told(State.FAILED, 3, code=3)]
    tasks.append(told(State.DONE, 0, code=0, job="8"))
    found = joined(history, SWEEP_NAME, Answer(tasks, knows_past=False), NO_RECORDS)
    assert states(found) == [State.DONE] * 4
    assert [each.attempts for each in found] == [1, 2, 1, 1]
    before = joined(history, SWEEP_NAME, Answer(tasks[:2], knows_past=False), NO_RECORDS)[1]
    assert [task.state for task in before.tasks] == [State.DONE, State.UNKNOWN]


def test_what_was_seen_counts_when_it_is_forgotten() -> None:
    history = Memory()
    array(history)
    answer = Answer([told(State.FAILED, 0, 1, code=3), told(State.PENDING, 2)], knows_past=False)
    ends = status.new_ends(history, answer.tasks)
    assert ends == [TaskEnd("7", task, State.FAILED, 3) for task in (0, 1)]
    history.record(Seen(tuple(ends)))
    assert status.new_ends(history, answer.tasks) == []
    found = joined(history, SWEEP_NAME, FORGETFUL, NO_RECORDS)
    assert states(found) == [State.FAILED, State.FAILED, State.UNKNOWN, State.UNKNOWN]
    newer = Answer([told(State.RUNNING, 0)], knows_past=False)
    assert states(joined(history, SWEEP_NAME, newer, NO_RECORDS))[0] is State.RUNNING


def test_what_heracles_cancelled_is_cancelled_though_accounting_says_that_it_failed() -> None:
    history = Memory()
    array(history)
    history.record(Seen((TaskEnd("7", 0, State.CANCELLED, None), TaskEnd("7", 1, State.CANCELLED, None))))
    answer = Answer([told(State.FAILED, 0, code=137), told(State.RUNNING, 1)], knows_past=True)
    first, second, *_ = joined(history, SWEEP_NAME, answer, NO_RECORDS)
    assert (first.state, first.code, second.state) == (State.CANCELLED, 137, State.RUNNING)


def test_a_run_that_is_being_cancelled_has_not_failed(tmp_path: Path) -> None:
    """It has recorded its end, and for its scheduler its task is still about to end."""
    history = Memory()
    key = array(history).key
    answer = Answer([told(State.RUNNING, 0)], knows_past=True)
    found = records(tmp_path, f"{key} 7 0 79 0 start 100", f"{key} 7 0 79 0 143 100")
    for state in (State.FAILED, State.CANCELLED):
        first = joined(history, SWEEP_NAME, answer, found)[0]
        assert (first.state, first.code) == (state, 143)
        history.record(Seen((TaskEnd("7", 0, State.CANCELLED, None),)))


def test_nothing_was_submitted() -> None:
    history = Memory()
    history.record(Compilation.of(SWEEP, is_array=False))
    found = joined(history, SWEEP_NAME, SILENCE, NO_RECORDS)
    assert list(found) == [RunStatus(run, State.NEW, 0, Outcome(None, 0, State.NEW)) for run in range(4)]


def test_a_pack_has_one_task_for_its_runs() -> None:
    history = Memory()
    array(history, pack=3)
    answer = Answer([told(State.RUNNING, 0), told(State.PENDING, 1)], knows_past=False)
    found = joined(history, SWEEP_NAME, answer, NO_RECORDS)
    assert states(found) == [*[State.RUNNING] * 3, State.PENDING]
    assert [each.last.task for each in found] == [0, 0, 0, 1]


def test_the_worst_task_of_a_run_counts() -> None:
    history = Memory()
    array(history, tasks=2)
    tasks = [told(State.DONE, 0, 2, 3, 4, 6, code=0), told(State.FAILED, 1, 5, code=3), told(State.RUNNING, 7)]
    found = joined(history, SWEEP_NAME, Answer(tasks, knows_past=False), NO_RECORDS)
    assert states(found) == [State.FAILED, State.DONE, State.FAILED, State.RUNNING]
    assert [each.attempts for each in found] == [1] * 4


def test_a_script_for_each_run_and_a_retry_of_one() -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False)
    history.record(compilation)
    spans = tuple((run, run + 1) for run in range(4))
    history.record(Announced("b", compilation.key, ("sbatch",), spans, "slurm", "/"))
    for call, job in enumerate(["1", "2", None]):
        history.record(events.Submitted("b", call, job))
    part = Compilation.of(Subset(SWEEP, [1]), is_array=False)
    history.record(part)
    history.record(Announced("c", part.key, ("sbatch",), ((0, 1),), "slurm", "/", attempt=1))
    history.record(events.Submitted("c", 0, "9"))
    tasks = [
        Tasks(Job("1"), None, State.DONE, 0, "", "1", "n1"),
        Tasks(Job("2"), None, State.FAILED, 3, "", "2", "n1"),
        Tasks(Job("9"), None, State.PENDING, None, "Priority", "9", ""),
    ]
    found = joined(history, SWEEP_NAME, Answer(tasks, knows_past=True), NO_RECORDS)
    assert states(found) == [State.DONE, State.PENDING, State.UNKNOWN, State.UNKNOWN]
    assert [each.attempts for each in found] == [1, 2, 1, 1]
    assert [each.last.reason for each in found] == [
        *("", "Priority", "the id of its job is unknown", "it is not recorded whether it was accepted")
    ]


def test_an_array_of_the_users_own_in_the_script_of_a_run() -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False)
    history.record(compilation)
    history.record(Announced("b", compilation.key, ("sbatch",), ((0, 1),), "slurm", "/"))
    history.record(events.Submitted("b", 0, "7"))
    tasks = [told(State.DONE, 1, 2, code=0), told(State.FAILED, 3, code=9)]
    first = joined(history, SWEEP_NAME, Answer(tasks, knows_past=True), NO_RECORDS)[0]
    assert (first.state, first.code, first.last.job) == (State.FAILED, 9, "7_3")


def test_local_runs() -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False)
    history.record(compilation)
    history.record(Announced("b", compilation.key, ("bash",), ((0, 4),), "local", "/"))
    for item, place in enumerate([host(), host(), "elsewhere/12345678", host()]):
        history.record(events.Started("b", item, 2**22 + 1, place))
    history.record(events.Ended("b", 0, 3))
    history.record(events.Ended("b", 1, None))
    found = joined(history, SWEEP_NAME, SILENCE, NO_RECORDS)
    assert states(found) == [State.FAILED, State.NEW, State.UNKNOWN, State.LOST]
    assert [each.last.reason for each in found] == ["", "interrupted", "on elsewhere", ""]
    assert [each.attempts for each in found] == [1] * 4


@pytest.mark.parametrize("state", [State.UNKNOWN, State.LOST])
def test_a_local_run_of_another_user_whose_processes_are_hidden_may_go_on(
    monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    is_hidden = state is State.UNKNOWN
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False)
    history.record(compilation)
    history.record(Announced("b", compilation.key, ("bash",), ((0, 4),), "local", "/", user="ada"))
    history.record(events.Started("b", 0, 2**22 + 1, host()))
    history.record(events.Started("b", 1, 2**22 + 1, host()))
    history.record(events.Ended("b", 1, 0))
    monkeypatch.setattr(process_tree, "sees_others", lambda: not is_hidden)
    first, second, *_ = joined(history, SWEEP_NAME, SILENCE, NO_RECORDS)
    assert (first.state, first.last.may_be_alive, first.last.owner) == (state, is_hidden, "of user ada")
    assert second.state is State.DONE
    left = launch.uncovered(history, SWEEP_NAME, 4, 1, (), 0)
    assert left == [*([] if is_hidden else [range(1)]), range(2, 4)]


def test_an_array_whose_job_is_unknown_and_one_that_was_submitted_by_hand(tmp_path: Path) -> None:
    history = Memory()
    key = array(history, job=None).key
    lines = [f"{key} 70 1 71 1 0 100", f"{key} 70 2 72 2 start 100", f"{key} 70 3 73 3 4 100"]
    found = joined(history, SWEEP_NAME, SILENCE, records(tmp_path, *lines))
    assert states(found) == [State.UNKNOWN, State.DONE, State.UNKNOWN, State.FAILED]
    history = Memory()
    history.record(Compilation.of(SWEEP, is_array=True, file="job_hydra.sh"))
    found = joined(history, SWEEP_NAME, SILENCE, records(tmp_path, *lines))
    assert states(found) == [State.NEW, State.DONE, State.LOST, State.FAILED]
    assert found[3].last.job == "70_3"
    pending = Answer([told(State.PENDING, 0, job="70"), told(State.RUNNING, 2, job="70")], knows_past=False)
    found = joined(history, SWEEP_NAME, pending, records(tmp_path, *lines))
    assert states(found) == [State.PENDING, State.DONE, State.RUNNING, State.FAILED]


@pytest.mark.parametrize(("by_hand", "expected"), [("6", State.FAILED), ("8", State.DONE)])
def test_attempts_by_hand_have_their_place_among_the_others(tmp_path: Path, by_hand: str, expected: State) -> None:
    """Whatever the clocks say, job ids ascend."""
    history = Memory()
    key = array(history).key
    found = records(tmp_path, f"{key} 7 0 70 0 3 100", f"{key} {by_hand} 0 71 0 0 100")
    first = joined(history, SWEEP_NAME, SILENCE, found)[0]
    assert (first.state, first.attempts) == (expected, 2)


def test_records_that_are_older_than_the_script_are_not_of_it(tmp_path: Path) -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=True, file="job_hydra.sh")
    history.record(dataclasses.replace(compilation, time=1000.0))
    found = records(tmp_path, f"{compilation.key} 70 0 70 0 0 900", f"{compilation.key} 71 1 71 1 0 1001")
    assert states(joined(history, SWEEP_NAME, SILENCE, found)) == [State.NEW, State.DONE, State.NEW, State.NEW]


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from(["slurm", "gridengine", "pbs", "lsf"]), st.data())
def test_the_task_of_an_item_is_the_one_that_the_script_works_it_out_from(
    pack: int, tasks: int, scheduler: str, data: st.DataObject
) -> None:
    """As in the array script: a task takes items from `pack * (id + offset)` on; ids start at the scheduler's base."""
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=True, pack=pack, tasks_per_run=tasks)
    history.record(compilation)
    first = data.draw(st.integers(0, (compilation.items - 1) // pack)) * pack
    history.record(Announced("b", compilation.key, ("x",), ((first, compilation.items),), scheduler, "/"))
    (submission,) = history.submissions
    item = data.draw(st.integers(first, compilation.items - 1))
    task = judge.task_of(submission, item)
    assert task is not None
    base = {"slurm": 0, "gridengine": 1, "pbs": 0, "lsf": 1}[scheduler]
    offset = 0 if scheduler in ("gridengine", "pbs") else first // pack
    assert (task - base + offset) * pack <= item < (task - base + offset + 1) * pack


def test_what_is_no_task() -> None:
    history = Memory()
    array(history, is_single=True)
    assert judge.task_of(history.submissions[0], 0) is None


def test_counting() -> None:
    statuses = [RunStatus(0, state, 1, Outcome(None, 0, state)) for state in (State.LOST, State.DONE, State.LOST)]
    assert made(statuses).counts == {State.DONE: 1, State.LOST: 2}


def waiting(first: State, second: Tasks) -> Outcome:
    """Return the outcome of run 1, whose job waits for that of run 0."""
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=False, file="job_hydra0.sh")
    history.record(compilation)
    history.record(Announced("a", compilation.key, ("sbatch",), ((0, 1),), "slurm", "/"))
    history.record(events.Submitted("a", 0, "7"))
    after = (events.Token("a", 0),)
    history.record(Announced("b", compilation.key, ("sbatch",), ((1, 2),), "slurm", "/", after=after))
    history.record(events.Submitted("b", 0, "8"))
    tasks = [Tasks(Job("7"), None, first), *([second] if second.state is not State.UNKNOWN else [])]
    answer = Answer(tasks, knows_past=True)
    return joined(history, compilation.sweep, answer, NO_RECORDS)[1].last


@pytest.mark.parametrize(
    ("first", "second", "reason", "expected", "shown"),
    [
        (State.RUNNING, State.PENDING, "Dependency", State.PENDING, "waiting for run 0"),
        (State.PENDING, State.PENDING, "Dependency", State.PENDING, "waiting for run 0"),
        (State.DONE, State.PENDING, "Priority", State.PENDING, "Priority"),
        (State.FAILED, State.PENDING, "Dependency", State.PENDING, "never starts: run 0 failed"),
        (State.TIMED_OUT, State.PENDING, "x", State.PENDING, "never starts: run 0 timed out"),
        (State.FAILED, State.CANCELLED, "x", State.CANCELLED, "it waited for run 0: failed"),
        (State.FAILED, State.UNKNOWN, "", State.UNKNOWN, "it waited for run 0: failed"),
        (State.FAILED, State.RUNNING, "", State.RUNNING, ""),  # somebody has changed its dependency
        (State.UNKNOWN, State.PENDING, "Dependency", State.PENDING, "Dependency"),
    ],
)
def test_what_waits_for_the_run_that_is_tried_first(
    first: State, second: State, reason: str, expected: State, shown: str
) -> None:
    outcome = waiting(first, Tasks(Job("8"), None, second, None, reason))
    assert (outcome.state, outcome.reason) == (expected, shown)
