"""The clients of the schedulers that recorded submissions went to."""

from collections.abc import Callable, Iterable

from heracles.schedulers.client import Client
from heracles.schedulers.clients import connect
from heracles.schedulers.registry import by_key
from heracles.store.history import Submission

__all__ = ["ClientKey", "by_client", "recorded_client"]

ClientKey = tuple[str, tuple[str, ...]]
"""A scheduler's key and the words of the submit command, as they are recorded: what a client is made from."""


def by_client(submissions: Iterable[Submission]) -> dict[ClientKey, list[Submission]]:
    """Return submissions to schedulers, in order, by what their client is made from."""
    clients: dict[ClientKey, list[Submission]] = {}
    for submission in submissions:
        if not submission.is_local:
            clients.setdefault((submission.scheduler, submission.announced.command), []).append(submission)
    return clients


def recorded_client(
    key: ClientKey, timeout: float, script: str = "", show: Callable[[str, str], None] = lambda *_: None
) -> Client:
    """Return a client of the scheduler that submissions went to.

    Args:
        key: What it is made from.
        timeout: After how many seconds without an answer a command of it is stopped.
        script: The job script's text, whose directives say whether the user wants jobs on hold.
        show: Shows what a command prints to its standard output and its standard error.

    Raises:
        HeraclesError: If this version knows no such scheduler.

    """
    scheduler = by_key(key[0])
    return connect(scheduler, scheduler.submit_options(key[1], script), timeout=timeout, show=show)
