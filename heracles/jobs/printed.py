"""What local runs print: a command that submits jobs says so, and then the run is not over when the command is."""

import errno
import fcntl
import os
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

from heracles.errors import FileError
from heracles.lean import NamedTuple
from heracles.schedulers.registry import SCHEDULERS, by_key
from heracles.store.plain_files import open_plain
from heracles.text import counted, listed, printable

__all__ = ["Confirmed", "LogText", "Printed", "Relay", "Streams", "opened", "spelled_jobs", "unfollowed"]

_PIECE = 65_536
_MOST_PIECES = 16  # that are passed on at once: signals and other runs have their turn
_LONGEST_LINE = 4_096
_LAST = 1.0  # seconds in which what a run printed last gets through a terminal, if something keeps that open
_OUTPUT, _LOCAL = 1, 3  # places in what `termios.tcgetattr` returns
_SIZE = 8  # bytes of a `struct winsize`
_MOST_JOBS = 20  # that are recorded of one run


class Confirmed(NamedTuple):
    """The jobs that a text says were submitted: the key of their scheduler, empty for none, and their ids."""

    scheduler: str = ""
    jobs: tuple[str, ...] = ()


class Printed(NamedTuple):
    """What a run has printed: the jobs that it says were submitted, and its last line that is not empty."""

    confirmed: Confirmed = Confirmed()
    last_line: str = ""


def spelled_jobs(jobs: Sequence[str]) -> str:
    """Return jobs with the noun: `job 5`, `jobs 5, 6`."""
    return f"job{'' if len(jobs) == 1 else 's'} {printable(listed(jobs))}"


def unfollowed(runs: int, scheduler: str, jobs: Sequence[str]) -> str:
    """Return a sentence, without its full stop, on runs that submitted jobs themselves.

    Args:
        runs: How many runs.
        scheduler: The key of the scheduler that they submitted to.
        jobs: The ids of the jobs.

    """
    submit = by_key(scheduler).submit
    distinct = sorted(set(jobs), key=lambda job: (len(job), job))  # runs may end in any order
    themselves = "itself" if runs == 1 else "themselves"
    return (
        f"{counted(runs, 'run')} submitted {spelled_jobs(distinct)} {themselves}, and Heracles does not follow what a "
        f"command submits: look in the queue. To have runs followed, give {submit} itself with its options, as in "
        f"-r='{submit} -q short'"
    )


class _Text:
    """A text that is read in pieces, for the jobs that it says were submitted."""

    def __init__(self) -> None:
        self._rest = self._last = b""
        self._found: dict[str, dict[str, None]] = {}

    def add(self, piece: bytes) -> None:
        """Read the next piece."""
        text = self._rest + piece
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._search(text[:end])
        self._rest = text[end:][-_LONGEST_LINE:]

    @property
    def printed(self) -> Printed:
        """The jobs of the scheduler that was named first, and the last line."""
        self._search(self._rest)
        scheduler, jobs = next(iter(self._found.items()), ("", {}))
        return Printed(Confirmed(scheduler, tuple(jobs)[:_MOST_JOBS]), self._last.decode(errors="replace").strip())

    def _search(self, text: bytes) -> None:
        stripped = text.rstrip()
        if stripped:
            self._last = stripped[max(stripped.rfind(b"\n"), stripped.rfind(b"\r")) + 1 :]
        for key, pattern in _patterns():
            for match in pattern.finditer(text):
                self._found.setdefault(key, {})[match[1].decode()] = None


@cache
def _patterns() -> "list[tuple[str, re.Pattern[bytes]]]":
    spelled = ((key, scheduler.confirmation) for key, scheduler in SCHEDULERS.items())
    return [(key, re.compile(text.encode())) for key, text in spelled if text]


class LogText:
    """What a run adds to its log.

    Args:
        path: The log.
        descriptor: It, open, before the run starts.

    """

    def __init__(self, path: str, descriptor: int) -> None:
        self._path = path
        self._start = os.fstat(descriptor).st_size

    @property
    def printed(self) -> Printed:
        """What it has by now; nothing if it cannot be read any more."""
        text = _Text()
        with suppress(OSError), open(open_plain(self._path, os.O_RDONLY), "rb", buffering=0) as file:
            file.seek(self._start)
            while piece := file.read(_PIECE):
                text.add(piece)
        return text.printed


