"""How far the work has come: progress bars, what an interrupt reports, and interrupts that never fall into a step."""

import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

from heracles.cli.terminal import Terminal
from heracles.errors import HeraclesError, RunError
from heracles.jobs.reporter import Progress, Work

__all__ = ["SIGNALS", "Reporter"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end the work."""

_MANY, _FEW = 100, 2
_IMPATIENT = 3
_NAP = 0.2
_BAR, _LEAST_BAR = 36, 8
_Step = TypeVar("_Step")

_LABELS = {
    Work.WRITE: "Writing",
    Work.SUBMIT_SCRIPT: "Submitting",
    Work.SUBMIT_ARRAY: "Submitting",
    Work.DELETE: "Deleting",
}
_EXTENTS = {
    Work.WRITE: "scripts written: {count:,} of {total:,}",
    Work.SUBMIT_SCRIPT: "scripts submitted: {count:,} of {total:,}",
    Work.SUBMIT_ARRAY: "submissions made: {count:,} of {total:,}",
    Work.DELETE: "scripts deleted: {count:,} of {total:,}",
}


class Reporter:
    """Reports how far work has come; what `heracles.jobs` reports to.

    Args:
        terminal: Where it is printed.

    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._caught: list[int] = []

    def wait(self, reason: str) -> None:
        """Print what is waited for."""
        self._terminal.note(reason)

    def warn(self, message: str) -> None:
        """Print a warning."""
        self._terminal.warn(message)

    def show(self, output: str, errors: str) -> None:
        """Print what a command printed to its output and to its standard error, quiet or not."""
        if output:
            self._terminal.write(output)
        if errors:
            click.echo(errors, nl=False, err=True)

    def pause(self, seconds: float) -> None:
        """Sleep, but no longer than to the next interrupt.

        Raises:
            KeyboardInterrupt: If there is one.

        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._caught:
                raise KeyboardInterrupt
            time.sleep(min(_NAP, left))

    def track(self, work: Work, steps: Iterable[object], total: int, command: str = "") -> None:
        """Run the steps, with a progress bar if they are many and there is a terminal.

        Args:
            work: What they do.
            steps: Each is done once it was yielded.
            total: The number of steps.
            command: The command that they call; empty for none.

        Raises:
            HeraclesError, KeyboardInterrupt: If a step or an interrupt does, with how far it came.

        """
        count = 0
        visible = total >= _MANY and sys.stderr.isatty() and not self._terminal.quiet
        label = f"{_LABELS[work]} with {command}" if command else _LABELS[work]
        try:
            with click.progressbar(length=total, label=label, file=sys.stderr, hidden=not visible) as bar:
                for _ in _whole(steps, self._caught):
                    count += 1
                    if visible:
                        bar.update(1)
        except (HeraclesError, KeyboardInterrupt) as error:
            raise _extended(error, _EXTENTS[work].format(count=count, total=total)) from None

    def watch(self, progress: Iterable[Progress], total: int, command: str) -> Progress:
        """Show how far runs have come, on a line of a terminal, and return where that ended.

        Args:
            progress: How far they have come, each time that this changes.
            total: The number of runs.
            command: The command that runs them.

        Raises:
            HeraclesError, KeyboardInterrupt: If the runs or an interrupt do, with how far they came.

        """
        last = Progress(0, 0, 0)
        visible = total >= _FEW and sys.stderr.isatty() and not self._terminal.quiet
        shown, bar = 0.0, ""
        try:
            for last in progress:
                is_due = visible and (time.monotonic() - shown > _NAP or last.done + last.failed == total)
                if is_due and bar != (bar := _bar(command, last, total)):
                    click.echo(f"\r{bar}\x1b[K", nl=False, err=True)
                    shown = time.monotonic()
        except (HeraclesError, KeyboardInterrupt) as error:
            failed = f", failed: {last.failed:,}" if last.failed else ""
            raise _extended(error, f"runs done: {last.done:,} of {total:,}{failed}") from None
        finally:
            if visible and shown:
                click.echo(err=True)
        return last


def _extended(error: HeraclesError | KeyboardInterrupt, extent: str) -> BaseException:
    """Return the error with how far the work came."""
    if isinstance(error, HeraclesError):
        return type(error)(f"{error.message}; {extent}")
    return KeyboardInterrupt(extent)


def _bar(label: str, progress: Progress, total: int) -> str:
    """Return a line that shows how far it has come, and that fits the terminal."""
    room = shutil.get_terminal_size().columns - 1
    ended = progress.done + progress.failed
    counts = f"{ended:,}/{total:,}  {progress.failed:,} failed, {progress.running:,} running"
    width = min(_BAR, room - len(counts) - len(label) - 6)
    if width < _LEAST_BAR:
        return counts[:room]
    full = width * ended // total
    return f"{label}  [{'#' * full}{'-' * (width - full)}]  {counts}"


def _whole(steps: Iterable[_Step], caught: list[int]) -> Iterator[_Step]:
    """Run the steps so that an interrupt takes effect between two of them or in a pause; the third one does at once."""

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
