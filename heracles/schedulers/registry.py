"""Which scheduler? One answer, for the submission, the job array and whatever follows them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from heracles.errors import HeraclesError
from heracles.lean import NamedTuple, load
from heracles.schedulers.directives import Directive, directives
from heracles.schedulers.scheduler import Scheduler
from heracles.shell.parser import parse
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.schedulers.command import SubmitCommand

__all__ = ["NONE", "SCHEDULERS", "by_key", "choose", "readers"]


class _Row(NamedTuple):
    """A scheduler: its class, which is loaded when it is needed, and the text that its directives begin with."""

    kind: str
    prefix: str


_ROWS = {
    "slurm": _Row("heracles.schedulers.slurm:Slurm", "#SBATCH"),
    "gridengine": _Row("heracles.schedulers.gridengine:GridEngine", "#$"),
    "pbs": _Row("heracles.schedulers.pbs:Pbs", "#PBS"),
    "lsf": _Row("heracles.schedulers.lsf:Lsf", "#BSUB"),
    "none": _Row("heracles.schedulers.local:Local", ""),
}


class _Schedulers(Mapping[str, Scheduler]):
    def __getitem__(self, key: str) -> Scheduler:
        return _scheduler(key)

    def __iter__(self) -> Iterator[str]:
        return iter(_ROWS)

    def __len__(self) -> int:
        return len(_ROWS)


@cache
def _scheduler(key: str) -> Scheduler:
    return load(_ROWS[key].kind)()  # type: ignore[no-any-return]


SCHEDULERS: Mapping[str, Scheduler] = _Schedulers()
"""The schedulers, by their names for `--scheduler`."""

NONE = SCHEDULERS["none"]
"""No scheduler: runs are numbers after the script, given by Heracles, by hand, a loop or GNU parallel."""


def by_key(key: str) -> Scheduler:
    """Return the scheduler that a journal calls by a key; `local` is none.

    Raises:
        HeraclesError: If this version of Heracles knows no such scheduler.

    """
    if key == "local":
        return NONE
    if key not in SCHEDULERS:
        raise HeraclesError(f"this version of Heracles knows no scheduler '{printable(key)}'")
    return SCHEDULERS[key]


def readers(script: str) -> list[Scheduler]:
    """Return the schedulers that read directives in a script's text; if none does, those that it has directives for."""
    keys = [key for key, row in _ROWS.items() if row.prefix and row.prefix in script]
    found = {key: directives(script, SCHEDULERS[key]) for key in keys}
    read = [key for key, lines in found.items() if any(line.counts for line in lines)]
    if not read and any(found.values()):
        comments = {start for start, _ in parse(script).comments}
        read = [key for key, lines in found.items() if any(_is_late(line, comments) for line in lines)]
    return [SCHEDULERS[key] for key in read]


def _is_late(line: Directive, comments: set[int]) -> bool:
    """Return whether a directive with options is a comment after the first command, and not part of a text."""
    return line.start in comments and bool(line.words) and line.words[0].text.startswith("-")


def choose(
    asked: str | None,
    command: "SubmitCommand | None",
    script: str,
    name: str,
    environment: Mapping[str, str],
    *,
    is_array: bool,
) -> Scheduler:
    """Return the scheduler that jobs are submitted to, or whose job array is written.

    That is what is asked for, else what the command and the script's directives agree on. Grid Engine and PBS both
    have a qsub: if the directives do not say whose it is, `SGE_ROOT` does.

    Args:
        asked: A key of `SCHEDULERS`, or None.
        command: The command that scripts are handed to, if any.
        script: The job script's text.
        name: The job script's name.
        environment: The environment of the submission.
        is_array: Whether a job array is written. Its directives have to be the right ones, so that nothing is guessed;
            without it, a command that calls no submit program runs the scripts, whatever their directives are.

    Raises:
        HeraclesError: If the command and the directives disagree, or leave a choice.

    """
    if asked:
        return SCHEDULERS[asked]
    queues = [each for each in SCHEDULERS.values() if each.has_queue] if command else []
    called = [each for each in queues if command and command.calls(each.submit)]
    if not called and not is_array:
        return NONE
    read = readers(script)
    matching = [each for each in called if each in read] if called and read else read or called
    if not is_array:
        matching = matching or called
    if called and "SGE_ROOT" in environment and SCHEDULERS["gridengine"] in matching:
        matching = [SCHEDULERS["gridengine"]]
    if len(matching) == 1:
        return matching[0]
    if not is_array:
        return SCHEDULERS["pbs"]
    if not read and not called:
        return NONE
    raise _disagreement(matching, read, name, str(command))


def _disagreement(matching: Sequence[Scheduler], read: Sequence[Scheduler], name: str, command: str) -> HeraclesError:
    way_out = "name the scheduler with --scheduler"
    if not matching:
        return HeraclesError(f"{name} has directives of {read[0].name}, and {command} is not its command: {way_out}")
    names = " and of ".join(each.name for each in matching)
    if read:
        return HeraclesError(f"{name} has directives of {names}: {way_out}")
    return HeraclesError(f"{command} is a command of {names}: {way_out}")
