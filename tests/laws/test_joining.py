"""The status of each run is what a plain joining of journal, records and answer gives, which shares no code with it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.test_status import Memory

import heracles
from heracles.ir import Subset
from heracles.jobs import evidence, status
from heracles.lean import NamedTuple
from heracles.schedulers.client import Answer, Job, State, Tasks
from heracles.store import events, record_columns, record_lines
from heracles.store.events import Announced, Compilation, TaskEnd
from heracles.store.exit_records import ExitRecords

RUNS = 40
SWEEP = heracles.parse([f"x=range({RUNS})"])
LIMITS = st.tuples(st.integers(1, 30), st.sampled_from([0, 3, 1000]), st.integers(1, 9), st.integers(1, 2000))


class Attempt(NamedTuple):
    """A submission: the runs of its compilation, the key of that, which of them it has, and its job's id."""

    key: str
    runs: list[int]
    pack: int
    first: int
    end: int
    job: str


class Line(NamedTuple):
    """An exit record, in one of two files."""

    node: int
    attempt: int
    item: int
    word: str
    time: int


STATES = st.sampled_from([state for state in State if state is not State.NEW])
LINES = st.builds(
    Line,
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(0, RUNS - 1),
    st.sampled_from(["start", "start", "0", "0", "00", "3", "254", "255"]),
    st.integers(1000, 1003),
)
RANGES = st.builds(
    lambda first, size, step: range(first, first + size * step, step),
    st.integers(0, RUNS),
    st.integers(1, RUNS),
    st.integers(1, 3),
)
TOLD = st.tuples(
    st.integers(0, 3), st.none() | st.lists(RANGES, min_size=1, max_size=3), STATES, st.sampled_from([None, 0, 5])
)
ENDS = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, RUNS)), st.tuples(STATES, st.sampled_from([None, 0, 6])), max_size=4
)


