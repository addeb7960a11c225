"""What stands in the place of a file or a folder is refused, at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from heracles.store.plain_files import open_folder, open_plain

FLAGS = {
    "reading": os.O_RDONLY,
    "appending": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
}


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))


def _link(path: Path) -> None:
    other = path.with_name("other")
    other.touch()
    path.symlink_to(other)


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "link": (_link, "it is a symbolic link"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "it is a symbolic link"),
    "FIFO": (os.mkfifo, "it is not a plain file"),
    "folder": (Path.mkdir, "it is not a plain file"),
    "socket": (_socket, "it is not a plain file"),
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: str, flags: int) -> None:
    make, reason = KINDS[kind]
    make(tmp_path / "x")
    with pytest.raises(OSError, match=reason):
        open_plain(str(tmp_path / "x"), flags)
    assert not (tmp_path / "nowhere").exists()


def test_a_device_is_refused() -> None:
    with pytest.raises(OSError, match="it is not a plain file"):
        open_plain("/dev/null", os.O_WRONLY)


def test_a_plain_file_is_opened(tmp_path: Path) -> None:
    descriptor = open_plain(str(tmp_path / "x"), FLAGS["appending"])
    os.write(descriptor, b"text")
    assert os.get_blocking(descriptor)
    os.close(descriptor)
    folder = open_folder(str(tmp_path))
    descriptor = open_plain("x", os.O_RDONLY, folder=folder)
    assert os.read(descriptor, 9) == b"text"
    os.close(descriptor)
    os.close(folder)


@pytest.mark.parametrize(("kind", "reason"), [("link", "it is a symbolic link"), ("file", "it is not a folder")])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str, reason: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "x").symlink_to("other") if kind == "link" else (tmp_path / "x").touch()
    with pytest.raises(OSError, match=reason):
        open_folder(str(tmp_path / "x"))


def test_what_is_missing_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_plain(str(tmp_path / "x"), os.O_RDONLY)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        open_plain(str(tmp_path / "file" / "x"), os.O_RDONLY)
