"""Running other programs to their end, for what they print."""

import ctypes
import os
import select
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from heracles.errors import RunError
from heracles.lean import NamedTuple
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["Ended", "Signals", "die_with_parent", "exit_description", "run_program", "signals", "spelled_command"]

_PIECE = 65_536
_GRACE = 2.0
_LOOK = 0.5
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(NamedTuple):
    """How a program ended.

    Attributes:
        code: Its exit code; a negative one is the signal that killed it; None if it was stopped because it took too
            long.
        output, errors: Its standard output and standard error.

    """

    code: int | None
    output: str
    errors: str

    @property
    def how(self) -> str:
        """How it ended, for people."""
        return "it did not answer in time" if self.code is None else exit_description(self.code)

    def failure(self, program: str) -> str:
        """Return a clause that says how a program failed, with what it printed about that, if anything."""
        printed = printable(self.errors.strip() or self.output.strip())
        return f"{program} failed ({self.how}){f': {printed}' if printed else ''}"


def exit_description(code: int) -> str:
    """Return how a program ended, by its return code in `subprocess`: `exit code 3`, `killed by SIGTERM`."""
    if code >= 0:
        return f"exit code {code}"
    # Most real-time signals have no name.
    return f"killed by {next((each.name for each in signal.Signals if each == -code), f'signal {-code}')}"


def spelled_command(words: Sequence[str]) -> str:
    """Return a command as it would be typed."""
    return printable(" ".join(map(quote, words)))


class _Readable(Protocol):
    """Something with a descriptor to wait for, as `select` takes it."""

    def fileno(self) -> int: ...


class Signals:
    """The signals that have come, as `signals` collects them.

    Attributes:
        come: Their numbers, in order.
        handlers: What handled each before.

    """

    def __init__(self, reading: int, handlers: Mapping[int, Any]) -> None:
        self.come: list[int] = []
        self._reading = reading
        self.handlers = handlers

    def fileno(self) -> int:
        """Return a descriptor that can be read once a signal has come."""
        return self._reading

    def wait(self, seconds: float, others: Iterable[_Readable] = ()) -> None:
        """Wait until a signal comes, or something else can be read, but no longer than that."""
        select.select([self, *others], [], [], seconds)
        self.clear()

    def clear(self) -> None:
        """Make the descriptor wait for the next signal."""
        try:
            while os.read(self._reading, _PIECE):
                pass
        except BlockingIOError:
            pass

    def handle(self) -> None:
        """Call the handlers of what has come.

        Raises:
            KeyboardInterrupt: If one does.

        """
        while self.come:
            number = self.come.pop(0)
            handler = self.handlers.get(number)
            if callable(handler):
                handler(number, None)


@contextmanager
def signals(others: Iterable[signal.Signals] = ()) -> Iterator[Signals]:
    """Collect the signals that interrupt, and others, until they are handled on purpose, or this ends.

    A handler that raises an exception in the midst of `subprocess` leaves its lock locked, and the next wait for the
    process never ends.

    Args:
        others: Signals that are collected too.

    """
    numbers = [each for each in _INTERRUPTS if callable(signal.getsignal(each))]
    numbers += [each for each in others if signal.getsignal(each) is not signal.SIG_IGN]
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    collected = Signals(reading, {number: signal.getsignal(number) for number in numbers})
    waking = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        for number in numbers:
            signal.signal(number, lambda come, _: collected.come.append(come))
        yield collected
    finally:
        for number in numbers:
            signal.signal(number, collected.handlers[number])
        signal.set_wakeup_fd(waking)
        os.close(reading)
        os.close(writing)
        collected.handle()


