"""Running other programs to their end, for what they print."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from heracles.errors import RunError
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["Ended", "die_with_parent", "exit_description", "run_program", "spelled_command"]

_PIECE = 65_536
_GRACE = 2.0
_LOOK = 0.5
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


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
    try:
        process = subprocess.Popen(  # noqa: S603
            words,
            env=environment,
            stdin=None if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=_uninterrupted(os.getpid()),  # noqa: PLW1509 - no thread is ever started here
        )
    except OSError as error:
        raise RunError(f"cannot run {spelled_command(words)}: {error.strerror}") from None
    end = None if timeout is None else time.monotonic() + timeout
    with process:
        in_time = False
        try:
            streams, in_time = _communicate(process, text or b"", end, is_hopeless)
        finally:
            _stop(process, is_done=in_time)
    output, errors = (stream.decode("utf-8", "surrogateescape") for stream in streams)
    return Ended(process.returncode if in_time else None, output, errors)


def _communicate(
    process: "subprocess.Popen[bytes]", text: bytes, end: float | None, is_hopeless: Callable[[str], object]
) -> tuple[tuple[bytes, bytes], bool]:
    """Feed a process and read what it prints; return that, and whether it came to its end."""
    pieces: dict[Any, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for output in filter(None, (process.stdout, process.stderr)):
            selector.register(output, selectors.EVENT_READ)
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        in_time = True
        while in_time and selector.get_map():
            left = _LOOK if end is None else max(0.0, min(_LOOK, end - time.monotonic()))
            ready = selector.select(left)
            if not ready and process.poll() is not None:
                break  # a process that it started in the background still has its output open
            for key, _ in ready:
                stream: Any = key.fileobj
                if stream is process.stdin:
                    text = _fed(process, text)
                    done = not text
                else:
                    piece = os.read(key.fd, _PIECE)
                    pieces[stream] += piece
                    done = not piece
                if done:
                    selector.unregister(stream)
                    stream.close()
            is_late = end is not None and time.monotonic() >= end
            in_time = not is_late and not is_hopeless(pieces[process.stderr].decode("utf-8", "replace"))
    return (bytes(pieces[process.stdout]), bytes(pieces[process.stderr])), in_time


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
