"""Which sweep is asked about, and the status of its runs: the schedulers are asked, and what they say is joined."""

import os.path
from collections.abc import Callable, Collection, Iterable, Sequence

from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.ir.growth import grow
from heracles.jobs import status
from heracles.jobs.by_hand import by_hand
from heracles.jobs.clients import ClientKey, by_client, is_elsewhere, recorded_client
from heracles.jobs.evidence import Evidence
from heracles.jobs.judge import is_of
from heracles.jobs.local import is_alive
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.language.source import Source
from heracles.lean import NamedTuple
from heracles.paths import Siblings
from heracles.schedulers.client import ALIVE, Answer, Unreachable
from heracles.store.digests import sweep_name
from heracles.store.events import Compilation, Seen, TaskEnd, Token
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History
from heracles.store.submission import Submission
from heracles.text import printable, spelled

__all__ = [
    "Answers",
    "Recorded",
    "alive",
    "ask",
    "last_submission",
    "recorded_sweep",
    "source_of",
    "statuses",
    "submitted_by_hand",
    "submitted_sweeps",
    "sweep_of",
]

_MOST_RUNS = 10_000_000


class Recorded(NamedTuple):
    """A sweep that was compiled before, and its latest compilation."""

    compilation: Compilation
    sweep: Runs

    @property
    def name(self) -> str:
        """What the journal calls the sweep."""
        return self.compilation.sweep


def recorded_sweep(
    history: History,
    script: str,
    asked: Runs | None = None,
    arguments: Sequence[str] | None = None,
    alive: Collection[str] = (),
) -> Recorded:
    """Return the sweep that is asked about: the latest one if nothing is given.

    A sweep of which nothing was submitted is not the latest one as long as another is alive.

    Args:
        history: What is recorded.
        script: The name of the job script, as it is shown.
        asked: The sweep that the user gave.
        arguments: The script's own arguments that the user gave; None for those that it had last.
        alive: What the journal calls the sweeps that have runs that are pending or running.

    Raises:
        HeraclesError: If it was never written, or has too many runs.

    """
    compilation = history.latest(asked, arguments)
    if compilation is None:
        raise HeraclesError(_nothing_known(history, script, is_asked=asked is not None or arguments is not None))
    if asked is None and alive and compilation.sweep not in alive and not history.of_sweep(compilation.sweep):
        compilation = next(each for each in reversed(history.compilations.values()) if each.sweep in alive)
    sweep = asked if asked and not compilation.earlier else sweep_of(history, compilation)
    if sweep.size > _MOST_RUNS:
        raise HeraclesError(f"{spelled(sweep.size)} runs are too many for --status, which shows at most {_MOST_RUNS:,}")
    return Recorded(compilation, sweep)


def source_of(compilation: Compilation) -> Source:
    """Return the text of a sweep that was compiled before."""
    return Source(*(getattr(compilation, name) for name in Source._fields))


def sweep_of(history: History, compilation: Compilation) -> Runs:
    """Return the sweep that was compiled, from its text and from that of each sweep that it continues.

    Raises:
        HeraclesError: If it cannot be read again.

    """
    alone = source_of(compilation).parse(seed=compilation.seed)
    if not compilation.earlier:
        return alone
    earlier = next(each for each in history.compilations.values() if each.sweep == compilation.earlier)
    growth = grow(sweep_of(history, earlier), alone)
    if growth is None or sweep_name(growth.runs, compilation.arguments) != compilation.sweep:
        raise HeraclesError("this sweep cannot be read again as it was: another version of Heracles continued it")
    return growth.runs


def _nothing_known(history: History, script: str, *, is_asked: bool) -> str:
    if history.copied_from:
        return (
            f"nothing of {script} was submitted in this folder, which is a copy: the runs in its journal are those of "
            f"{printable(os.path.dirname(history.copied_from))}"
        )
    if is_asked and history.compilations:
        return f"this sweep of {script} was never written; leave it out to see the latest one"
    return f"nothing is known about {script}: no sweep of it was written or submitted"


def alive(history: History, siblings: Siblings, *, timeout: float) -> dict[str, list[RunStatus]]:
    """Return the runs that are pending or running, by what the journal calls their sweep.

    Args:
        history: What is recorded.
        siblings: The files beside the script.
        timeout: After how many seconds without an answer a scheduler's command is stopped; nothing of it is alive then.

    """
    records = ExitRecords(siblings.path(siblings.exit_records))
    submissions = {name: [*history.of_sweep(name), *by_hand(history, name, records)] for name in history.sweeps()}
    every = [each for of_sweep in submissions.values() for each in of_sweep]
    answers = ask(every, strict=False, timeout=timeout, warn=lambda _: None, with_past=False)
    found = {}
    for name, of_sweep in submissions.items():
        if any(_has_alive(history, answers, each) for each in of_sweep):
            runs = status.join(history, name, answers, records)
            found[name] = list(runs.where_tasks(lambda each: each.state in ALIVE))
    return {name: runs for name, runs in found.items() if runs}


def submitted_sweeps(history: History, siblings: Siblings) -> list[str]:
    """Return what the journal calls the sweeps of which runs were submitted, with Heracles or by hand."""
    records = ExitRecords(siblings.path(siblings.exit_records))
    return [name for name in history.sweeps() if history.of_sweep(name) or by_hand(history, name, records)]


