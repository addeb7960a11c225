"""Tests are skipped in one way only, which says what to install and is none under CI."""

import re
import sys
from pathlib import Path

import parts
import pytest
from support import ROOT, has, need

TESTS = ROOT / "tests"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine without any programs, and not CI."""
    monkeypatch.setattr(parts, "PATH", str(tmp_path))
    for name in ("CI", "BARE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("empty")
def test_what_is_missing_is_skipped_with_what_to_install() -> None:
    assert not has("zsh")
    with pytest.raises(pytest.skip.Exception) as skipped:
        need("zsh")
    assert skipped.value.msg == "zsh is not installed (no zsh): apt-get install zsh"


def test_ci_and_the_bare_machine(empty: pytest.MonkeyPatch) -> None:
    empty.setenv("CI", "true")
    for ask in (need, has):
        with pytest.raises(pytest.fail.Exception) as failed:
            ask("GNU parallel")
        expected = "GNU parallel is not installed (no parallel): apt-get install parallel; CI has to test with it"
        assert failed.value.msg == expected
    empty.setenv("BARE", "1")
    assert not has("GNU parallel")
    with pytest.raises(pytest.skip.Exception):
        need("GNU parallel")


def test_what_is_there_is_used(tmp_path: Path, empty: pytest.MonkeyPatch) -> None:
    (tmp_path / "zsh").symlink_to(sys.executable)
    assert has("zsh")
    need("zsh")
    for name in ("mount", "umount"):
        (tmp_path / name).symlink_to(sys.executable)
    empty.setattr("os.geteuid", lambda: 1000)
    assert parts.missing("mount") == "mount needs root: run the tests as root"
    empty.setattr("os.geteuid", lambda: 0)
    assert parts.missing("mount") is None


def test_nothing_else_skips() -> None:
    ways = re.compile(r"pytest\.skip\(|skipif|importorskip|if (?:not )?(?:shutil\.)?which\(")
    asking = {TESTS / name for name in ("parts.py", "support.py", "test_support.py")}
    found = [str(path) for path in sorted({*TESTS.rglob("*.py")} - asking) if ways.search(path.read_text())]
    assert found == [], "ask with `need` or `has` of support.py"
