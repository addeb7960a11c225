"""Where messages go, and what quiet leaves out."""

import os
import sys
from pathlib import Path

import pytest

from heracles.cli.terminal import Terminal


def test_quiet_leaves_out_what_nobody_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    for quiet, said, noted in ((False, "said\n", "noted\nWarning: warned\n"), (True, "", "")):
        terminal = Terminal(quiet=quiet)
        terminal.say("said")
        terminal.write("written\n")
        terminal.note("noted")
        terminal.warn("warned")
        assert capfd.readouterr() == (f"{said}written\n", noted)


def test_a_stream_keeps_its_order_and_its_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    terminal = Terminal(quiet=True)
    terminal.write("first\n")
    terminal.stream(f"{number} \udcff\n" for number in range(2500))
    terminal.stream_bytes(b"\0last\n")
    terminal.write("after\n")
    sys.stdout.flush()
    expected = b"".join(b"%d \xff\n" % number for number in range(2500))
    assert capfdbinary.readouterr().out == b"first\n" + expected + b"\0last\nafter\n"


def test_a_file_has_no_width_and_no_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert Terminal(quiet=False).width is None
        assert not Terminal(quiet=False).has_colours


def test_colours_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setenv("COLUMNS", "77")
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert (Terminal(quiet=False).width, Terminal(quiet=False).has_colours) == (77, True)
        monkeypatch.setenv("NO_COLOR", "1")
        assert not Terminal(quiet=False).has_colours
    os.close(leader)
