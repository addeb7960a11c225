"""Sweeps that continue recorded ones: what is new, what is left, and that nothing is submitted twice."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles.errors import HeraclesError
from heracles.ir import Runs, Subset
from heracles.jobs import growth, launch, query
from heracles.jobs.growth import Continuation
from heracles.jobs.job_array import job_array
from heracles.jobs.launch import Remaining
from heracles.jobs.plan import Plan, ScriptPerRun
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store import events
from heracles.store.digests import digest
from heracles.store.events import Announced
from heracles.store.history import History

VERSION = "9.8.7"
TEXT = b"#!/bin/bash\npython main.py\n"
OWN_ARRAY = b"#!/bin/bash\n#SBATCH --array=1-3\npython main.py\n"


@pytest.fixture
def siblings(tmp_path: Path) -> Siblings:
    return Siblings(str(tmp_path / "job.sh"))


class Author:
    """Submits parts of sweeps, as the command line does.

    Args:
        history: Where that is recorded.
        siblings: The files beside the script.
        text: The job script.

    """

    def __init__(self, history: History, siblings: Siblings, text: bytes = TEXT) -> None:
        self.history = history
        self.siblings = siblings
        self.script = JobScript(siblings.script, text)
        self.submitted: list[tuple[str, ...]] = []
        self.batches = 0

    def found(self, sweep: Runs) -> Continuation | None:
        return growth.continuation(self.history, sweep, (), self.siblings)

    def planned(self, runs: Runs, source: Source, *, is_array: bool = False) -> Plan:
        if is_array:
            return job_array(self.script, runs, source, SCHEDULERS["slurm"], max_tasks=99)
        return ScriptPerRun(self.script, runs, source)

    def rest(self, words: list[str], *, is_array: bool = False, again: bool = False) -> tuple[Plan, Remaining]:
        sweep, source = heracles.parse(words), Source(tuple(words))
        found = self.found(sweep)
        if found is None:
            plan = self.planned(sweep, source, is_array=is_array)
            return plan, launch.remaining(self.history, plan, resubmit_all=again)
        tasks = self.planned(sweep, source, is_array=is_array).compilation.tasks_per_run
        rest = growth.rest(self.history, found, tasks, resubmit_all=again)
        return self.planned(rest.runs, found.source(source), is_array=is_array), rest.remaining

    def submit(self, words: list[str], most: int = 10**6, *, is_array: bool = False, again: bool = False) -> Remaining:
        """Submit so many of the items that are left at most; return what was left before."""
        plan, remaining = self.rest(words, is_array=is_array, again=again)
        items = [item for part in remaining.items for item in part][:most]
        if not items:
            return remaining
        self.history.record(plan.compilation)
        self.batches += 1
        batch, spans = f"b{self.batches}", tuple((item, item + 1) for item in items)
        source, key = plan.script_digest, plan.compilation.key
        announced = Announced(batch, key, ("sbatch",), spans, "slurm", "/", source=source, round=remaining.round)
        self.history.record(announced)
        whole = plan.runs.sweep if isinstance(plan.runs, Subset) else plan.runs
        for call, item in enumerate(items):
            self.history.record(events.Submitted(batch, call, f"{self.batches}{call:03}"))
            task = (str(item % plan.compilation.tasks_per_run),) if plan.compilation.tasks_per_run > 1 else ()
            self.submitted.append((*whole[plan.compilation.run(item)], *task))
        return remaining

    def whole(self) -> Runs:
        compilation = self.history.latest()
        assert compilation
        return query.sweep_of(self.history, compilation)


SWEEPS = st.builds(
    lambda a, b, s: [f"a={','.join(map(str, a))}", f"b={','.join(b)}", f"s=__randseed({s})__"],
    st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True).map(lambda each: ["x", *each]),
    st.integers(1, 3),
)


@given(st.lists(st.tuples(SWEEPS, st.integers(0, 9), st.booleans()), min_size=1, max_size=4))
def test_no_run_of_a_chain_is_submitted_twice_and_no_number_changes(
    chain: list[tuple[list[str], int, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        siblings = Siblings(f"{folder}/job.sh")
        with History.locked(siblings, VERSION) as history:
            author, known = Author(history, siblings), dict[str, list[tuple[str, ...]]]()
            steps = [(["a=0", "b=x", "s=__randseed(1)__"], 9, False), *chain, (chain[-1][0], 99, False)]
            for words, most, is_array in steps:
                try:
                    author.submit(words, most, is_array=is_array)
                except HeraclesError as error:
                    assert error.message.startswith("runs of this sweep were submitted in two sweeps")
                    return
                for name in history.sweeps():
                    runs = list(query.sweep_of(history, history.compilations_of(name)[-1]))
                    before = known.get(history.lineage(name)[0], [])
                    assert runs[: len(before)] == before
                    known[history.lineage(name)[0]] = runs
            assert author.submit(chain[-1][0]).left == 0
            assert len(set(author.submitted)) == len(author.submitted)
            seeds = [text for run in author.submitted for text in run if text.startswith("s=")]
            assert len(set(seeds)) == len(seeds) or len(known) > 1
        assert History.read(siblings, VERSION).sweeps() == history.sweeps()


def test_what_a_journal_says_of_a_continued_sweep(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        assert author.submit(["x=1,2"]).left == 2
        assert author.found(heracles.parse(["x=1,2"])) is None
        first = history.latest()
        assert author.submit(["x=1,2,3"], 0).left == 1
        assert author.submit(["x=1,2,3"]).items == [range(1)]
        assert author.submit(["x=3,4,5"], 1).left == 2
    history = History.read(siblings, VERSION)
    last = history.latest()
    assert first
    assert last
    assert (last.runs, last.numbers, len(history.sweeps())) == (5, (range(3, 5),), 1)
    assert history.lineage(last.sweep)[0] == first.sweep
    for words in (["x=1,2"], ["x=1,2,3"], ["x=3,4,5"]):
        assert history.latest(heracles.parse(words)) == last
    assert history.latest(heracles.parse(["x=1"])) is None
    assert list(query.sweep_of(history, last)) == [(f"x={number}",) for number in range(1, 6)]
    assert [each.compilation.run(item) for each in history.of_sweep(last.sweep) for item in each.items] == [0, 1, 2, 3]


def test_only_what_was_submitted_is_continued(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        history.record(author.planned(heracles.parse(["x=1,2"]), Source(("x=1,2",))).compilation)
        assert author.found(heracles.parse(["x=1,2,3"])) is None
        assert author.submit(["x=1"]).left == 1
        found = author.found(heracles.parse(["x=1,2"]))
        assert found
        assert (found.growth.added, list(found.added), list(found.asked)) == (1, [("x=2",)], [("x=1",), ("x=2",)])
        other = JobScript(siblings.script, TEXT, ("--fast",))
        assert growth.continuation(history, heracles.parse(["x=1,2"]), other.arguments, siblings) is None
        assert growth.continuation(history, heracles.parse(["x=1,2"]), None, siblings) == found


def test_runs_of_two_sweeps_are_refused(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        author.submit(["x=1,2"])
        author.submit(["x=3"])
        assert len(history.sweeps()) == 2
        with pytest.raises(HeraclesError, match=r"in two sweeps of job\.sh, 1 in one and 2 in the other: leave out"):
            author.submit(["x=1,2,3"])
        assert author.submit(["x=3,4"]).left == 1
        assert author.submit(["x=1,2,5"]).left == 1
        assert [sweep[-1] for sweep in map(author.history.lineage, author.history.sweeps())] == history.sweeps()


@pytest.mark.parametrize("first", [4, 5, 6, 0])
def test_tasks_of_a_run_are_counted_one_by_one(siblings: Siblings, first: int) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings, OWN_ARRAY)
        author.submit(["x=1,2"], first, is_array=True)
        remaining = author.submit(["x=1,2,3"], 2, is_array=True)
        assert (remaining.left, remaining.total) == ((9 - first, 9) if first else (9, 9))
        author.submit(["x=1,2,3"], is_array=True)
        assert len(set(author.submitted)) == len(author.submitted) == 9


def test_everything_again_is_what_is_asked_for(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        author.submit(["x=1,2"])
        author.submit(["x=2,3"])
        assert author.submit(["x=2,3"], 1, again=True) == Remaining([range(2)], 2, 2, 1)
        assert author.rest(["x=2,3"], again=True)[1] == Remaining([range(1)], 1, 2, 1, is_resumed=True)
        assert author.rest(["x=2,3"])[1].left == 1
        author.submit(["x=2,3"])
        found = author.found(heracles.parse(["x=2,3"]))
        assert found
        name = history.latest().sweep  # type: ignore[union-attr]
        growth.finish(history, found, name, 1, 1)
        assert history.has_finished(name, 1)
        assert author.rest(["x=1,2,3,4"])[1].left == 1
        assert author.rest(["x=1,2,3"], again=True)[1] == Remaining([range(3)], 3, 3, 2)


def test_an_edited_script(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        author.submit(["x=1,2"])
        name, content = history.sweeps()[0], digest(TEXT)
        assert not growth.is_edited(history, name, content)
        assert growth.is_edited(history, name, "other")
        key = history.compilations_of(name)[0].key
        history.record(Announced("r", key, ("sbatch",), ((0, 1),), "slurm", "/", source="other", attempt=1))
        assert growth.is_edited(history, name, "other")
        history.record(Announced("e", key, ("sbatch",), ((0, 1),), "slurm", "/", source="other"))
        assert not growth.is_edited(history, name, "other")


def test_a_huge_sweep_that_grows_by_a_seed_is_no_longer(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        one, other = (["a=range(100000000)", f"s=__randseed({seeds})__"] for seeds in (10, 11))
        plan = author.planned(heracles.parse(one), Source(tuple(one)))
        history.record(plan.compilation)
        spans = ((0, 10**9),)
        history.record(Announced("b", plan.compilation.key, ("sbatch",), spans, "slurm", "/"))
        plan, remaining = author.rest(other)
        assert remaining == Remaining([range(10**8)], 10**8, 11 * 10**8)
        assert plan.compilation.numbers == (range(10**9, 11 * 10**8),)
        assert plan.last_file == "job_hydra1099999999.sh"


def test_a_journal_that_continues_what_it_never_said_is_damaged(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        author = Author(history, siblings)
        author.submit(["x=1,2"])
        author.submit(["x=1,2,3"])
        with pytest.raises(KeyError):
            history.record(events.Compilation.of(author.whole()[:1], is_array=False, arguments=("other",)))
    with pytest.raises(HeraclesError, match="is damaged"):
        History.read(siblings, VERSION)
