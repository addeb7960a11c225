"""A journal gives back what was recorded, and whatever happens to its bytes is noticed."""

import copy
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from laws.events import journals

from heracles.errors import FileError
from heracles.ir import Axis, Range, Sweep
from heracles.jobs import launch
from heracles.jobs.plan import ScriptPerRun
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.script.job_script import JobScript
from heracles.store.events import Announced, Event
from heracles.store.history import History
from heracles.store.submission import Submission

VERSION = "9.8.7"
STATE = ("compilations", "sweep", "submissions", "local_runs", "seen", "files")
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
"""Where nothing waits for a disk."""


@pytest.fixture(scope="module", autouse=True)
def _still_clock() -> Iterator[None]:
    """Let the same events make the same bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("heracles.store.journal.time.time", lambda: 1_700_000_000.5)
        yield


@contextmanager
def folder() -> Iterator[Siblings]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Siblings(f"{name}/job.sh")


def path(siblings: Siblings) -> Path:
    return Path(siblings.path(siblings.journal))


def events_alone(siblings: Siblings) -> bytes:
    """Return the content of a journal, but for what differs from file to file."""
    return re.sub(rb',"inode":\d+|,"crc":"\w+"', b"", path(siblings).read_bytes())


def state(history: History) -> dict[str, Any]:
    return {name: copy.deepcopy(getattr(history, name)) for name in STATE}


def recorded(siblings: Siblings, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Record events, and return the state that they add up to: before them, and after each of them."""
    with History.locked(siblings, VERSION) as history:
        states = [state(history)]
        for event in events:
            history.record(event)
            states.append(state(history))
    return states


def reading(siblings: Siblings) -> dict[str, Any]:
    return state(History.read(siblings, VERSION))


@given(journals(), st.data())
def test_what_is_recorded_is_read_back_in_however_many_sittings(events: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    with folder() as siblings:
        states = recorded(siblings, events)
        assert reading(siblings) == states[-1]
        assert path(siblings).exists() == bool(events)
        content = events_alone(siblings) if events else b""
        path(siblings).unlink(missing_ok=True)
        assert recorded(siblings, events[:cut]) + recorded(siblings, events[cut:])[1:] == states
        assert path(siblings).exists() == bool(events)
        assert not events or events_alone(siblings) == content


@given(journals(), st.data())
def test_a_journal_that_is_cut_holds_what_was_recorded_until_then_and_goes_on(
    events: list[Event], data: st.DataObject
) -> None:
    assume(events)
    with folder() as siblings:
        states = recorded(siblings, events)
        content = path(siblings).read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        path(siblings).write_bytes(content[:cut])
        # A whole line that lacks its line end alone counts; the first line is none of the events.
        count = max(0, content[: cut + 1].count(b"\n") - 1)
        assert reading(siblings) == states[count]
        assert recorded(siblings, events[count:]) == states[count:]
        assert path(siblings).read_bytes() in (content, content[:-1])


@given(journals(), st.data())
def test_a_damage_is_an_error_that_names_the_line_unless_it_is_at_the_end(
    events: list[Event], data: st.DataObject
) -> None:
    assume(events)
    with folder() as siblings:
        states = recorded(siblings, events)
        content = path(siblings).read_bytes()
        start = data.draw(st.integers(0, len(content)), label="start")
        end = data.draw(st.integers(start, min(len(content), start + 40)), label="end")
        other = data.draw(st.binary(max_size=8) | st.sampled_from([b"\n", b"}\n{", b'"', b"0", content[:end]]))
        damaged = content[:start] + other + content[end:]
        path(siblings).write_bytes(damaged)
        pairs = enumerate(zip(content, damaged, strict=False))
        start = next((place for place, (one, two) in pairs if one != two), min(len(content), len(damaged)))
        whole = content[:start].count(b"\n")
        try:
            after = reading(siblings)
        except FileError as error:
            named = re.match(r"line (\d+) of ", str(error))
            assert int(named[1]) == whole + 1 if named else whole == 0
        else:
            assert after in states[max(0, whole - 1) :]
            is_at_the_end = b"\n" not in damaged[start:] or damaged == content
            assert is_at_the_end


@given(journals(), st.data())
def test_no_line_can_be_taken_out_or_change_its_place(events: list[Event], data: st.DataObject) -> None:
    assume(len(events) > 1)
    with folder() as siblings:
        recorded(siblings, events)
        lines = path(siblings).read_bytes().splitlines(keepends=True)
        place = data.draw(st.integers(0, len(lines) - 2))
        moved = data.draw(st.sampled_from([[], [lines[place]] * 2, [lines[place + 1], lines[place]]]))
        path(siblings).write_bytes(b"".join([*lines[:place], *moved, *lines[place + (2 if len(moved) == 2 else 1) :]]))
        assume(path(siblings).read_bytes() != b"".join(lines))
        with pytest.raises(FileError, match=rf"^line {place + 1} of |^line {place + 2} of "):
            reading(siblings)


def runs_of(submission: Submission) -> set[int]:
    return {submission.compilation.run(item) for item in range(submission.first, submission.end)}


def left(siblings: Siblings, history: History, submission: Submission) -> set[int]:
    """Return the runs of a submission's sweep that would be submitted now."""
    whole = Sweep((Axis("x", Range(0, submission.compilation.runs, 1)),), seed=submission.compilation.seed)
    plan = ScriptPerRun(JobScript(siblings.script, b"#!/bin/bash\ntrue\n"), whole, Source())
    assert plan.compilation.sweep == submission.compilation.sweep
    return {item for part in launch.remaining(history, plan).items for item in part}


@given(journals())
def test_no_more_is_known_than_was_announced_and_none_is_left_that_may_have_been_accepted(events: list[Event]) -> None:
    known: list[Submission] = []
    with folder() as siblings, History.locked(siblings, VERSION) as history:
        for event in events:
            history.record(event)
            new = len(event.items) if isinstance(event, Announced) else 0
            assert len(history.submissions) == len(known) + new
            assert history.submissions[: len(known)] == known
            known = list(history.submissions)
            for submission in known:
                if not submission.is_local and submission.outcome != "rejected":
                    assert not left(siblings, history, submission) & runs_of(submission)
