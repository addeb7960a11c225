"""What a person sees of the work, and how an interrupt ends it."""

import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

from heracles.errors import HeraclesError, RunError
from heracles.text import counted

__all__ = ["SIGNALS", "Terminal", "to_nowhere"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end the work."""

_MANY, _FEW = 100, 2
_IMPATIENT = 3
_BATCH = 1000
_NAP = 0.2
_BAR, _LEAST_BAR = 36, 8
_Step = TypeVar("_Step")


def to_nowhere() -> None:
    """Let standard output go nowhere from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Terminal:
    """Where the messages go.

    Args:
        quiet: Whether nothing but errors and what commands print is shown.

    """

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._caught: list[int] = []

    def say(self, line: str) -> None:
        """Print a line, unless quiet."""
        if not self.quiet:
            self.show(f"{line}\n")

    def show(self, text: str) -> None:
        """Print text, quiet or not."""
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:  # nobody listens: that is no reason to stop the work
            to_nowhere()

    def stream(self, lines: Iterable[str]) -> None:
        """Print lines, however many, quiet or not; when nobody listens any more, that is all.

        Raises:
            OSError: If they cannot be written.

        """
        pieces = iter(lines)
        sys.stdout.flush()
        while batch := "".join(itertools.islice(pieces, _BATCH)):
            sys.stdout.buffer.write(batch.encode("utf-8", "surrogateescape"))

    def stream_bytes(self, data: bytes) -> None:
        """Print what was read from a file as it is, quiet or not.

        Raises:
            OSError: If it cannot be written.

        """
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def note(self, message: object) -> None:
        """Print to standard error what is being waited for, unless quiet."""
        if not self.quiet:
            click.echo(message, err=True)

    def pass_on(self, output: str, errors: str) -> None:
        """Print what a command printed to its output and to its standard error, quiet or not."""
        if output:
            self.show(output)
        if errors:
            click.echo(errors, nl=False, err=True)

    def pause(self, seconds: float) -> None:
        """Sleep, but end at once when interrupted.

        Raises:
            KeyboardInterrupt: If that is so.

        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._caught:
                raise KeyboardInterrupt
            time.sleep(min(_NAP, left))

    def warn(self, message: object) -> None:
        """Print a warning to standard error, unless quiet."""
        if not self.quiet:
            click.echo(f"Warning: {message}", err=True)

    def watch(self, progress: Iterable[tuple[int, int, int]], total: int, label: str) -> tuple[int, int]:
        """Show how far runs have come, on a line of a terminal, and give how many are done and how many have failed.

        Args:
            progress: How many are done, have failed and are running, each time that this changes.
            total: How many there are.
            label: What stands before the bar.

        """
        done = failed = 0
        visible = total >= _FEW and sys.stderr.isatty() and not self.quiet
        shown = 0.0
        try:
            for done, failed, running in progress:
                if visible and (time.monotonic() - shown > _NAP or done + failed == total):
                    click.echo(f"\r{_bar(label, done, failed, running, total)}\x1b[K", nl=False, err=True)
                    shown = time.monotonic()
        except (HeraclesError, KeyboardInterrupt) as error:
            far = f"{done:,} of {counted(total, 'run')} done"
            far += f", {failed:,} failed" * bool(failed)
            if isinstance(error, HeraclesError):
                raise type(error)(f"{error.message}; {far}") from None
            raise KeyboardInterrupt(far) from None
        finally:
            if visible and shown:
                click.echo(err=True)
        return done, failed

    def track(
        self,
        steps: Iterable[object],
        total: int,
        label: str,
        done: str,
        *,
        noun: str = "script",
    ) -> None:
        """Take the steps, with a progress bar if they are many and there is a terminal; an error tells how far it came.

        Args:
            steps: What is to be done; each is done once it was taken.
            total: How many steps there are.
            label: What stands before the bar.
            done: What was done by a step to what `noun` names: `written`.
            noun: What a step is about.

        """
        count = 0
        visible = total >= _MANY and sys.stderr.isatty() and not self.quiet
        try:
            with click.progressbar(length=total, label=label, file=sys.stderr, hidden=not visible) as bar:
                for _ in _whole(steps, self._caught):
                    count += 1
                    if visible:
                        bar.update(1)
        except (HeraclesError, KeyboardInterrupt) as error:
            far = f"{count:,} of {counted(total, noun)} {'was' if total == 1 else 'were'} {done}"
            if isinstance(error, HeraclesError):
                raise type(error)(f"{error.message}; {far}") from None
            raise KeyboardInterrupt(far) from None


def _bar(label: str, done: int, failed: int, running: int, total: int) -> str:
    """Give a line that says how far it has come, and that fits the terminal."""
    room = shutil.get_terminal_size().columns - 1
    told = f"{done + failed:,}/{total:,}  {failed:,} failed, {running:,} running"
    width = min(_BAR, room - len(told) - len(label) - 6)
    if width < _LEAST_BAR:
        return told[:room]
    full = width * (done + failed) // total
    return f"{label}  [{'#' * full}{'-' * (width - full)}]  {told}"


def _whole(steps: Iterable[_Step], caught: list[int]) -> Iterator[_Step]:
    """Take the steps so that an interrupt never falls into one, but behind it, or where it pauses; three of them do."""

    def note(number: int, _: object) -> None:
        caught.append(number)
        if len(caught) >= _IMPATIENT:
            raise KeyboardInterrupt

    signals = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    previous = [signal.signal(number, note) for number in signals]
    try:
        for step in steps:
            yield step
            if caught:
                raise KeyboardInterrupt
    except RunError:
        if caught:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in zip(signals, previous, strict=True):
            signal.signal(number, handler)