def run_program(
    words: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    text: bytes | None = None,
    timeout: float | None = None,
    is_hopeless: Callable[[str], object] = lambda _: False,
) -> Ended:
    """Run a program to its end, and return what it printed.

    An interrupt from the keyboard does not reach it, and it ends with this process, even if that is killed.

    Args:
        words: The program and its arguments.
        environment: Its environment; None for this process' own.
        text: Its standard input; None for that of this process.
        timeout: The seconds after which it is stopped; None for never.
        is_hopeless: Returns, given its standard error so far, whether it makes no sense to wait any longer.

    Raises:
        RunError: If it cannot be started.

    """
    end = None if timeout is None else time.monotonic() + timeout
    with signals() as collected, _started(words, environment, has_input=text is not None) as process:
        in_time = False
        try:
            streams, in_time = _communicate(process, text or b"", end, is_hopeless, collected)
        finally:
            _stop(process, is_done=in_time)
    output, errors = (stream.decode("utf-8", "surrogateescape") for stream in streams)
    return Ended(process.returncode if in_time else None, output, errors)


def _started(
    words: Sequence[str], environment: Mapping[str, str] | None, *, has_input: bool
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603
            words,
            env=environment,
            stdin=subprocess.PIPE if has_input else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=_uninterrupted(os.getpid()),  # noqa: PLW1509 - no thread is ever started here
        )
    except (OSError, ValueError) as error:  # a NUL in a word is a ValueError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RunError(f"cannot run {spelled_command(words)}: {reason}") from None


def _communicate(
    process: "subprocess.Popen[bytes]",
    text: bytes,
    end: float | None,
    is_hopeless: Callable[[str], object],
    collected: Signals,
) -> tuple[tuple[bytes, bytes], bool]:
    """Feed a process and read what it prints; return that, and whether it came to its end."""
    pieces: dict[Any, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for output in pieces:
            selector.register(output, selectors.EVENT_READ)
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        streams = len(selector.get_map())
        selector.register(collected, selectors.EVENT_READ)
        in_time = True
        while in_time and streams:
            left = _LOOK if end is None else max(0.0, min(_LOOK, end - time.monotonic()))
            ready: list[Any] = [key.fileobj for key, _ in selector.select(left)]
            if not ready and process.poll() is not None:
                break  # a process that it started in the background still has its output open
            for stream in ready:
                if stream is collected:
                    collected.clear()
                    collected.handle()
                    continue
                text, is_done = _exchanged(process, stream, text, pieces)
                if is_done:
                    selector.unregister(stream)
                    stream.close()
                    streams -= 1
            is_late = end is not None and time.monotonic() >= end
            in_time = not is_late and not is_hopeless(pieces[process.stderr].decode("utf-8", "replace"))
    return (bytes(pieces[process.stdout]), bytes(pieces[process.stderr])), in_time


def _exchanged(
    process: "subprocess.Popen[bytes]", stream: Any, text: bytes, pieces: Mapping[Any, bytearray]
) -> tuple[bytes, bool]:
    """Write some of the text to a process, or read some of what it prints; return the rest, and whether all is done."""
    if stream is process.stdin:
        text = _fed(process, text)
        return text, not text
    piece = os.read(stream.fileno(), _PIECE)
    pieces[stream] += piece
    return text, not piece


def _fed(process: "subprocess.Popen[bytes]", text: bytes) -> bytes:
    """Write some of the text to a process, and return the rest."""
    try:
        return text[os.write(process.stdin.fileno(), text) :] if process.stdin and text else b""
    except BlockingIOError:
        return text
    except BrokenPipeError:
        return b""


def _stop(process: "subprocess.Popen[bytes]", *, is_done: bool) -> None:
    """Wait for a process that has closed its output; end any other."""
    if not is_done:
        process.terminate()
    try:
        process.wait(None if is_done else _GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def die_with_parent(parent: int, number: int) -> None:
    """Have the system send this process a signal when its parent ends, on Linux (prctl(2)).

    Args:
        parent: The parent's process id, which may have ended already.
        number: The signal.

    """
    if _PRCTL:
        _PRCTL(_DEATH_SIGNAL, number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


def _uninterrupted(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent(parent, signal.SIGKILL)

    return prepare


def _prctl() -> Callable[..., int] | None:
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


_PRCTL = _prctl() if sys.platform == "linux" else None
