"""What is left to do, and what is written."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.jobs.silent import Silent

import heracles
from heracles.errors import FileError, HeraclesError, RunError
from heracles.ir import Subset
from heracles.jobs import launch
from heracles.jobs.job_array import job_array
from heracles.jobs.launch import LaunchSettings, WrittenFiles
from heracles.jobs.local import host
from heracles.jobs.plan import Plan, ScriptPerRun
from heracles.jobs.resources import ItemSet
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store import events
from heracles.store.events import Announced
from heracles.store.files import Files
from heracles.store.history import History

VERSION = "9.8.7"
SWEEP = heracles.parse(["x=range(6)"])
TEXT = b"#!/bin/bash\n#SBATCH --time=1\npython main.py\n"
SLURM = SCHEDULERS["slurm"]


@pytest.fixture
def siblings(tmp_path: Path) -> Siblings:
    return Siblings(str(tmp_path / "job.sh"))


def plan_of(siblings: Siblings, sweep: heracles.Sweep = SWEEP, numbers: list[int] | None = None) -> Plan:
    runs = sweep if numbers is None else Subset(sweep, numbers)
    return ScriptPerRun(JobScript(siblings.script, TEXT), runs, Source(), is_retry=numbers is not None)


def array_of(siblings: Siblings, text: bytes = TEXT, **options: int) -> Plan:
    return job_array(JobScript(siblings.script, text), SWEEP, Source(), SLURM, max_tasks=99, **options)  # type: ignore[arg-type]


def left(history: History, plan: Plan) -> list[int]:
    remaining = launch.remaining(history, plan)
    items = [item for part in remaining.items for item in part]
    assert (remaining.left, remaining.total) == (len(items), plan.items)
    return items


def announce(history: History, plan: Plan, first: int, end: int, batch: str, scheduler: str = "slurm") -> None:
    history.record(plan.compilation)
    history.record(Announced(batch, plan.compilation.key, ("sbatch",), ((first, end),), scheduler, "/"))


def test_what_may_have_been_accepted_is_not_left(siblings: Siblings) -> None:
    plan = plan_of(siblings)
    with History.locked(siblings, VERSION) as history:
        assert left(history, plan) == [0, 1, 2, 3, 4, 5]
        announce(history, plan, 1, 3, "a")
        assert left(history, plan) == [0, 3, 4, 5]
        history.record(events.Rejected("a", (0,)))
        assert left(history, plan) == [0, 1, 2, 3, 4, 5]
        announce(history, plan, 4, 6, "b")
        history.record(events.AssumedSubmitted("b", 0))
        assert left(history, plan) == [0, 1, 2, 3]
        assert launch.remaining(history, plan, resubmit_all=True) == ([range(6)], 6, 6, 1, False)
        other = plan_of(siblings, heracles.parse(["x=range(7)"]))
        assert left(history, other) == list(range(7))


def test_everything_once_more_goes_on_after_a_kill_until_its_end_was_reported(siblings: Siblings) -> None:
    plan = plan_of(siblings)
    with History.locked(siblings, VERSION) as history:
        announce(history, plan, 0, 6, "a")
        history.record(Announced("b", plan.compilation.key, ("sbatch",), ((0, 2),), "slurm", "/", round=1))
        rest = launch.Remaining([range(2, 6)], 4, 6, 1, is_resumed=True)
        assert launch.remaining(history, plan, resubmit_all=True) == rest
        assert launch.remaining(history, plan) == rest._replace(is_resumed=False)
        launch.finish(history, plan, 1)
        assert launch.remaining(history, plan, resubmit_all=True) == rest
        history.record(Announced("c", plan.compilation.key, ("sbatch",), ((2, 6),), "slurm", "/", round=1))
        assert launch.remaining(history, plan, resubmit_all=True) == ([], 0, 6, 1, True)
        launch.finish(history, plan, 1)
        assert launch.remaining(history, plan, resubmit_all=True) == ([range(6)], 6, 6, 2, False)
        assert launch.remaining(history, plan) == ([], 0, 6, 1, False)


def test_an_edited_script_and_another_folder(
    siblings: Siblings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(siblings)
    (tmp_path / "inside").mkdir()
    with History.locked(siblings, VERSION) as history:
        history.record(plan.compilation)
        folders = (str(tmp_path / "inside"), plan.script_digest), (str(tmp_path / "gone"), "another")
        for batch, (folder, source) in zip("ab", folders, strict=True):
            announced = Announced(batch, plan.compilation.key, ("sbatch",), ((0, 1),), "slurm", folder, source=source)
            assert not launch.has_changed(history, plan, plan.compilation.sweep, 0)
            history.record(announced)
            if batch == "a":
                assert launch.other_folder(history, plan.compilation.sweep, 0) == str(tmp_path / "inside")
                monkeypatch.chdir(tmp_path / "inside")
            assert launch.other_folder(history, plan.compilation.sweep, 0) == ""
        assert launch.has_changed(history, plan, plan.compilation.sweep, 0)
        assert not launch.has_changed(history, plan, plan.compilation.sweep, 1)


@given(st.permutations(range(6)), st.lists(st.tuples(st.booleans(), st.integers(0, 17), st.integers(1, 4)), max_size=4))
def test_what_is_left_of_runs_in_another_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], done: list[tuple[bool, int, int]]
) -> None:
    siblings = Siblings(str(tmp_path_factory.mktemp("folder") / "job.sh"))
    script = JobScript(siblings.script, TEXT.replace(b"--time=1", b"--array=1-3"))
    sets = [ItemSet((f"--mem={run}",), [range(run, run + 1)]) for run in order]
    ordered = job_array(script, SWEEP, Source(), SLURM, max_tasks=99, sets=sets)
    usual = job_array(script, SWEEP, Source(), SLURM, max_tasks=99)
    assert [ordered.compilation.run(item) for item in range(0, 18, 3)] == order
    with History.locked(siblings, VERSION) as history:
        expected = {(run, task) for run in range(6) for task in range(3)}
        for number, (is_ordered, first, size) in enumerate(done):
            plan = ordered if is_ordered else usual
            announce(history, plan, first, min(18, first + size), f"b{number}")
            for item in range(first, min(18, first + size)):
                expected.discard((plan.compilation.run(item), item % 3))
        for plan in (ordered, usual):
            items = left(history, plan)
            assert items == sorted(items)
            assert {(plan.compilation.run(item), item % 3) for item in items} == expected


def test_other_forms_of_the_same_sweep_count(siblings: Siblings) -> None:
    files, retry, array = plan_of(siblings), plan_of(siblings, numbers=[1, 4, 5]), array_of(siblings)
    tasks = array_of(siblings, TEXT.replace(b"--time=1", b"--array=1-2"))
    with History.locked(siblings, VERSION) as history:
        announce(history, retry, 1, 3, "a")
        assert left(history, files) == left(history, array) == [0, 1, 2, 3]
        assert left(history, tasks) == [0, 1, 2, 3, 4, 5, 6, 7]
        announce(history, tasks, 2, 5, "b")
        assert left(history, tasks) == [0, 1, 5, 6, 7]
        assert left(history, files) == [0, 3]


def test_local_runs_are_left_until_they_end_or_while_they_run(siblings: Siblings) -> None:
    plan = plan_of(siblings)
    with History.locked(siblings, VERSION) as history, subprocess.Popen(["sleep", "60"]) as process:
        announce(history, plan, 0, 6, "a", "local")
        assert left(history, plan) == [0, 1, 2, 3, 4, 5]
        for item, code in enumerate([0, 3, None]):
            history.record(events.Started("a", item, process.pid, host()))
            history.record(events.Ended("a", item, code))
        history.record(events.Started("a", 3, process.pid, host()))
        history.record(events.Started("a", 4, process.pid, "elsewhere/0"))
        assert left(history, plan) == [2, 5]
        process.kill()
        process.wait()
        assert left(history, plan) == [2, 3, 5]  # on another machine, it may still run


def test_what_is_written_and_what_stays(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        first = launch.write(plan_of(siblings), files, 0o640, Silent())
        path = siblings.path
        assert first == WrittenFiles(path("job_hydra0.sh"), path("job_hydra5.sh"), 6, [])
        assert os.stat(first.first).st_mode & 0o777 == 0o640
        smaller = plan_of(siblings, heracles.parse(["x=range(2)"]))
        assert launch.write(smaller, files, 0o640, Silent()).stale == [f"job_hydra{run}.sh" for run in range(2, 6)]
        retried = launch.write(plan_of(siblings, numbers=[2, 3]), files, 0o640, Silent())
        assert retried == WrittenFiles(path("job_hydra2.sh"), path("job_hydra3.sh"), 2, [])
        array = launch.write(array_of(siblings), files, 0o750, Silent())
        assert array == WrittenFiles(path("job_hydra.sh"), path("job_hydra.sh"), 1, [])
        assert Path(path("job_hydra.exits")).is_dir()
        assert len(history.compilations) == 4


def test_a_foreign_file_stops_all_before_the_first_is_written(siblings: Siblings) -> None:
    foreign = Path(siblings.path("job_hydra3.sh"))
    foreign.write_text("mine\n")
    with History.locked(siblings, VERSION) as history:
        with pytest.raises(FileError, match=r"job_hydra3\.sh was not written by Heracles"):
            launch.write(plan_of(siblings), Files(siblings, history), 0o644, Silent())
        assert history.compilations == {}
    assert os.listdir(foreign.parent) == ["job_hydra3.sh"]


def test_how_many_submissions_an_array_needs(siblings: Siblings, tmp_path: Path) -> None:
    program = tmp_path / "sbatch"
    program.touch(0o755)
    sbatch, bash = SubmitCommand([str(program)]), SubmitCommand(["bash"])
    several = job_array(JobScript(siblings.script, TEXT), SWEEP, Source(), SLURM, max_tasks=2)
    assert launch.check(several, [range(6)], LaunchSettings(sbatch)) == 3
    assert launch.check(several, [range(1), range(3, 4)], LaunchSettings(sbatch)) == 2
    assert launch.check(several, [range(6)], LaunchSettings(bash)) == 0
    assert launch.check(plan_of(siblings), [range(6)], LaunchSettings(sbatch)) == 0


def test_what_cannot_be_launched_is_refused_before_anything_is_written(siblings: Siblings, tmp_path: Path) -> None:
    program = tmp_path / "sbatch"
    program.touch(0o755)
    plan = ScriptPerRun(JobScript(siblings.script, TEXT), SWEEP, Source(), SLURM)
    with pytest.raises(HeraclesError, match="--wait"):
        launch.check(plan, [range(6)], LaunchSettings(SubmitCommand([str(program), "--wait"])))
    with pytest.raises(HeraclesError, match="--array=3"):
        launch.check(array_of(siblings), [range(6)], LaunchSettings(SubmitCommand([str(program), "--array=3"])))
    with pytest.raises(HeraclesError, match="neither Slurm's sbatch nor bash"):
        launch.check(plan, [range(6)], LaunchSettings(SubmitCommand(["true"])))


def test_launching_here(siblings: Siblings) -> None:
    script = JobScript(siblings.script, b'#!/bin/bash\n[[ "$@" != x=3 ]]\n')
    plan = ScriptPerRun(script, SWEEP, Source())
    settings = LaunchSettings(SubmitCommand(["bash"]))
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        launch.write(plan, files, 0o755, Silent())
        assert launch.launch(plan, [range(3), range(4, 6)], files, settings, Silent()) == [(5, "bash")]
        assert left(history, plan) == [3]
        with pytest.raises(RunError, match="bash failed for"):
            launch.launch(plan, [range(3, 4)], files, settings, Silent())
        assert left(history, plan) == []