class Relay:
    """What a run prints where this process prints: it is passed on, and read on the way.

    Programs print otherwise to a terminal, so the run prints to one if this process does. Standard error is passed on
    too if it goes to the same place, so that their order stays.
    """

    def __init__(self) -> None:
        self._text = _Text()
        self._is_terminal = os.isatty(1)
        self._reading, self.output = _terminal() if self._is_terminal else os.pipe()
        os.set_blocking(self._reading, False)
        self.errors = self.output if _is_open(2) and os.path.sameopenfile(1, 2) else None

    @staticmethod
    def is_possible() -> bool:
        """Return whether this process prints anywhere."""
        return _is_open(1)

    @property
    def is_open(self) -> bool:
        """Whether something may still come."""
        return self._reading >= 0

    def fileno(self) -> int:
        """Return the descriptor that can be read once the run has printed something."""
        return self._reading

    def pass_on(self) -> None:
        """Pass on what the run has printed by now, if it does not print faster than that."""
        if self._is_terminal and self.is_open:
            _copy_size(self._reading)
        with suppress(BlockingIOError):
            for _ in range(_MOST_PIECES if self.is_open else 0):
                piece = _piece(self._reading)
                self._text.add(piece)
                if not piece or not _is_written(piece):
                    self.close()
                    break

    @property
    def printed(self) -> Printed:
        """What the run has printed until its end."""
        self.pass_on()
        end = time.monotonic() + _LAST * self._is_terminal
        while self.is_open and (left := end - time.monotonic()) > 0 and select.select([self], [], [], left)[0]:
            self.pass_on()
        return self._text.printed

    def close(self) -> None:
        """Take nothing more: what still prints is told so, as it would be without this."""
        if self.is_open:
            os.close(self._reading)
        self._reading = -1


def _terminal() -> tuple[int, int]:
    """Return a terminal, as a descriptor of what is printed to it and one to print to, that changes nothing in it.

    The real one gets all that as it is, and has what is typed.
    """
    reading, writing = os.openpty()
    settings = termios.tcgetattr(1)
    settings[_OUTPUT] &= ~termios.OPOST
    settings[_LOCAL] &= ~termios.ECHO
    termios.tcsetattr(writing, termios.TCSANOW, settings)
    _copy_size(reading)
    return reading, writing


def _copy_size(terminal: int) -> None:
    """Set the size of a terminal to that of the one that this process prints to."""
    with suppress(OSError):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(_SIZE)))


def _piece(descriptor: int) -> bytes:
    """Read what is there; nothing at the end, which Linux calls an error where it is a terminal's."""
    try:
        return os.read(descriptor, _PIECE)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _is_written(piece: bytes) -> bool:
    """Write to standard output, and return whether that was possible."""
    while piece:
        try:
            piece = piece[os.write(1, piece) :]
        except BlockingIOError:  # noqa: PERF203 - writing takes longer
            select.select([], [1], [])
        except OSError:
            return False
    return True


class Streams(NamedTuple):
    """What a child reads and writes, as `Popen` takes it, and what reads what it writes."""

    source: int | None = None
    target: int | None = None
    errors: int | None = None
    output: LogText | Relay | None = None


@contextmanager
def opened(log: str, *, is_read: bool) -> Iterator[Streams]:
    """Open what a child reads and writes: nothing and its log, or what this process has.

    Args:
        log: The path of the log; empty for none.
        is_read: Whether what the child writes may say that it submitted jobs.

    Raises:
        FileError: If the log cannot be written.

    """
    if not log and not (is_read and Relay.is_possible()):
        yield Streams()
        return
    if not log:
        relay = Relay()
        try:
            yield Streams(None, relay.output, relay.errors, relay)
        finally:
            os.close(relay.output)
        return
    try:
        target = open_plain(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except OSError as error:
        raise FileError(f"cannot write the log {printable(log)}: {error.strerror}") from None
    try:
        yield Streams(subprocess.DEVNULL, target, target, LogText(log, target) if is_read else None)
    finally:
        os.close(target)
