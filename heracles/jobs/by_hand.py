"""Job arrays that the user submitted without Heracles, as `sbatch sbatch_hydra.sh`, from what their runs recorded."""

from collections.abc import Sequence

from heracles.schedulers.client import Job
from heracles.schedulers.registry import SCHEDULERS
from heracles.store.events import Announced, Compilation, Token
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History
from heracles.store.record_columns import JobRecords
from heracles.store.submission import Submission

__all__ = ["by_hand", "in_order", "is_by_hand"]

_SKEW = 2.0  # seconds: clocks of a cluster are set by one another, and older records are of a deleted journal


def by_hand(history: History, sweep: str, records: ExitRecords) -> list[Submission]:
    """Return the arrays of a sweep that have exit records but are not in the journal, as submissions.

    Args:
        history: What is recorded.
        sweep: What the journal calls the sweep.
        records: The exit records. Those that are older than the array script are of a journal that was deleted.

    """
    submissions = history.of_sweep(sweep)
    known = {each.job.id for each in submissions if each.job}
    nameless = {each.compilation.key for each in submissions if not each.job and not each.is_local}
    compilations = [each for each in history.compilations_of(sweep) if each.is_array]
    return [
        _submission(compilation, job, recorded)
        for compilation in compilations
        if compilation.key not in nameless
        for job, recorded in records.by_job(compilation.key).items()
        if job not in known and recorded.times()[1] >= max(history.written[compilation.key], history.begins) - _SKEW
    ]


def is_by_hand(submission: Submission) -> bool:
    """Return whether a submission is one that `by_hand` returned."""
    return not submission.announced.batch


def _submission(compilation: Compilation, job: str, recorded: JobRecords) -> Submission:
    scheduler, pack = SCHEDULERS[compilation.scheduler or "slurm"], compilation.pack
    item = next(iter(recorded))
    task = recorded.task(item, pack)
    first = max(0, item // pack - (0 if task is None else task - scheduler.base)) * pack
    announced = Announced(
        batch="",
        compilation=compilation.key,
        command=(scheduler.submit,),
        items=((first, compilation.items),),
        scheduler=scheduler.key,
        folder="",
        is_single=task is None,
        time=recorded.times()[0],
    )
    token = Token(f"by hand: {job}", 0)
    return Submission(token, compilation, first, compilation.items, announced, "accepted", Job(job), is_released=True)


def in_order(submissions: Sequence[Submission], others: Sequence[Submission]) -> list[Submission]:
    """Return submissions with those by hand among them, each after those that were made before it.

    Job ids say which was made before, unless they have started again; where there are none, clocks do.
    """
    merged = list(submissions)
    ids = [int(each.job.id) for each in submissions if each.job and each.job.id.isdigit()]
    ascends = ids == sorted(ids)
    for other in others:
        before = [place for place, each in enumerate(merged) if _is_before(each, other, by_id=ascends)]
        merged.insert(before[-1] + 1 if before else 0, other)
    return merged


def _is_before(one: Submission, other: Submission, *, by_id: bool) -> bool:
    ids = [each.job.id if each.job else "" for each in (one, other)]
    if by_id and all(each.isdigit() for each in ids):
        return int(ids[0]) < int(ids[1])
    return one.announced.time <= other.announced.time
