"""What is refused, what is passed over, and that a journal goes on where it was."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import GOLDEN

from heracles.errors import FileError
from heracles.paths import Siblings
from heracles.store.events import FORMAT, Deleted, Event, Seen, Written
from heracles.store.history import History
from heracles.store.journal import Journal

VERSION = "9.8.7"
WAY_OUT = (
    "restore the file from a backup. If you move it away instead, Heracles forgets which files it wrote and which runs "
    "it submitted, and the same command submits all of them again"
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("job_hydra.jsonl")


def write(path: Path, *events: Event) -> None:
    journal = Journal(str(path), VERSION)
    with journal.locked():
        list(journal.lines())
        for event in events:
            journal.append(event)


def read(path: Path) -> list[Event]:
    return [event for _, event in Journal(str(path), VERSION).lines()]


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as raised:
        read(path)
    return str(raised.value)


def test_a_line_is_json_and_the_first_one_says_the_format(path: Path) -> None:
    write(path, Written({"a": "1"}))
    first, second = map(json.loads, path.read_text().splitlines())
    assert {name: first[name] for name in ("heracles", "event", "format")} == {
        "heracles": VERSION,
        "event": "open",
        "format": FORMAT,
    }
    assert list(second) == ["heracles", "time", "event", "files", "crc"]


@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "second", "last"])
def test_a_newer_format_is_refused_by_name(path: Path, place: int) -> None:
    write(path, Written({"a": "1"}), Deleted(("a",)))
    lines = path.read_text().splitlines()
    lines.insert(place, '{"heracles":"12.0","time":1.0,"event":"open","format":99,"what":"ever"}')
    path.write_text("\n".join(lines) + "\n")
    expected = "job_hydra.jsonl was written by Heracles 12.0: use that version, or a newer one"
    assert refusal(path) == expected
    with pytest.raises(FileError, match=r"was written by Heracles 12\.0"):
        write(path, Deleted(("b",)))
    assert len(path.read_text().splitlines()) == 4


DAMAGES: dict[str, Callable[[list[str]], object]] = {
    "another name of a field": lambda lines: lines.__setitem__(2, lines[2].replace('"files"', '"items"')),
    "another event": lambda lines: lines.__setitem__(2, lines[2].replace('"remove"', '"erase"')),
    "another digit": lambda lines: lines.__setitem__(2, lines[2].replace('"a"', '"b"')),
    "no JSON": lambda lines: lines.__setitem__(2, "oops"),
    "a list": lambda lines: lines.__setitem__(2, "[]"),
    "deep": lambda lines: lines.__setitem__(2, "[" * 100_000),
    "zeros": lambda lines: lines.__setitem__(2, "\0" * 512),
    "an empty line": lambda lines: lines.insert(2, ""),
    "a line less": lambda lines: lines.pop(2),
    "a line twice": lambda lines: lines.insert(2, lines[1]),
    "a torn line of this version": lambda lines: lines.__setitem__(2, lines[2][:40]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_line_is_an_error_and_is_left_as_it_is(path: Path, damage: Callable[[list[str]], object]) -> None:
    write(path, Written({"a": "1"}), Deleted(("a",)), Written({"b": "2"}))
    lines = path.read_text().splitlines()
    damage(lines)
    path.write_text("\n".join(lines) + "\n")
    before = path.read_bytes()
    expected = f"line 3 of job_hydra.jsonl is damaged, or of another version of Heracles: {WAY_OUT}"
    assert refusal(path) == expected
    with pytest.raises(FileError, match="line 3 of "):
        write(path, Deleted(("b",)))
    assert path.read_bytes() == before


VALUES = [
    '"time":"x","event":"remove","files":[]',
    '"event":"remove","files":[]',
    '"time":1,"files":[]',
    '"time":1,"event":["remove"],"files":[]',
    '"time":1,"event":"remove"',
    '"time":1,"event":"remove","files":5',
    '"time":1,"event":"remove","files":[5]',
    '"time":1,"event":"write","files":{"x":[]}',
    '"time":1,"event":"write","files":[]',
    '"time":1,"event":"remove","files":[],"more":1',
    '"time":1,"event":"submit","token":"x","call":true,"job":null}',
    '"time":1,"event":"submit","token":"nobody","call":0,"job":null',
    '"time":1,"event":"seen","tasks":[["1",null,"odd",0]]',
    '"time":1,"event":"seen","tasks":[["1",null,"done"]]',
    '"time":1,"event":"sweep","sweep":"s","key":"k","overrides":[],"seed":0,"runs":1,"array":false,"file":"f",'
    '"numbers":[[0,1,0]],"own":1,"pack":1',
    '"time":1,"event":"sweep","sweep":"s","key":"k","overrides":[],"seed":0,"runs":1,"array":false,"file":"f",'
    '"numbers":null,"own":0,"pack":1',
]


@pytest.mark.parametrize("members", VALUES)
def test_a_line_of_the_first_version_needs_all_of_its_fields(path: Path, members: str) -> None:
    whole = '{"heracles":"0.1.0","time":1,"event":"remove","files":[]}'
    path.write_text(f'{whole}\n{{"heracles":"0.1.0",{members}}}\n{whole}\n')
    with pytest.raises(FileError, match=r"^line 2 of "):
        History.read(Siblings("job.sh"), VERSION)


@pytest.mark.parametrize("before", ["\ufeff", "\n", " ", "\0" * 5000, "<<<<<<< HEAD\n"])
def test_a_journal_with_something_before_it_is_still_one(path: Path, before: str) -> None:
    """Nobody is told to move it out of the way, since then all its runs would be submitted again."""
    write(path, Written({"a": "1"}))
    path.write_text(before + path.read_text())
    assert refusal(path) == f"line 1 of job_hydra.jsonl is damaged, or of another version of Heracles: {WAY_OUT}"


@pytest.mark.parametrize("content", ["my notes\n", "\n", '{"a":1}\n', " ", "{}"])
def test_something_else_is_not_touched(path: Path, content: str) -> None:
    path.write_text(content)
    assert refusal(path) == "job_hydra.jsonl is not a journal of Heracles: move it out of the way"
    with pytest.raises(FileError):
        write(path, Deleted(("b",)))
    assert path.read_text() == content


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
def test_what_is_no_file_is_not_waited_for(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    assert refusal(path) == "cannot read job_hydra.jsonl: it is not a plain file"
    with pytest.raises(FileError):
        write(path)


def test_no_link_is_followed(path: Path) -> None:
    path.symlink_to("elsewhere")
    assert refusal(path) == "cannot read job_hydra.jsonl: it is a symbolic link"
    with pytest.raises(FileError, match=r"cannot use job_hydra\.jsonl: "):
        write(path, Deleted(()))
    assert not Path("elsewhere").exists()


def test_one_that_stays_empty_is_deleted(path: Path) -> None:
    write(path)
    assert not path.exists()
    assert read(path) == []


def test_two_cannot_have_it_locked(path: Path) -> None:
    code = (
        "from heracles.store.journal import Journal\n"
        f"with Journal({str(path)!r}, '').locked():\n    print('locked', flush=True)\n    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(FileError) as raised:
            write(path, Deleted(()))
        assert str(raised.value) == "another heracles is at work on this script: it has locked job_hydra.jsonl"
        other.communicate("\n")
    write(path, Deleted(()))
    assert len(read(path)) == 2


def test_the_lock_outlives_reading(path: Path) -> None:
    """Closing any descriptor of a file drops its locks: fcntl(2)."""
    write(path, Deleted(()))
    journal = Journal(str(path), VERSION)
    code = f"from heracles.store.journal import Journal\nwith Journal({str(path)!r}, '').locked(): pass\n"
    with journal.locked():
        assert len(list(journal.lines())) == 2
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "another heracles is at work" in other.stderr


@pytest.mark.parametrize("problem", ["write", "fdatasync"])
def test_what_cannot_be_written_leaves_the_journal_as_it_was(
    path: Path, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, Deleted(("a",)))
    before = path.read_bytes()
    real = os.write

    def fail(descriptor: int, data: bytes = b"") -> int:
        if data:
            real(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, problem, fail)
        with pytest.raises(FileError) as raised:
            write(path, Deleted(("b",)))
    assert str(raised.value) == "cannot write job_hydra.jsonl: No space left on device"
    assert path.read_bytes() == before
    write(path, Deleted(("c",)))
    assert read(path)[1:] == [Deleted(("a",)), Deleted(("c",))]


def test_an_event_that_can_be_found_out_again_needs_no_lock(path: Path) -> None:
    siblings = Siblings("job.sh")
    write(path, Written({"a": "1"}))
    history = History.read(siblings, VERSION)
    history.remember(Seen(()))
    assert read(path)[1:] == [Written({"a": "1"}), Seen(())]
    path.unlink()
    path.mkdir()
    history.remember(Seen(()))
    path.rmdir()


def test_the_oldest_journals_are_continued(path: Path) -> None:
    shutil.copy(GOLDEN / "journals" / "0.1.0" / "torn.jsonl", path)
    before = path.read_bytes()
    write(path, Deleted(("a",)))
    after = path.read_bytes()
    whole = before[: before.rindex(b"\n") + 1]
    assert after.startswith(whole)
    kinds = [json.loads(line)["event"] for line in after[len(whole) :].splitlines()]
    assert kinds == ["open", "remove"]
    assert read(path)[-1] == Deleted(("a",))


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_a_file_system_without_locks_is_named_and_nothing_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("heracles.store.journal.fcntl.lockf", fail)
    with pytest.raises(FileError, match=r"^cannot lock job_hydra\.jsonl: the file system supports no locks \("):
        write(path, Deleted(("b",)))
    assert not path.exists()


SHARED = (
    "another heracles wrote to job_hydra.jsonl at the same time: the file system does not lock it. Once the other one "
    "has ended, give the same command"
)


def test_two_that_no_lock_keeps_apart_do_not_both_go_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on NFS that is mounted with local locks: who comes second is told so before it submits anything."""
    monkeypatch.setattr("fcntl.lockf", lambda *_: None)
    write(path, Written({"a": "1"}))
    one, other = Journal(str(path), VERSION), Journal(str(path), VERSION)
    with one.locked(), other.locked():
        assert len(list(one.lines())) == len(list(other.lines()))
        one.append(Deleted(("a",)))
        with pytest.raises(FileError) as raised:
            other.append(Deleted(("a",)))
        one.append(Deleted(("b",)))
    assert raised.value.message == SHARED
    assert read(path)[1:] == [Written({"a": "1"}), Deleted(("a",)), Deleted(("b",))]


def test_a_line_that_another_one_was_quicker_than_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.lockf", lambda *_: None)
    write(path, Written({"a": "1"}))
    one, other = Journal(str(path), VERSION), Journal(str(path), VERSION)
    write_now = os.write

    def late(descriptor: int, data: bytes) -> int:
        monkeypatch.setattr("os.write", write_now)
        one.append(Deleted(("a",)))
        return write_now(descriptor, data)

    with one.locked(), other.locked():
        list(one.lines()), list(other.lines())
        monkeypatch.setattr("os.write", late)
        with pytest.raises(FileError) as raised:
            other.append(Deleted(("b",)))
    assert raised.value.message == SHARED
    assert read(path)[1:] == [Written({"a": "1"}), Deleted(("a",))]
