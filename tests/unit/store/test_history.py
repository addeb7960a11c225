"""What events add up to; `golden/journals/0.1.0` holds journals that version 0.1.0 wrote, and what it made of them."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import GOLDEN

from heracles.errors import FileError
from heracles.jobs import launch
from heracles.jobs.plan import ScriptPerRun
from heracles.language.front_end import parse
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.client import Job, State
from heracles.script.job_script import JobScript
from heracles.store import events
from heracles.store.events import Announced, Compilation, TaskEnd, Token
from heracles.store.history import History
from heracles.store.submission import LocalRun

VERSION = "9.8.7"
SAMPLES = GOLDEN / "journals" / "0.1.0"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text())
OUTCOMES = {"open": "unknown", "submitted": "accepted", "refused": "rejected", "skipped": "assumed"}


@pytest.fixture
def siblings(tmp_path: Path) -> Siblings:
    return Siblings(str(tmp_path / "job.sh"))


def test_every_sample_is_expected() -> None:
    assert {path.stem for path in SAMPLES.glob("*.jsonl")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_journal_of_the_first_version_says_what_it_said(siblings: Siblings, name: str) -> None:
    shutil.copy(SAMPLES / f"{name}.jsonl", siblings.path(siblings.journal))
    history, expected = History.read(siblings, VERSION), EXPECTED[name]
    assert history.sweep == expected["sweep"]
    assert [
        [
            *(str(each.token), each.compilation.key, each.first, each.end, each.scheduler, each.outcome),
            *(str(each.job) if each.job else None, each.is_released),
        ]
        for each in history.submissions
    ] == [[*before[:5], OUTCOMES[before[5]], *before[6:]] for before in expected["submissions"]]
    assert [str(each.token) for each in history.unknown()] == expected["unknown"]
    assert [str(each.token) for each in history.on_hold()] == expected["on_hold"]
    assert [[*key, run.pid, run.host, run.has_ended, run.code] for key, run in history.local_runs.items()] == expected[
        "local_runs"
    ]
    assert [[*key, state.value, code] for key, (state, code) in history.seen.items()] == expected["seen"]
    assert {name: sorted(digests) for name, digests in history.files.items()} == expected["files"]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_journal_of_the_first_version_is_continued(siblings: Siblings, name: str) -> None:
    shutil.copy(SAMPLES / f"{name}.jsonl", siblings.path(siblings.journal))
    with History.locked(siblings, VERSION) as history:
        compilation = next(each for each in history.compilations.values() if each.sweep == history.sweep)
        sweep = parse(compilation.overrides, seed=compilation.seed)
        plan = ScriptPerRun(JobScript(siblings.script, b"#!/bin/bash\ntrue\n"), sweep, Source(compilation.overrides))
        tasks = compilation.tasks_per_run
        wanted = {item // tasks for first, end in EXPECTED[name]["left"] for item in range(first, end)}
        left = launch.remaining(history, plan)
        assert {run for part in left.items for run in part} == wanted
        history.record(plan.compilation)
        history.record(announced(plan.compilation, batch="next"))
        history.record(events.Submitted("next", 0, "99"))
        state = vars(history) | {"_journal": None}
    again = vars(History.read(siblings, VERSION)) | {"_journal": None}
    assert again == state
    assert again["submissions"][-1].job == Job("99")


def announced(compilation: Compilation, *, batch: str = "b", calls: int = 1, scheduler: str = "slurm") -> Announced:
    spans = tuple((call, call + 1) for call in range(calls))
    return Announced(batch, compilation.key, ("sbatch",), spans, scheduler, "/", on_hold=True)


@pytest.fixture
def compilation() -> Compilation:
    return Compilation.of(parse(["x=range(4)"]), ["x=range(4)"], is_array=False, file="job_hydra0.sh")


def test_a_submission_from_its_announcement_to_its_release(siblings: Siblings, compilation: Compilation) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        assert (history.sweep, history.compilations) == (compilation.sweep, {compilation.key: compilation})
        history.record(announced(compilation, calls=4))
        first, second, third, fourth = history.submissions
        assert [each.token for each in history.unknown()] == [Token("b", call) for call in range(4)]
        history.record(events.Submitted("b", 0, "7;cluster"))
        history.record(events.Submitted("b", 1, None))
        history.record(events.Rejected("b", (2,)))
        history.record(events.AssumedSubmitted("b", 3))
        assert (first.job, second.job) == (Job("7", "cluster"), None)
        assert [each.outcome for each in history.submissions] == ["accepted", "accepted", "rejected", "assumed"]
        assert history.unknown() == []
        assert history.on_hold() == [first]
        assert history.of_sweep(compilation.sweep) == [first, second, fourth]
        assert history.of_sweep("another") == []
        history.record(events.Released("b", (0, 1)))
        assert history.on_hold() == []
        assert third.outcome == "rejected"


def test_local_runs_and_their_ends(siblings: Siblings, compilation: Compilation) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        history.record(announced(compilation, scheduler="local"))
        history.record(events.Started("b", 0, 17, "here"))
        assert history.local_runs == {("b", 0): LocalRun(17, "here")}
        history.record(events.Ended("b", 0, 3))
        assert history.local_runs == {("b", 0): LocalRun(17, "here", has_ended=True, code=3)}
        assert history.unknown() == []
        assert history.submissions[0].is_local


def test_files_and_what_was_seen(siblings: Siblings) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(events.Written({"a": "1", "b": "2"}))
        history.record(events.Written({"a": "3"}))
        history.record(events.Deleted(("b", "c")))
        assert history.files == {"a": {"1", "3"}}
        history.record(events.Seen((TaskEnd("7", None, State.FAILED, 1), TaskEnd("7", 2, State.DONE, 0))))
        history.record(events.Seen((TaskEnd("7", None, State.LOST, None),)))
        assert history.seen == {("7", None): (State.LOST, None), ("7", 2): (State.DONE, 0)}


@pytest.mark.parametrize(
    "event",
    [
        Announced("b", "nothing", ("sbatch",), ((0, 1),), "slurm", "/"),
        events.Submitted("nothing", 0, "1"),
        events.Submitted("b", 1, "1"),
        events.Rejected("nothing", (0,)),
        events.Released("b", (0, 1)),
        events.AssumedSubmitted("b", 1),
        events.Ended("b", 0, 0),
    ],
)
def test_what_was_never_announced_is_a_damage(
    siblings: Siblings, compilation: Compilation, event: events.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with History.locked(siblings, VERSION) as history, monkeypatch.context() as patch:
        history.record(compilation)
        history.record(announced(compilation))
        patch.setattr(History, "_take", lambda *_: None)
        history.record(event)
    with pytest.raises(FileError, match=r"^line 4 of .*job_hydra.jsonl is damaged"):
        History.read(siblings, VERSION)


def test_hard_links_of_one_journal_are_not_written_to_in_two_folders(tmp_path: Path, compilation: Compilation) -> None:
    """As `cp -al` makes a copy of a folder; a backup like that does not stop the work in the original."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    original, copy = (Siblings(str(tmp_path / name / "job.sh")) for name in ("a", "b"))
    with History.locked(original, VERSION) as history:
        history.record(compilation)
    os.link(original.path(original.journal), copy.path(copy.journal))
    history = History.read(copy, VERSION)
    assert (history.copied_from, history.compilations) == (original.path(original.journal), {})
    message = r"b/job_hydra.jsonl and .*a/job_hydra.jsonl are hard links of one file"
    with pytest.raises(FileError, match=message), History.locked(copy, VERSION):
        pass
    with History.locked(original, VERSION) as history:
        history.record(compilation)
        assert len(history.compilations) == 1


