"""How long tasks were busy, as their exit records say."""

from pathlib import Path

import pytest

from heracles.errors import FileError
from heracles.store import task_times as module
from heracles.store.task_times import BusyTime, task_times


def recorded(folder: Path, node: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / node).write_text("".join(f"{line}\n" for line in lines))


def test_a_task_is_busy_from_the_start_of_a_run_to_its_end(tmp_path: Path) -> None:
    exits = tmp_path / "exits"
    recorded(exits, "n1", "key 7 0 7 0 start 100", "key 7 1 8 1 start 105", "key 7 0 7 0 0 110", "key 7 1 8 1 3 125")
    recorded(exits, "n2", "key 9 - 9 0 start 100", "other 9 - 9 0 start 100", "other 9 - 9 0 143 101")
    assert task_times(str(exits)) == [
        BusyTime("key", "7", 30),
        BusyTime("other", "9", 1),
        BusyTime("key", "9", 0, (100,)),
    ]


def test_runs_of_a_task_that_run_at_once_are_counted_once(tmp_path: Path) -> None:
    packed = ["key 7 0 7 0 start 100", "key 7 0 7 1 start 101", "key 7 0 7 0 0 105", "key 7 0 7 2 start 105"]
    recorded(tmp_path, "n1", *packed, "key 7 0 7 2 0 107", "key 7 0 7 1 0 110", "key 7 0 7 3 start 120")
    assert task_times(str(tmp_path)) == [BusyTime("key", "7", 10, (120,))]


def test_a_task_that_was_requeued_is_counted_from_its_last_start(tmp_path: Path) -> None:
    recorded(tmp_path, "n1", "key 7 0 7 0 start 100", "key 7 0 7 0 start 500", "key 7 0 7 0 0 507")
    assert task_times(str(tmp_path)) == [BusyTime("key", "7", 7)]


def test_lines_that_are_damaged_say_nothing(tmp_path: Path) -> None:
    recorded(tmp_path, "n1", "", "key 7 0", "key 7 0 7 0 start soon", "key 7 0 7 0 0 9", "key 7 0 7 1 start 1")
    assert task_times(str(tmp_path)) == [BusyTime("key", "7", 0, (1,))]


def test_there_may_be_no_records_or_too_many_or_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert task_times(str(tmp_path / "missing")) == []
    recorded(tmp_path / "exits", "n1", "key 7 0 7 0 start 100")
    monkeypatch.setattr(module, "_MOST_BYTES", 3)
    assert task_times(str(tmp_path / "exits")) is None
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="it is not a folder"):
        task_times(str(tmp_path / "file"))
