"""A run that shares the terminal: it may read from it, and Ctrl-C and Ctrl-Z reach all."""

import os
import pty
import select
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from clusters.slurm import PATIENCE, happens

HERACLES = f"{sys.executable} -m heracles job.sh -r"


class Shell:
    """An interactive bash at a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.shown = ""
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], {**os.environ, "PS1": "ready$ "})  # noqa: S606

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until a text is shown, and forget what was shown up to its end."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} is not in {self.shown!r}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.shown += os.read(self._terminal, 65536).decode()
        self.shown = self.shown.partition(text)[2]

    def has_foreground_job(self) -> bool:
        """Return whether another process group than the shell's has the terminal, and nothing at it is suspended."""
        states = [stat.rpartition(")")[2].split() for stat in map(_read, Path("/proc").glob("[0-9]*/stat"))]
        is_suspended = any(fields[0] == "T" for fields in states if fields and fields[3] == str(self._pid))
        return not is_suspended and os.tcgetpgrp(self._terminal) != self._pid

    def close(self) -> None:
        os.close(self._terminal)
        os.waitpid(self._pid, 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    opened = Shell(tmp_path)
    opened.wait_for("ready$ ")
    yield opened
    with suppress(OSError):
        opened.close()


@pytest.mark.parametrize("command", ["bash", "./wrapper"])
def test_a_run_reads_from_the_terminal_and_is_suspended_and_interrupted(
    shell: Shell, script: Path, command: str
) -> None:
    """What a wrapper prints is read on the way to the terminal, which nobody notices."""
    wrapper = script.with_name("wrapper")
    wrapper.write_text('#!/bin/bash\nbash "$@"\n')
    wrapper.chmod(0o755)
    script.write_text('#!/bin/bash\necho "who: $@"; read -r name\necho "it was $name"; sleep 600\n')
    shell.type(f"{HERACLES}={command} x=1,2\n")
    shell.wait_for("who: x=1")
    shell.type("me\n")
    shell.wait_for("it was me")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.wait_for("ready$ ")
    shell.type("fg\n")
    shell.wait_for("x=1,2")
    assert happens(shell.has_foreground_job)
    shell.type("\x03")
    shell.wait_for("Interrupted: runs done: 0 of 2")
    shell.type("echo code $?\n")
    shell.wait_for("code 130")


def test_a_run_that_reads_nothing_is_suspended_and_interrupted(shell: Shell, script: Path) -> None:
    script.write_text('#!/bin/bash\necho "here: $@"; for ((;;)); do echo + >> beats; sleep 0.05; done\n')
    beats = script.with_name("beats")
    shell.type(f"{HERACLES}=bash x=1,2\n")
    shell.wait_for("here: x=1")
    assert happens(beats.exists)
    shell.type("\x1a")
    shell.wait_for("Stopped")
    count = beats.stat().st_size
    time.sleep(0.5)
    assert beats.stat().st_size == count
    shell.type("fg\n")
    shell.wait_for("x=1,2")
    assert happens(lambda: beats.stat().st_size > count)
    shell.type("\x03")
    shell.wait_for("Interrupted: runs done: 0 of 2")


def test_nothing_goes_on_when_the_terminal_is_closed(shell: Shell, script: Path) -> None:
    loop = "echo $$ > begun; mv begun pid; for ((;;)); do sleep 0.05; done"
    script.write_text(f"#!/bin/bash\n: \"$@\"; bash -c '{loop}'\n")
    shell.type(f"{HERACLES}=bash x=1\n")
    assert happens(script.with_name("pid").exists)
    shell.close()
    process = Path("/proc", script.with_name("pid").read_text().strip())
    assert happens(lambda: not process.exists())
