"""Settling what an interrupted submission left: unknown outcomes, and jobs on hold."""

from collections.abc import Sequence

from heracles.errors import RunError
from heracles.jobs.clients import ClientKey, by_client, other_user, recorded_client
from heracles.jobs.reporter import Reporter
from heracles.jobs.submit import Patience, Submitter
from heracles.lean import NamedTuple
from heracles.store.events import AssumedSubmitted
from heracles.store.history import History
from heracles.store.submission import Submission
from heracles.text import counted, printable

__all__ = ["Settled", "assume_submitted", "can_settle", "settle"]


class Settled(NamedTuple):
    """How many jobs of interrupted submissions turned out to be accepted, and how many to be rejected."""

    accepted: int
    rejected: int


def settle(history: History, script: str, patience: Patience, reporter: Reporter, *, releases: bool = True) -> Settled:
    """Settle an interrupted submission, and release the jobs that it left on hold.

    What another user or another cluster would have to be asked for stays as it is: it counts as submitted.

    Args:
        history: What is recorded; its journal is locked.
        script: The job script's text.
        patience: How long a scheduler is waited for.
        reporter: Is told what is waited for, and which jobs could not be released.
        releases: Whether to release the jobs.

    Raises:
        RunError: If a scheduler cannot be asked, or does not answer.

    """
    accepted = rejected = 0
    for key, of_client in by_client(history.unknown()).items():
        submitter = _submitter(history, key, script, patience, reporter)
        submissions = _own(of_client, submitter, reporter)
        if not submissions:
            continue
        if not submitter.can_ask:
            runs = counted(sum(each.end - each.first for each in submissions), "run")
            raise RunError(
                f"an earlier `{printable(' '.join(key.command))}` for {runs} ended without an answer, and this "
                "scheduler cannot be asked. Look in the queue, then use --assume-submitted if they are there, or "
                "--retry=unknown if not"
            )
        answer = submitter.settle(submissions)
        accepted, rejected = accepted + answer[0], rejected + answer[1]
    for key, of_client in by_client(history.on_hold()).items() if releases else ():
        submitter = _submitter(history, key, script, patience, reporter)
        for job in submitter.release_again(_own(of_client, submitter, reporter)):
            hint = submitter.release_hint(job)
            reporter.warn(f"job {job} is still on hold, and could not be released: call {hint}")
    return Settled(accepted, rejected)


def _own(submissions: Sequence[Submission], submitter: Submitter, reporter: Reporter) -> list[Submission]:
    """Return those submissions of one client that are this user's, on this cluster; warn about the others."""
    own = []
    problems = set()
    for each in submissions:
        if other := other_user(each):
            problems.add(f"user {printable(other)} has an interrupted submission, which only that user can go on with")
        elif submitter.is_elsewhere(each):
            cluster = printable(each.announced.cluster)
            problems.add(f"a submission on cluster {cluster} was interrupted: the same command goes on with it there")
        else:
            own.append(each)
    for problem in sorted(problems):
        reporter.warn(problem)
    return own


def can_settle(history: History, script: str, patience: Patience, reporter: Reporter) -> bool:
    """Return whether every scheduler with submissions of an unknown outcome can be asked for them.

    Args:
        history: What is recorded.
        script: The text of the job script.
        patience: How long a scheduler is waited for.
        reporter: Is told what is waited for.

    """
    keys = by_client(history.unknown())
    return all(_submitter(history, key, script, patience, reporter).can_ask for key in keys)


def assume_submitted(history: History) -> int:
    """Treat submissions with an unknown outcome as submitted, and return how many there are."""
    submissions = history.unknown()
    for each in submissions:
        history.record(AssumedSubmitted(*each.token))
    return len(submissions)


def _submitter(history: History, key: ClientKey, script: str, patience: Patience, reporter: Reporter) -> Submitter:
    client = recorded_client(key, patience.timeout, script, reporter.show)
    return Submitter(client, history, patience, reporter)
