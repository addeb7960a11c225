"""The clients of the schedulers that recorded submissions went to."""

from collections.abc import Callable, Iterable

from heracles.lean import NamedTuple
from heracles.schedulers.client import Client
from heracles.schedulers.clients import connect
from heracles.schedulers.registry import by_key
from heracles.store.place import user
from heracles.store.submission import Submission

__all__ = ["ClientKey", "by_client", "is_elsewhere", "other_user", "recorded_client"]


class ClientKey(NamedTuple):
    """What a client is made from.

    Attributes:
        scheduler: The scheduler's key.
        command: The words of the submit command, as they are recorded.
        user: Whose jobs these are; empty for those of the user whose process this is.

    """

    scheduler: str
    command: tuple[str, ...]
    user: str = ""

    @classmethod
    def of(cls, submission: Submission) -> "ClientKey":
        """Return what the client of a submission to a scheduler is made from."""
        return cls(submission.scheduler, submission.announced.command, other_user(submission))


def other_user(submission: Submission) -> str:
    """Return the name of the user whose submission it is; empty if it is this process' own, or was not recorded."""
    recorded = submission.announced.user
    return recorded if recorded != user() else ""


def by_client(submissions: Iterable[Submission]) -> dict[ClientKey, list[Submission]]:
    """Return submissions to schedulers, in order, by what their client is made from."""
    clients: dict[ClientKey, list[Submission]] = {}
    for submission in submissions:
        if not submission.is_local:
            clients.setdefault(ClientKey.of(submission), []).append(submission)
    return clients


def is_elsewhere(client: Client, submission: Submission) -> bool:
    """Return whether a submission went to another cluster than the one that the client asks."""
    recorded = submission.announced.cluster
    return bool(recorded) and client.cluster() not in ("", recorded)


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
    scheduler = by_key(key.scheduler)
    client = connect(scheduler, scheduler.submit_options(key.command, script), timeout=timeout, show=show)
    client.user = key.user
    return client
