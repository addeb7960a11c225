"""Whose a file is, and that none is left half-written."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.errors import FileError
from heracles.paths import Siblings
from heracles.store.digests import digest
from heracles.store.files import Files
from heracles.store.history import History

VERSION = "9.8.7"


@pytest.fixture
def siblings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Siblings:
    monkeypatch.chdir(tmp_path)
    return Siblings("job.sh")


def write(siblings: Siblings, files: dict[str, bytes], mode: int = 0o644) -> None:
    with History.locked(siblings, VERSION) as history:
        assert list(Files(siblings, history).write(files.items(), mode)) == list(files)


def check(siblings: Siblings, *names: str, content: bytes | None = None, force: bool = False) -> str:
    """Return the refusal; empty if there is none."""
    with History.locked(siblings, VERSION) as history:
        try:
            Files(siblings, history, force=force).check(names, None if content is None else lambda _: content)
        except FileError as error:
            return error.message
    return ""


@given(st.dictionaries(st.sampled_from(["a", "b", "job_hydra0.sh"]), st.binary(max_size=9)), st.integers(0o600, 0o777))
def test_what_is_written_is_there_with_its_mode_and_known(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], mode: int
) -> None:
    siblings = Siblings(str(tmp_path_factory.mktemp("folder") / "job.sh"))
    for _ in range(2):
        write(siblings, files, mode)
        for name, content in files.items():
            path = Path(siblings.path(name))
            assert path.read_bytes() == content
            assert path.stat().st_mode & 0o777 == mode
    history = History.read(siblings, VERSION)
    assert history.files == {name: {digest(content)} for name, content in files.items()}


def test_the_umask_does_not_change_the_mode(siblings: Siblings) -> None:
    before = os.umask(0o077)
    try:
        write(siblings, {"a": b"1"}, 0o755)
    finally:
        os.umask(before)
    assert os.stat("a").st_mode & 0o777 == 0o755


def test_whose_a_file_is(siblings: Siblings) -> None:
    way_out = ": move it away, or use --force to lose its content"
    write(siblings, {"a": b"1"})
    assert check(siblings, "a") == ""
    write(siblings, {"a": b"2"})
    Path("a").write_bytes(b"1")  # of an earlier sweep
    assert check(siblings, "a") == ""
    Path("a").write_bytes(b"")  # what a kill leaves
    assert check(siblings, "a") == ""
    Path("a").write_bytes(b"edited")
    assert check(siblings, "a") == f"a was changed since Heracles wrote it{way_out}"
    assert check(siblings, "a", content=b"edited") == ""
    assert check(siblings, "a", force=True) == ""
    for name in ("b", "c", "d"):
        Path(name).touch()
    assert check(siblings, "b") == f"b was not written by Heracles{way_out}"
    assert check(siblings, "b", "c", "d") == f"b and 2 more like it was not written by Heracles{way_out}"
    assert check(siblings, "b", content=b"") == ""


def test_a_link_or_a_folder_is_nobodys(siblings: Siblings) -> None:
    write(siblings, {"a": b"1"})
    Path("link").symlink_to("a")
    assert check(siblings, "link", content=b"1").startswith("link was not written by Heracles")
    Path("folder").mkdir()
    for force in (False, True):
        assert check(siblings, "folder", force=force) == "folder is a directory: move it out of the way"
    assert check(siblings, "missing") == "cannot read missing: No such file or directory"


def test_what_cannot_be_written_leaves_no_half_of_it(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    write(siblings, {"old": b"before"})
    real = os.write

    def fail(descriptor: int, data: bytes) -> int:
        if data in (b"12", b"after"):
            return real(descriptor, data[:1])
        if data in (b"2", b"fter"):  # codespell:ignore fter
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", fail)
    for name, content in (("new", b"12"), ("old", b"after")):
        with pytest.raises(FileError) as raised:
            write(siblings, {name: content})
        assert raised.value.message == f"cannot write {name}: No space left on device"
    assert sorted(os.listdir()) == ["job_hydra.jsonl", "old"]
    assert Path("old").read_bytes() == b"before"


def test_deleting(siblings: Siblings) -> None:
    write(siblings, {"a": b"1", "b": b"2", "c": b"3"})
    Path("b").unlink()
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        assert files.is_in_use()
        steps = files.delete(["a", "b", "c"])
        assert [next(steps), next(steps)] == ["a", "b"]
        steps.close()
        assert history.files.keys() == {"c"}
        assert list(files.delete(["c"])) == ["c"]
        assert not files.is_in_use()
    assert os.listdir() == ["job_hydra.jsonl"]


def test_one_that_cannot_be_deleted(siblings: Siblings) -> None:
    Path("folder").mkdir()
    write(siblings, {"a": b"1"})
    with History.locked(siblings, VERSION) as history:
        with pytest.raises(FileError, match="cannot delete folder: "):
            list(Files(siblings, history).delete(["a", "folder"]))
        assert history.files == {}


def test_names_of_runs_and_logs(siblings: Siblings) -> None:
    for name in ("job_hydra10.sh", "job_hydra2.sh", "job_hydra02.sh", "job_hydra3.out", "job_hydra20.out", "x"):
        Path(name).touch()
    with History.locked(siblings, VERSION) as history:
        files = Files(siblings, history)
        assert files.runs() == [2, 10]
        assert files.logs() == ["job_hydra3.out", "job_hydra20.out"]


def test_a_folder_that_cannot_be_read(siblings: Siblings, tmp_path: Path) -> None:
    with History.locked(siblings, VERSION) as history, pytest.raises(FileError) as raised:
        Files(Siblings(str(tmp_path / "none/job.sh")), history).names()
    assert raised.value.message == f"cannot read {tmp_path}/none/: No such file or directory"
