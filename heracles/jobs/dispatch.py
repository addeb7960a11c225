"""Handing the groups of a launch to a scheduler, each with options of its own."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from heracles.errors import FileError, RunError
from heracles.jobs.groups import Group, Trial
from heracles.jobs.job_array import JobArray
from heracles.jobs.local import LocalSettings, host
from heracles.jobs.plan import Plan, PlannedCall
from heracles.jobs.reporter import Reporter, Work
from heracles.jobs.submit import Calls, Patience, Submitter
from heracles.lean import NamedTuple
from heracles.schedulers.client import Client, Full, Job, OutcomeUnknown
from heracles.schedulers.clients import connect
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.options import SubmitOptions
from heracles.store.events import Announced, Token
from heracles.store.history import History
from heracles.store.place import user
from heracles.store.submission import Submission
from heracles.text import printable

__all__ = ["Dispatch", "LaunchSettings", "SubmittedGroup"]


class SubmittedGroup(NamedTuple):
    """Items that were submitted.

    Attributes:
        items: How many.
        noun: What they are: `run` or `task`.
        command: The command that submitted them, with the options that these items have in addition.
        jobs: The jobs, in order; None for one whose id is unknown.
        waits_for: The number of the run without whose success they do not start; None for none.

    """

    items: int
    noun: str
    command: str
    jobs: list[Job | None]
    waits_for: int | None = None


@dataclass(frozen=True)
class LaunchSettings:
    """How scripts are submitted or run.

    Attributes:
        command: The command that is called.
        options: Words that are added to a submit command in each call.
        patience: How long a scheduler is waited for.
        local: How local runs are run.
        round: How often all runs of the sweep are submitted again, with these.
        tried: The run that is tried first; None for none.

    """

    command: SubmitCommand
    options: tuple[str, ...] = ()
    patience: Patience = field(default_factory=Patience)
    local: LocalSettings = field(default_factory=LocalSettings)
    round: int = 0
    tried: Trial | None = None

    def submit_options(self, plan: Plan, own: Sequence[str] = ()) -> SubmitOptions:
        """Return the options that files of the plan are submitted with, of which `own` are those of some items."""
        options = plan.scheduler.submit_options(self.command.words, plan.script.text)
        return options.with_extra(own).with_extra(self.options)


class Dispatch:
    """Submits the groups of a launch to a scheduler.

    Args:
        plan: The plan, whose files are written.
        history: Where submissions are recorded; its journal is locked.
        settings: How they are submitted.
        reporter: Reports the progress.

    """

    def __init__(self, plan: Plan, history: History, settings: LaunchSettings, reporter: Reporter) -> None:
        self._plan = plan
        self._history = history
        self._settings = settings
        self._reporter = reporter
        self._attempt = _attempt(history, plan)
        self._client = self._connected(self._options(()))
        self._submitter = Submitter(self._client, history, settings.patience, reporter)

    def _options(self, own: Sequence[str]) -> SubmitOptions:
        options = self._settings.submit_options(self._plan, own)
        return options.with_extra(options.added(self._attempt))

    def _connected(self, options: SubmitOptions) -> Client:
        timeout, show = self._settings.patience.timeout, self._reporter.show
        return connect(self._plan.scheduler, options, timeout=timeout, show=show)

    def submitted(self, parts: Sequence[Group]) -> list[SubmittedGroup]:
        """Submit the groups, and return what became of each."""
        plan, command, tried = self._plan, self._settings.command, self._settings.tried
        calls = [plan.calls(part.items) for part in parts]
        for part in parts:
            for folder in self._options(part.options).log_folders(os.getcwd()):
                _make_folder(folder, "the logs")
        jobs = self._jobs(parts, calls)
        found: list[SubmittedGroup] = []
        for part, of_part in zip(parts, calls, strict=True):
            shown = str(SubmitCommand((*command.words, *part.options)))
            waits_for = tried.run if tried and part.waits else None
            found.append(SubmittedGroup(part.size, plan.noun, shown, jobs[: len(of_part)], waits_for))
            del jobs[: len(of_part)]
        return found

    def _jobs(self, parts: Sequence[Group], calls: Sequence[Sequence[PlannedCall]]) -> list[Job | None]:
        """Make the calls of each group, and return the jobs."""
        jobs: list[Job | None] = []

        def steps(accepted: Iterable[Job | None]) -> Iterator[None]:
            for job in accepted:
                jobs.append(job)
                yield

        work = Work.SUBMIT_ARRAY if self._plan.is_array else Work.SUBMIT_SCRIPT
        try:
            with closing(self._submitter.submit(self._announced(parts, calls), at_once=len(parts) > 1)) as accepted:
                self._reporter.track(work, steps(accepted), sum(map(len, calls)), str(self._settings.command))
        except Full as full:
            smaller = " With --max-array N the arrays are smaller." if self._plan.is_array else ""
            raise RunError(
                f"{full.message}. The scheduler accepts no more jobs now: run the same command later for the rest, or "
                f"add --wait-for-room.{smaller}"
            ) from None
        except OutcomeUnknown as problem:
            raise RunError(
                f"{problem.message}. It is unknown whether the job was accepted: look in the queue, then run the same "
                "command with --assume-submitted if it is there, or use --retry=unknown if not"
            ) from None
        return jobs

    def _announced(self, parts: Sequence[Group], calls: Sequence[Sequence[PlannedCall]]) -> Iterator[Calls]:
        """Yield the calls of each group, with what is recorded of them."""
        first, tried = len(self._history.submissions), self._settings.tried
        awaited = tried.submissions if tried else ()
        for part, of_part in zip(parts, calls, strict=True):
            options, after = self._options(part.options), awaited if part.waits else ()
            if part.waits:
                options = options.with_extra(options.after(_ids(after)))
            tokens = tuple(each.token for each in after)
            yield Calls(self._connected(options), of_part, self._event(part, options, tokens))
            if part.is_trial:
                awaited = tuple(each for each in self._history.submissions[first:] if each.outcome == "accepted")

    def _event(self, part: Group, options: SubmitOptions, after: tuple[Token, ...]) -> Announced:
        plan, settings = self._plan, self._settings
        is_single = not (isinstance(plan, JobArray) and plan.layout.part(0).words)
        return Announced(
            batch="",
            compilation=plan.compilation.key,
            command=settings.command.words,
            items=(),
            scheduler=plan.scheduler.key,
            folder=os.getcwd(),
            log=options.log(os.getcwd(), is_array=not is_single),
            is_single=is_single,
            attempt=self._attempt,
            pid=os.getpid(),
            host=host(),
            user=user(),
            cluster=self._client.cluster(),
            source=plan.script_digest,
            round=settings.round,
            options=part.options,
            after=after,
            request=options.task_request if plan.is_array else options.request,
        )


def _ids(submissions: Sequence[Submission]) -> list[str]:
    """Return the ids of the jobs of submissions.

    Raises:
        RunError: If one is unknown.

    """
    if any(each.job is None for each in submissions) or not submissions:
        raise RunError(
            "the id of the job that is tried first is unknown, so that no other job can wait for it: wait until it has "
            "ended, then run the same command again"
        )
    return [each.job.id for each in submissions if each.job]


def _attempt(history: History, plan: Plan) -> int:
    """Return the number of this retry, from 1; 0 for a first submission."""
    before = (each.announced.attempt for each in history.of_sweep(plan.compilation.sweep))
    return 1 + max(before, default=0) if plan.is_retry else 0


def _make_folder(path: str, what: str) -> None:
    try:
        os.makedirs(path or ".", exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder of {what}, {printable(path)}: {error.strerror}") from None
