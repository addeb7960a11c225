"""The statuses that are joined in columns are those that a plain reading of every item gives, one by one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.test_status import SWEEP_NAME, Memory

import heracles
from heracles.ir import Subset
from heracles.jobs import evidence as judging
from heracles.jobs import status
from heracles.jobs.evidence import Evidence
from heracles.jobs.local import host
from heracles.jobs.outcome import RANK, Outcome
from heracles.jobs.statuses import RunStatus
from heracles.schedulers.client import ALIVE, Answer, Job, State, Tasks
from heracles.store import events
from heracles.store.events import Announced, Compilation, TaskEnd
from heracles.store.exit_records import ExitRecords

SWEEP = heracles.parse(["x=range(4)"])
ENDS = [State.DONE, State.FAILED, State.TIMED_OUT, State.CANCELLED, State.LOST]
BATCHES = "bcdef"


@st.composite
def histories(draw: st.DrawFn) -> Memory:
    """A sweep of four runs that was submitted several times, whole or in part, as arrays, single jobs and processes."""
    history = Memory()
    has_tasks = draw(st.booleans())
    for batch in BATCHES[: draw(st.integers(1, 5))]:
        runs = draw(
            st.sampled_from([SWEEP, SWEEP, Subset(SWEEP, [1]), Subset(SWEEP, [0, 2, 3]), Subset(SWEEP, [3, 1])])
        )
        is_array = draw(st.integers(0, 3)) > 0
        tasks = draw(st.integers(1, 3)) if has_tasks and is_array else 1
        pack = draw(st.integers(1, 3)) if is_array else 1
        compilation = Compilation.of(runs, is_array=is_array, file="job_hydra.sh", tasks_per_run=tasks, pack=pack)
        history.record(compilation)
        if draw(st.integers(0, 4)) == 0:
            continue  # the user may submit it by hand
        scheduler = "slurm" if is_array else draw(st.sampled_from(["slurm", "local"]))
        first = draw(st.integers(0, (compilation.items - 1) // pack)) * pack
        items = ((first, compilation.items),) if is_array or scheduler == "local" else ((first, first + 1),)
        user = draw(st.sampled_from(["", "", "", "somebody"]))
        time = draw(st.sampled_from([0.0, 101.0]))
        history.record(
            Announced(batch, compilation.key, ("sbatch",), items, scheduler, "/", user=user, time=time, round=1)
        )
        if scheduler == "local":
            for item in draw(st.sets(st.integers(first, compilation.items - 1))):
                history.record(events.Started(batch, item, 2**22 + 1, draw(st.sampled_from([host(), "x/12345678"]))))
                if draw(st.booleans()):
                    history.record(events.Ended(batch, item, draw(st.sampled_from([None, 0, 3]))))
        elif draw(st.integers(0, 5)):
            history.record(events.Submitted(batch, 0, draw(st.sampled_from(["7", "8", None]))))
    ends = draw(st.dictionaries(st.integers(0, 12), st.sampled_from(ENDS), max_size=3))
    history.record(events.Seen(tuple(TaskEnd("7", task, state, None) for task, state in ends.items())))
    return history


RANGES = st.tuples(st.integers(0, 11), st.integers(1, 12), st.integers(1, 2)).map(
    lambda drawn: range(drawn[0], drawn[0] + drawn[1] * drawn[2], drawn[2])
)
LINES = st.builds(
    Tasks,
    st.sampled_from([Job("7"), Job("8"), Job("9")]),
    st.one_of(st.none(), st.lists(RANGES, min_size=1, max_size=3).map(tuple)),
    st.sampled_from(State),
    st.sampled_from([None, 0, 5]),
    st.sampled_from(["", "Priority"]),
    st.just("70"),
    st.just("n9"),
    st.sampled_from([None, None, "", "b.0", "c.0"]),
)
PLACES = st.sampled_from(["", "", "on cluster a"])
ANSWERS = st.builds(Answer, st.lists(LINES, max_size=6), st.booleans(), st.booleans(), PLACES)
RECORDS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["7", "8", "9"]),
        st.integers(0, 11),
        st.sampled_from(["start", "start", "0", "3"]),
        st.integers(99, 103),
        st.booleans(),
    ),
    max_size=12,
)


LIMITS = st.tuples(st.integers(1, 5), st.sampled_from([0, 1000]))  # of items that are judged together


def plainly(evidence: Evidence) -> list[tuple[State, int, list[Outcome]]]:
    """Join the outcomes of all items one by one: the state, the attempts and the last outcomes of each run."""
    latest: dict[int, dict[int, Outcome]] = {run: {} for run in range(SWEEP.size)}
    tries: dict[int, Counter[int]] = {run: Counter() for run in range(SWEEP.size)}
    width: dict[int, int] = {}
    for submission in evidence.submissions(SWEEP_NAME):
        tasks = submission.compilation.tasks_per_run
        for outcome in evidence.outcomes(submission):
            run = submission.compilation.run(outcome.item)
            if width.setdefault(run, tasks) != tasks:
                tries[run] = Counter(dict.fromkeys(range(tasks), max(tries[run].values())))
                latest[run], width[run] = {}, tasks
            latest[run][outcome.item % tasks] = outcome
            tries[run][outcome.item % tasks] += 1
    nothing = Outcome(None, 0, State.NEW)
    joined = []
    for run in range(SWEEP.size):
        outcomes = [latest[run].get(task, nothing) for task in range(width.get(run, 1))]
        worst = min(outcomes, key=lambda each: RANK[each.state]).state
        joined.append((worst, max(tries[run].values(), default=0), outcomes))
    return joined


@given(histories(), ANSWERS, RECORDS, st.booleans(), LIMITS)
def test_columns_say_what_the_items_say(
    tmp_path_factory: pytest.TempPathFactory,
    history: Memory,
    answer: Answer,
    recorded: list[tuple[int, str, int, str, int, bool]],
    is_damaged: bool,  # noqa: FBT001
    limits: tuple[int, int],
) -> None:
    folder = tmp_path_factory.mktemp("exits")
    keys = list(history.compilations)
    for number, job, item, word, time, is_second in recorded:
        with (folder / ("n2" if is_second else "n1")).open("a") as file:
            file.write(f"{keys[number % len(keys)]} {job} {item} 70 {item} {word} {time}\n")
    if is_damaged:
        with (folder / "n1").open("a") as file:
            file.write("\0\0\0\n")
    records = ExitRecords(str(folder))
    evidence = Evidence(history, lambda _: answer, records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "_PIECE", limits[0])
        patch.setattr(judging, "_MOST_CHANGES", limits[1])
        joined = status.join(history, SWEEP_NAME, lambda _: answer, records)
    expected = plainly(evidence)
    assert [(each.state, each.attempts, list(each.tasks or (each.last,))) for each in joined] == expected
    assert list(joined.states) == [state for state, _, _ in expected]
    assert joined.counts == {state: n for state in State if (n := sum(state is each for each, _, _ in expected))}
    assert sum(joined.kinds.values()) == len(joined)
    assert joined.has_alive == any(each.state in ALIVE for _, _, outcomes in expected for each in outcomes)
    assert joined.most_attempts == max(attempts for _, attempts, _ in expected)

    def chosen(statuses: list[RunStatus]) -> list[int]:
        return [each.run for each in statuses]

    assert chosen(list(joined.where(lambda kind: kind.state in ALIVE))) == [
        run for run, (state, _, _) in enumerate(expected) if state in ALIVE
    ]
    assert chosen(list(joined.where_tasks(lambda kind: kind.may_be_alive))) == [
        run for run, (_, _, outcomes) in enumerate(expected) if any(each.may_be_alive for each in outcomes)
    ]
