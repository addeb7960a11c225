"""The clients of the schedulers that recorded submissions went to."""

from collections.abc import Callable, Iterable, Sequence

from heracles.schedulers.client import Engine
from heracles.schedulers.registry import asker, submitter
from heracles.store.history import Submission

__all__ = ["by_client", "query_client", "submit_client"]

ClientKey = tuple[str, tuple[str, ...]]
"""A scheduler's key and the words of the submit command: what a client is made from."""


def by_client(submissions: Iterable[Submission]) -> dict[ClientKey, list[Submission]]:
    """Return submissions to schedulers, in order, by what their client is made from."""
    clients: dict[ClientKey, list[Submission]] = {}
    for submission in submissions:
        if not submission.is_local:
            clients.setdefault((submission.scheduler, submission.announced.command), []).append(submission)
    return clients


def query_client(key: ClientKey, timeout: float) -> Engine:
    """Return a client that asks and cancels.

    Args:
        key: What it is made from.
        timeout: After how many seconds without an answer a command of it is stopped.

    """
    return asker(*key, patience=timeout)


def submit_client(
    key: ClientKey,
    script: str,
    options: Sequence[str] = (),
    *,
    timeout: float,
    show: Callable[[str, str], None],
) -> Engine:
    """Return a client that submits.

    Args:
        key: What it is made from.
        script: The job script's text.
        options: Words that are added to the command in each call.
        timeout: After how many seconds without an answer a command of it is stopped.
        show: Takes what the command prints to its standard output, besides the job's id, and to its standard error.

    Raises:
        HeraclesError: If the command cannot be used like that.

    """
    return submitter(*key, script, options, patience=timeout, show=show)