def submitted_by_hand(history: History, name: str, siblings: Siblings, *, timeout: float) -> list[Outcome]:
    """Return what is known of the items of a sweep that the user submitted without Heracles.

    Args:
        history: What is recorded.
        name: What the journal calls the sweep.
        siblings: The files beside the script.
        timeout: After how many seconds without an answer a scheduler's command is stopped; then only those items are
            known that have recorded something.

    """
    records = ExitRecords(siblings.path(siblings.exit_records))
    submissions = by_hand(history, name, records)
    answers = ask(submissions, strict=False, timeout=timeout, warn=lambda _: None, with_past=False)
    evidence = Evidence(history, answers, records)
    return [outcome for each in submissions for outcome in evidence.outcomes(each)]


def _has_alive(history: History, answers: "Answers", submission: Submission) -> bool:
    if submission.is_local:
        runs = (history.local_runs.get((submission.token.batch, item)) for item in submission.items)
        return any(run and is_alive(run) for run in runs)
    of_job = (tasks for tasks in answers(submission).tasks if tasks.job == submission.job)
    return any(tasks.state in ALIVE and is_of(tasks, submission) for tasks in of_job)


def last_submission(history: History, name: str, script: str, *, is_needed: bool) -> Submission | None:
    """Return the latest submission of a sweep, which the journal calls `name`; None if there is none.

    Raises:
        HeraclesError: If there is none though one is needed; `script` is the job script's name in that message.

    """
    submissions = history.of_sweep(name)
    if not submissions and is_needed:
        raise HeraclesError(f"no run of {script} was submitted with Heracles: add -r=CMD, as in -r=sbatch")
    return submissions[-1] if submissions else None


class Answers:
    """What the schedulers of submissions say about their jobs."""

    def __init__(self) -> None:
        self._of: dict[ClientKey, Answer] = {}
        self._elsewhere: dict[Token, Answer] = {}
        self._latest: tuple[Submission, Answer] | None = None  # it is asked for once for each of a million runs

    def __call__(self, submission: Submission) -> Answer:
        """Return what the scheduler of a submission says; nothing about one that was not asked for."""
        if self._latest is None or self._latest[0] is not submission:
            nothing = Answer([], knows_past=False, is_current=False)
            found = self._elsewhere.get(submission.token) or self._of.get(ClientKey.of(submission), nothing)
            self._latest = submission, found
        return self._latest[1]

    def add(self, key: ClientKey, answer: Answer) -> None:
        """Add what a scheduler says."""
        self._latest = None
        self._of[key] = answer

    def add_elsewhere(self, submission: Submission) -> None:
        """Add that a submission went to another cluster than the one that can be asked."""
        self._latest = None
        where = f"on cluster {submission.announced.cluster}"
        self._elsewhere[submission.token] = Answer([], knows_past=False, is_current=False, elsewhere=where)

    def ends(self, history: History) -> list[TaskEnd]:
        """Return how tasks ended, as far as neither the journal nor accounting remembers it."""
        ours: dict[str, list[Submission]] = {}
        for each in history.submissions:
            ours.setdefault(str(each.job), []).append(each)
        forgotten = [answer for answer in self._of.values() if not answer.knows_past]
        tasks = [
            tasks
            for answer in forgotten
            for tasks in answer.tasks
            if any(is_of(tasks, each) for each in ours.get(str(tasks.job), ()))
        ]
        return status.new_ends(history, tasks)


def statuses(
    history: History,
    names: Sequence[str],
    siblings: Siblings,
    *,
    strict: bool,
    timeout: float,
    warn: Callable[[str], None],
) -> list[Statuses]:
    """Return the status of each run of some sweeps; how tasks ended is remembered if no accounting does so.

    Args:
        history: What is recorded.
        names: What the journal calls the sweeps, as `recorded_sweep` returns it.
        siblings: The files beside the script.
        strict: Whether it is an error if a scheduler does not answer.
        timeout: After how many seconds without an answer a scheduler's command is stopped.
        warn: Is called with a warning about a scheduler that does not answer.

    Raises:
        Unreachable: If a scheduler does not answer, and `strict` is set.

    """
    records = ExitRecords(siblings.path(siblings.exit_records))
    submissions = [each for name in names for each in [*history.of_sweep(name), *by_hand(history, name, records)]]
    answers = ask(submissions, strict=strict, timeout=timeout, warn=warn)
    if ends := answers.ends(history):
        history.remember(Seen(tuple(ends)))
    return [status.join(history, name, answers, records) for name in names]


def ask(
    submissions: Iterable[Submission],
    *,
    strict: bool,
    timeout: float,
    warn: Callable[[str], None],
    with_past: bool = True,
) -> Answers:
    """Ask the schedulers about the jobs of submissions, and return what they say.

    Args:
        submissions: The submissions.
        strict: Whether it is an error if a scheduler does not answer.
        timeout: After how many seconds without an answer a scheduler's command is stopped.
        warn: Is called with a warning about a scheduler that does not answer.
        with_past: Whether to ask accounting too.

    Raises:
        Unreachable: If a scheduler does not answer, and `strict` is set.

    """
    answers = Answers()
    for key, to_one in by_client(each for each in submissions if each.job).items():
        client = recorded_client(key, timeout)
        here = []
        for each in to_one:
            if is_elsewhere(client, each):
                answers.add_elsewhere(each)
            else:
                here.append(each)
        try:
            jobs = [each.job for each in here if each.job]
            answer = client.states(jobs, with_past=with_past) if jobs else Answer([], knows_past=True)
        except Unreachable as problem:
            if strict and client.can_hold:
                raise
            warn(f"{problem.message}: only what the runs recorded themselves is known")
            answer = Answer([], knows_past=False, is_current=False)
        answers.add(key, answer)
    return answers