def test_a_copied_folder_starts_anew_and_a_moved_one_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    original = Siblings(str(tmp_path / "a" / "job.sh"))
    compilation = Compilation.of(parse(["x=range(4)"]), ["x=range(4)"], is_array=False, file="job_hydra0.sh")
    with History.locked(original, VERSION) as history:
        history.record(events.Written({"job_hydra0.sh": "1"}))
        history.record(compilation)
        history.record(replace(announced(compilation), folder=str(tmp_path / "a" / "inside")))
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    copy = Siblings(str(tmp_path / "b" / "job.sh"))
    history = History.read(copy, VERSION)
    assert history.copied_from == original.path(original.journal)
    assert (history.submissions, history.compilations, history.files) == ([], {}, {"job_hydra0.sh": {"1"}})
    with History.locked(copy, VERSION) as history:
        history.record(compilation)
    again = History.read(copy, VERSION)
    assert (again.copied_from, again.submissions, list(again.compilations)) == ("", [], [compilation.key])
    assert again.begins > 0
    (tmp_path / "a").rename(tmp_path / "c")
    moved = History.read(Siblings(str(tmp_path / "c" / "job.sh")), VERSION)
    (submission,) = moved.submissions
    assert (moved.copied_from, moved.is_at_home(submission)) == ("", False)
    assert moved.folder(submission) == str(tmp_path / "c" / "inside")
    assert History.read(copy, VERSION).submissions == []  # though the original is not there any more


def test_ids_that_start_again_have_no_past(siblings: Siblings, compilation: Compilation) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        history.record(announced(compilation))
        history.record(events.Seen((TaskEnd("7", None, State.DONE, 0), TaskEnd("8", None, State.DONE, 0))))
        history.record(events.Submitted("b", 0, "7"))
        assert history.seen == {("8", None): (State.DONE, 0)}


def test_rounds(siblings: Siblings, compilation: Compilation) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        assert (history.round(compilation.sweep), history.has_finished(compilation.sweep, 0)) == (0, True)
        history.record(replace(announced(compilation), round=1))
        assert (history.round(compilation.sweep), history.has_finished(compilation.sweep, 1)) == (1, False)
        history.record(events.Finished(compilation.sweep, 1))
        assert history.has_finished(compilation.sweep, 1)


def test_the_journal_of_the_first_version_is_not_forgotten(tmp_path: Path) -> None:
    """All scripts of one stem had one journal then."""
    shutil.copy(SAMPLES / "retry.jsonl", tmp_path / "job_hydra.jsonl")
    names = {each.file for each in History.read(Siblings(str(tmp_path / "job.sh")), VERSION).compilations.values()}
    assert all(name.endswith(".sh") for name in names)
    assert History.read(Siblings(str(tmp_path / "job.slurm")), VERSION).compilations == {}
    text = (tmp_path / "job_hydra.jsonl").read_text().replace('.sh"', '.slurm"')
    (tmp_path / "job_hydra.jsonl").write_text(text)
    with pytest.raises(FileError) as raised:
        History.read(Siblings(str(tmp_path / "job.slurm")), VERSION)
    assert raised.value.message == (
        f"{tmp_path}/job_hydra.jsonl is the journal of job.slurm from an older version of Heracles: once none of its "
        f"runs is pending or running, rename it to {tmp_path}/job_hydra.slurm.jsonl, and {tmp_path}/job_hydra.exits to "
        f"{tmp_path}/job_hydra.slurm.exits"
    )


def test_the_history_can_be_discarded(siblings: Siblings, compilation: Compilation) -> None:
    with History.locked(siblings, VERSION) as history:
        history.record(compilation)
        assert Path(siblings.path(siblings.journal)).exists()
        history.discard()
    assert History.read(siblings, VERSION).compilations == {}