@st.composite
def attempts(draw: st.DrawFn, history: Memory) -> list[Attempt]:
    """Record one to four submissions, of all runs or of some, as arrays."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        runs = draw(st.just(list(range(RUNS))) | st.lists(st.integers(0, RUNS - 1), min_size=1, unique=True))
        pack = draw(st.integers(1, 3))
        part = SWEEP if len(runs) == RUNS and runs == sorted(runs) else Subset(SWEEP, runs)
        compilation = Compilation.of(part, is_array=True, file="job_hydra.sh", pack=pack)
        first = draw(st.integers(0, (len(runs) - 1) // pack)) * pack
        end = min(len(runs), first + draw(st.integers(1, RUNS)) * pack)
        history.record(compilation)
        history.record(Announced(f"b{number}", compilation.key, ("sbatch",), ((first, end),), "slurm", "/"))
        history.record(events.Submitted(f"b{number}", 0, str(70 + number)))
        made.append(Attempt(compilation.key, runs, pack, first, end, str(70 + number)))
    return made


class Plain:
    """The joining of submissions, exit records, an answer and what the journal remembers, an item at a time."""

    def __init__(
        self,
        made: list[Attempt],
        lines: list[Line],
        told: list[tuple[int, list[range] | None, State, int | None]],
        ends: dict[tuple[int, int], tuple[State, int | None]],
    ) -> None:
        self.made, self.told, self.ends = made, told, ends
        self.recorded: dict[tuple[int, int], Line] = {}
        for line in sorted(lines, key=lambda each: each.node):
            before = self.recorded.get((line.attempt, line.item))
            if before is None or before.node == line.node or before.time <= line.time:
                self.recorded[line.attempt, line.item] = line

    def reported(self, number: int, task: int) -> tuple[State | None, int | None]:
        of_task = [each for each in self.told if each[0] == number and each[1] and any(task in ids for ids in each[1])]
        of_job = [each for each in self.told if each[0] == number and each[1] is None]
        for _, _, state, code in (of_task or of_job)[-1:]:
            if state is State.FAILED and self.was_cancelled(number, task):
                return State.CANCELLED, code
            if state is not State.UNKNOWN:
                return state, code
        return self.ends.get((number, task), (None, None))

    def was_cancelled(self, number: int, task: int) -> bool:
        return (number, task) in self.ends and self.ends[number, task][0] is State.CANCELLED

    def is_last(self, number: int, item: int) -> bool:
        """Return whether no item after this one was started by its task."""
        attempt = self.made[number]
        end = min(attempt.end, (item // attempt.pack + 1) * attempt.pack)
        return not any((number, later) in self.recorded for later in range(item + 1, end))

    def ended(self, number: int, item: int) -> tuple[State, int | None]:
        attempt, record = self.made[number], self.recorded.get((number, item))
        task = (item - attempt.first) // attempt.pack
        state, code = self.reported(number, task)
        if record is None or record.word == "start" or state is State.PENDING:
            return state or (State.LOST if record else State.UNKNOWN), code
        if record.word == "00" and state is not State.DONE:  # its task was told to end before
            return (state, None) if state else (State.UNKNOWN, 0)
        if int(record.word):
            if state in (None, State.DONE, State.RUNNING):
                state = State.CANCELLED if self.was_cancelled(number, task) else State.FAILED
            return state, int(record.word)
        if state in (State.TIMED_OUT, State.CANCELLED) and self.is_last(number, item):
            return state, None
        return State.DONE, 0

    def statuses(self) -> list[tuple[State, int | None, int]]:
        """Return the state, the exit code and the number of attempts of each run."""
        statuses: list[tuple[State, int | None, int]] = [(State.NEW, None, 0)] * RUNS
        for number, attempt in enumerate(self.made):
            for item in range(attempt.first, attempt.end):
                run = attempt.runs[item]
                statuses[run] = *self.ended(number, item), statuses[run][2] + 1
        return statuses


def write(folder: Path, made: list[Attempt], lines: list[Line]) -> None:
    for line in lines:
        attempt = made[line.attempt]
        with (folder / f"n{line.node}").open("a") as file:
            task = (line.item - attempt.first) // attempt.pack
            file.write(f"{attempt.key} {attempt.job} {max(0, task)} 7 {line.item} {line.word} {line.time}\n")


@given(st.data(), st.lists(LINES, max_size=80), st.lists(TOLD, max_size=6), ENDS, LIMITS)
def test_the_columns_are_the_plain_joining(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    lines: list[Line],
    told: list[tuple[int, list[range] | None, State, int | None]],
    ends: dict[tuple[int, int], tuple[State, int | None]],
    limits: tuple[int, int, int, int],
) -> None:
    history, folder = Memory(), tmp_path_factory.mktemp("exits")
    made = data.draw(attempts(history))
    lines = [each for each in lines if each.attempt < len(made)]
    lines = [each for each in lines if made[each.attempt].first <= each.item < made[each.attempt].end]
    told = [each for each in told if each[0] < len(made)]
    ends = {place: end for place, end in ends.items() if place[0] < len(made)}
    history.record(events.Seen(tuple(TaskEnd(made[number].job, task, *end) for (number, task), end in ends.items())))
    write(folder, made, lines)
    answer = Answer(
        [
            Tasks(Job(made[number].job), None if ids is None else tuple(ids), state, code)
            for number, ids, state, code in told
        ],
        knows_past=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "_PIECE", limits[0])
        patch.setattr(evidence, "_MOST_CHANGES", limits[1])
        patch.setattr(record_columns, "_BLOCK", limits[2])
        patch.setattr(record_lines, "_SIZE", limits[3])
        found = status.join(
            history, events.Compilation.of(SWEEP, is_array=True).sweep, lambda _: answer, ExitRecords(str(folder))
        )
        shown = [(each.state, each.code, each.attempts) for each in found]
    expected = Plain(made, lines, told, ends).statuses()
    assert shown == expected
    assert list(found.states) == [state for state, _, _ in expected]
    assert found.most_attempts == max(attempts for _, _, attempts in expected)
