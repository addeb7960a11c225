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
from clusters.slurm import happens

HERACLES = f"{sys.executable} -m heracles job.sh -r=bash"


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

    def wait_for(self, text: str, seconds: float = 20.0) -> None:
        """Wait until a text is shown, and forget what was shown up to its end."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} is not in {self.shown!r}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.shown += os.read(self._terminal, 65536).decode()
        self.shown = self.shown.partition(text)[2]

    def close(self) -> None:
        os.close(self._terminal)
        os.waitpid(self._pid, 0)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    opened = Shell(tmp_path)
    opened.wait_for("ready$ ")
    yield opened
    with suppress(OSError):
        opened.close()


def test_a_run_reads_from_the_terminal_and_is_suspended_and_interrupted(shell: Shell, script: Path) -> None:
    script.write_text('#!/bin/bash\necho "who: $@"; read -r name\necho "it was $name"; sleep 600\n')
    shell.type(f"{HERACLES} x=1,2\n")
    shell.wait_for("who: x=1")
    shell.type("me\n")
    shell.wait_for("it was me")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.wait_for("ready$ ")
    shell.type("fg\n")
    shell.wait_for("x=1,2")
    time.sleep(1.5)  # until it goes on
    shell.type("\x03")
    shell.wait_for("Interrupted: runs done: 0 of 2")
    shell.type("echo code $?\n")
    shell.wait_for("code 130")


def test_a_run_that_reads_nothing_is_suspended_and_interrupted(shell: Shell, script: Path) -> None:
    script.write_text('#!/bin/bash\necho "here: $@"; for ((;;)); do echo + >> beats; sleep 0.05; done\n')
    beats = script.with_name("beats")
    shell.type(f"{HERACLES} x=1,2\n")
    shell.wait_for("here: x=1")
    assert happens(beats.exists, 30)
    shell.type("\x1a")
    shell.wait_for("Stopped")
    count = beats.stat().st_size
    time.sleep(0.5)
    assert beats.stat().st_size == count
    shell.type("fg\n")
    shell.wait_for("x=1,2")
    assert happens(lambda: beats.stat().st_size > count, 30)
    shell.type("\x03")
    shell.wait_for("Interrupted: runs done: 0 of 2")


def test_nothing_goes_on_when_the_terminal_is_closed(shell: Shell, script: Path) -> None:
    script.write_text('#!/bin/bash\necho "here: $@"; bash -c "for ((;;)); do echo + >> beats; sleep 0.05; done"\n')
    beats = script.with_name("beats")
    shell.type(f"{HERACLES} x=1\n")
    shell.wait_for("here: x=1")
    shell.close()
    end = time.monotonic() + 10
    count = -1
    while count != (count := beats.stat().st_size if beats.exists() else 0):
        assert time.monotonic() < end
        time.sleep(0.5)
