"""Running scripts here: some at a time, each with a log of its own, and what becomes of them."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from heracles.errors import FileError, RunError
from heracles.schedulers.client import SubmitCall
from heracles.schedulers.process import die_with_parent, exit_description, spelled_command
from heracles.text import printable

__all__ = ["Progress", "Runner"]

_GRACE = 5.0
_LOOK = 0.05


class Progress(NamedTuple):
    """How many runs are done, have failed and are running."""

    done: int
    failed: int
    running: int


class _Child(NamedTuple):
    item: int
    call: SubmitCall
    process: "subprocess.Popen[bytes]"
    has_group: bool


class Runner:
    """Calls a command with scripts, and takes its exit code for the run's.

    Args:
        command: The words of the command.
        at_once: How many run at a time.
        fail_fast: Whether the others are stopped when one fails.
        note: Writes down what happened before the next step is taken: `start` with `item`, `pid` and `host`, and `end`
            with `item` and `code`, which is None for a run that was stopped.
        host: What the notes call this machine.

    """

    def __init__(
        self, command: Sequence[str], at_once: int, *, fail_fast: bool, note: Callable[..., None], host: str
    ) -> None:
        self._command = tuple(command)
        self._at_once = at_once
        self._fail_fast = fail_fast
        self._note = note
        self._host = host
        self._children: dict[int, _Child] = {}
        self._done = self._failed = 0

    def run(self, calls: Iterable[tuple[int, SubmitCall, Path | None]]) -> Generator[Progress, None, None]:
        """Run all, and say how far it has come whenever that changes.

        When this is closed, or interrupted, what is running is stopped, with all that it started.

        Args:
            calls: The item, the call, and the log that takes what it prints; None where that goes to the terminal.

        Raises:
            RunError: If the command cannot be started, or one fails and that is to stop the others.

        """
        waking, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        previous = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        handler = signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            for item, call, log in calls:
                while len(self._children) >= self._at_once:
                    yield from self._ended(waking)
                self._start(item, call, log)
                yield self._progress
            while self._children:
                yield from self._ended(waking)
        finally:
            self._stop()
            signal.signal(signal.SIGCHLD, handler)
            signal.set_wakeup_fd(previous)
            os.close(waking)
            os.close(woken)

    @property
    def _progress(self) -> Progress:
        return Progress(self._done, self._failed, len(self._children))

    def _start(self, item: int, call: SubmitCall, log: Path | None) -> None:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        parent, has_group = os.getpid(), log is not None

        def prepare() -> None:
            if has_group:
                os.setpgid(0, 0)
            die_with_parent(parent, signal.SIGTERM)
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

        try:
            with _opened(log) as (source, target):
                process = subprocess.Popen(  # noqa: S603
                    call.words(self._command),
                    stdin=source,
                    stdout=target,
                    stderr=target,
                    preexec_fn=prepare,  # noqa: PLW1509 - no thread is ever started here
                )
            self._children[process.pid] = _Child(item, call, process, has_group)
            self._note("start", item=item, pid=process.pid, host=self._host)
        except OSError as error:
            raise RunError(f"cannot run {spelled_command(self._command)}: {error.strerror}") from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _ended(self, waking: int) -> Iterator[Progress]:
        """Wait until some have ended, and take their exit codes."""
        ended = [child for child in self._children.values() if child.process.poll() is not None]
        if not ended:
            select.select([waking], [], [], 1.0)
            with suppress(BlockingIOError):
                os.read(waking, 4096)
            return
        for child in ended:
            code = child.process.returncode
            del self._children[child.process.pid]
            self._note("end", item=child.item, code=code if code >= 0 else 128 - code)
            self._done += code == 0
            self._failed += code != 0
            yield self._progress
            if code and self._fail_fast:
                what = spelled_command(self._command)
                raise RunError(f"{what} failed for {printable(str(child.call))} ({exit_description(code)})")

    def _stop(self) -> None:
        """Stop what is running, and note that it is to be run once more."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        self._signal(signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while time.monotonic() < end and any(_lives(child) for child in self._children.values()):
            time.sleep(_LOOK)
        self._signal(signal.SIGKILL)
        while self._children:
            _, child = self._children.popitem()
            child.process.wait()
            with suppress(FileError):  # as where the disk is full: then it is lost, and run once more all the same
                self._note("end", item=child.item, code=None)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children.values():
            with suppress(ProcessLookupError):
                if child.has_group:
                    os.killpg(child.process.pid, number)
                elif child.process.poll() is None:
                    child.process.send_signal(number)


_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def _lives(child: _Child) -> bool:
    """Tell whether a child, or anything of its group, is running still."""
    if child.process.poll() is None:
        return True
    try:
        os.killpg(child.process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return child.has_group


@contextmanager
def _opened(log: Path | None) -> Iterator[tuple[int | None, int | None]]:
    """Open what a child reads and writes: nothing and its log, or what this process has."""
    if log is None:
        yield None, None
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        target = os.open(log, flags, 0o666)
    except OSError as error:
        raise FileError(f"cannot write the log {printable(str(log))}: {error.strerror}") from None
    try:
        yield subprocess.DEVNULL, target
    finally:
        os.close(target)
