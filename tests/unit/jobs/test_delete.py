"""What is deleted and what stays, and when nothing is."""

from pathlib import Path

import pytest
from support import need
from unit.jobs.silent import Silent

import heracles
from heracles.errors import FileError, HeraclesError, RunError
from heracles.jobs import delete, launch
from heracles.jobs.local import host
from heracles.jobs.plan import ScriptPerRun
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.client import Answer, Job, State, Tasks, Unreachable
from heracles.script.job_script import JobScript
from heracles.store import events
from heracles.store.events import Announced
from heracles.store.files import Files
from heracles.store.history import History

VERSION = "9.8.7"
SWEEP = heracles.parse(["x=range(3)"])


@pytest.fixture
def siblings(tmp_path: Path) -> Siblings:
    siblings = Siblings(str(tmp_path / "job.sh"))
    with History.locked(siblings, VERSION) as history:
        launch.write(plan_of(siblings), Files(siblings, history), 0o644, Silent())
    return siblings


def plan_of(siblings: Siblings) -> ScriptPerRun:
    return ScriptPerRun(JobScript(siblings.script, b"#!/bin/bash\npython main.py\n"), SWEEP, Source())


def names(siblings: Siblings) -> set[str]:
    return {path.name for path in Path(siblings.script).parent.iterdir()}


def test_all_of_it(siblings: Siblings) -> None:
    exits = Path(siblings.path(siblings.exit_records))
    exits.mkdir()
    (exits / "n1").touch()
    Path(siblings.path(siblings.log(7))).touch()
    Path(siblings.path("job_hydra9.sh")).touch()  # nobody knows whose
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        scripts = delete.names(files, size=None, is_array=False)
        assert scripts == [f"job_hydra{run}.sh" for run in range(3)]
        deleted = delete.delete(files, scripts, None, Silent())
    assert deleted == (scripts, str(exits), siblings.path(siblings.journal), ["job_hydra7.out"])
    assert names(siblings) == {"job_hydra7.out", "job_hydra9.sh"}


def test_a_part_of_it(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        scripts = delete.names(files, size=1, is_array=False)
        assert delete.delete(files, scripts, None, Silent()) == (["job_hydra0.sh"], "", "", [])
    assert names(siblings) == {"job_hydra1.sh", "job_hydra2.sh", "job_hydra.jsonl"}
    assert History.read(siblings, VERSION).files.keys() == {"job_hydra1.sh", "job_hydra2.sh"}


def test_array_scripts_alone(siblings: Siblings) -> None:
    for name in (siblings.array_script, siblings.retry_script):
        Path(siblings.path(name)).touch()
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        both = ["job_hydra.sh", "job_hydra_retry.sh"]
        assert delete.names(files, size=5, is_array=True) == both
        assert delete.names(files, size=None, is_array=True) == []
        history.record(events.Written(dict.fromkeys(both, "0")))
        assert delete.names(files, size=None, is_array=True) == both


def test_a_foreign_file_stops_all(siblings: Siblings) -> None:
    before = names(siblings)
    Path(siblings.path("job_hydra1.sh")).write_text("changed\n")
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        with pytest.raises(FileError, match=r"job_hydra1\.sh was changed since Heracles wrote it"):
            delete.delete(files, delete.names(files, size=None, is_array=False), None, Silent())
        assert names(siblings) == before


def test_without_a_journal_nothing_is_left_to_say(tmp_path: Path) -> None:
    siblings = Siblings(str(tmp_path / "job.sh"))
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        assert delete.delete(files, [], None, Silent()) == ([], "", "", [])
    assert names(siblings) == set()


def refusal(siblings: Siblings) -> str:
    with History.locked(siblings, VERSION) as history, pytest.raises(HeraclesError) as raised:
        delete.refuse_if_alive(history, siblings, timeout=1, warn=lambda _: None)
    return raised.value.message


def submit(siblings: Siblings, runs: int) -> None:
    with History.locked(siblings, VERSION) as history:
        key = next(iter(history.compilations))
        spans = tuple((run, run + 1) for run in range(runs))
        history.record(Announced("b", key, ("sbatch",), spans, "slurm", "/"))
        for run in range(runs):
            history.record(events.Submitted("b", run, str(7 + run)))


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (1, "1 run is pending or running (job 7): cancel it with --cancel, or delete its files with --force"),
        (
            2,
            "2 runs are pending or running (jobs 7, 8): cancel them with --cancel, or delete their files with --force",
        ),
    ],
)
def test_what_is_alive_is_not_deleted(
    siblings: Siblings, runs: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(siblings, runs)
    tasks = [Tasks(Job(str(7 + run)), None, State.RUNNING) for run in range(runs)]
    monkeypatch.setattr(delete, "ask", lambda *_, **__: lambda _: Answer(tasks, knows_past=True))
    assert refusal(siblings) == message


def test_what_may_be_alive_is_not_deleted(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    need("Slurm")  # without its commands nobody can find out
    with History.locked(siblings, VERSION) as history:
        delete.refuse_if_alive(history, siblings, timeout=1, warn=lambda _: None)
        history.record(Announced("a", next(iter(history.compilations)), ("sbatch",), ((0, 1),), "slurm", "/"))
    monkeypatch.setattr(delete, "ask", lambda *_, **__: lambda _: Answer([], knows_past=True))
    assert refusal(siblings) == (
        "it is unknown whether an interrupted submission was accepted: --cancel finds out, and cancels it if it was; "
        "--force deletes the files nevertheless"
    )

    def nobody(*_: object, **__: object) -> Answer:
        raise Unreachable("nobody is there")

    monkeypatch.setattr(delete, "ask", nobody)
    with pytest.raises(RunError):
        delete.refuse_if_alive(History.read(siblings, VERSION), siblings, timeout=1, warn=lambda _: None)
    assert refusal(siblings) == (
        "nobody is there. It is unknown whether runs are pending or running: to delete the files nevertheless, add "
        "--force"
    )


def test_a_local_run_is_named_as_a_process(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heracles.jobs.judge.is_alive", lambda _: True)
    with History.locked(siblings, VERSION) as history:
        history.record(Announced("b", next(iter(history.compilations)), ("bash",), ((0, 3),), "local", "/"))
        history.record(events.Started("b", 1, 12, host()))
    assert refusal(siblings) == (
        "1 run is pending or running (process 12): cancel it with --cancel, or delete its files with --force"
    )


def test_what_another_user_submitted_is_not_deleted(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delete, "ask", lambda *_, **__: lambda _: Answer([], knows_past=True))
    with History.locked(siblings, VERSION) as history:
        key = next(iter(history.compilations))
        history.record(Announced("b", key, ("bash",), ((0, 1),), "local", "/", user="somebody"))
    assert refusal(siblings) == (
        "user somebody submitted runs of this script: to delete their files and the journal, add --force"
    )
