"""What a person sees of the work, and how an interrupt ends it."""

import itertools
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

from heracles.backends.listing import counted
from heracles.errors import HeraclesError, RunError

__all__ = ["SIGNALS", "Terminal", "to_nowhere"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end the work."""

_MANY, _FEW = 100, 2
_IMPATIENT = 3
_BATCH = 1000
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

    def warn(self, message: object) -> None:
        """Print a warning to standard error, unless quiet."""
        if not self.quiet:
            click.echo(f"Warning: {message}", err=True)

    def track(
        self,
        steps: Iterable[object],
        total: int,
        label: str,
        done: str,
        *,
        noun: str = "script",
        prints: bool = False,
    ) -> None:
        """Take the steps, with a progress bar if they are many and there is a terminal; an error tells how far it came.

        Args:
            steps: What is to be done; each is done once it was taken.
            total: How many steps there are.
            label: What stands before the bar.
            done: What was done by a step to what `noun` names: `written`.
            noun: What a step is about.
            prints: Whether what is done prints too, so that the bar stands on lines of its own between.

        """
        count = shown = 0
        visible = total >= (_FEW if prints else _MANY) and sys.stderr.isatty() and not self.quiet
        between = visible and prints
        every = max(1, total // 20) if between else 1
        try:
            with click.progressbar(length=total, label=label, file=sys.stderr, hidden=not visible) as bar:
                if between:
                    click.echo(err=True)
                for _ in _whole(steps):
                    count += 1
                    if visible and count % every == 0:
                        bar.update(count - shown)
                        shown = count
                        if between and count < total:
                            click.echo(err=True)
        except (HeraclesError, KeyboardInterrupt) as error:
            far = f"{count:,} of {counted(total, noun)} {'was' if total == 1 else 'were'} {done}"
            if isinstance(error, HeraclesError):
                raise type(error)(f"{error.message}; {far}") from None
            raise KeyboardInterrupt(far) from None


def _whole(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Take the steps so that an interrupt never falls into one, but behind it; three of them do."""
    caught: list[int] = []

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
