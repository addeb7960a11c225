"""What became of the runs of a sweep: how many are in each state, and a table of those that went wrong."""

import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from heracles.backends import run_script
from heracles.cli.views.fitting import cut, fits, listing, packed, padded, shortened, start
from heracles.cli.views.marks import TROUBLE, WORDS_WIDTH, in_states
from heracles.cli.views.sets import option_words, table
from heracles.ir import Dimension, Runs
from heracles.jobs.evidence import NEVER
from heracles.jobs.printed import unfollowed
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.text import columns, counted, printable, spelled

__all__ = ["explained", "state_lines", "summary", "troubled"]

_ORDINARY = frozenset({"", "None", "Priority", "Resources", "BeginTime", "JobArrayTaskLimit"})
_MOST_REASONS = 4
_FORGOTTEN = ("", "it started")
_LEAST_OVERRIDES = 20  # columns: where there are fewer, they have a line of their own
_LAST_SIGNAL = 31  # the last that is no real-time one: a larger code is a program's own


def summary(name: str, statuses: Statuses, width: int | None) -> Iterator[str]:
    """Yield the lines that count the runs in each state, and the reasons of pending runs that wait for a person.

    Args:
        name: The script's name.
        statuses: What became of the runs.
        width: Where to cut a line, in terminal columns; None for nowhere.

    """
    runs = f": {counted(len(statuses), 'run')}"
    attempts = statuses.most_attempts
    tried = f"in up to {attempts:,} attempts"
    title = f"{shortened(printable(name), None if width is None else width - len(runs))}{runs}"
    if attempts > 1 and fits(f"{title}, {tried}", width):
        yield f"{title}, {tried}"
    else:
        yield title
        yield from [tried] if attempts > 1 else []
    yield ""
    numbers = {state: spelled(count) for state, count in statuses.counts.items()}
    wide = max(map(len, numbers.values()), default=0)
    for state, number in numbers.items():
        line = f"  {state.words.ljust(WORDS_WIDTH)}  {number.rjust(wide)}"
        reasons = _reasons(statuses) if state is State.PENDING else []
        together = "  ".join([line, ", ".join(reasons)]) if reasons else line
        if fits(together, width):
            yield together
        else:
            yield from (cut(each, width) for each in [line, *(f"    {reason}" for reason in reasons)])


def _reasons(statuses: Statuses) -> list[str]:
    """Return why pending runs wait for a person: `10 of them JobHeldUser`, `2 BadConstraints`; the commonest first."""
    reasons: Counter[str] = Counter()
    for kind, count in statuses.kinds.items():
        reasons[kind.reason] += count if kind.state is State.PENDING else 0
    unusual = [(reason, count) for reason, count in reasons.most_common() if count and not _is_ordinary(reason)]
    texts = [
        f"{count:,} {'' if place else 'of them '}{printable(reason)}" for place, (reason, count) in enumerate(unusual)
    ]
    return texts if len(texts) <= _MOST_REASONS else [*texts[:_MOST_REASONS], "…"]


def state_lines(statuses: Statuses) -> Iterator[str]:
    """Yield a line for each set of options with what became of its runs; nothing where there is one set alone.

    Args:
        statuses: What became of the runs.

    """
    sets: dict[tuple[str, ...], Counter[State]] = {}
    for kind, count in statuses.kinds.items():
        sets.setdefault(kind.options, Counter())[kind.state] += count
    if len(sets) > 1:
        yield from table([(sum(counts.values()), options, in_states(counts)) for options, counts in sets.items()])


def _is_ordinary(reason: str) -> bool:
    """Return whether a reason needs no person, or is explained below the table."""
    return reason in _ORDINARY or reason.startswith(NEVER)


def troubled(
    sweep: Runs, statuses: Statuses, log: Callable[[RunStatus], str], width: int | None, most: int = 20
) -> Iterator[str]:
    """Yield the lines of a table of the runs that went wrong, or are unknown; no lines if there are none.

    Args:
        sweep: The sweep.
        statuses: What became of its runs.
        log: Returns the path of a run's log; empty if it is unknown.
        width: Where to cut a line, in terminal columns; None for nowhere.
        most: How many runs to show.

    """
    shown = list(islice(statuses.where(lambda kind: kind.state in TROUBLE), most))
    has_attempts = any(status.attempts > 1 for status in shown)
    has_sets = len({kind.options for kind in statuses.kinds}) > 1
    constant = _constant(sweep) if shown else set[str]()
    rows = [_row(sweep, status, log, constant, has_attempts=has_attempts, has_sets=has_sets) for status in shown]
    yield from _table(rows, width) or _blocks(rows, width)
    number = sum(count for state, count in statuses.counts.items() if state in TROUBLE)
    if number > len(shown):
        more = ["…", "and", spelled(number - len(shown)), "more:", "--json", "lists", "them", "all"]
        yield from map(" ".join, packed(more, width))


class _Row(NamedTuple):
    """A run that went wrong, as it is shown."""

    run: str
    state: str
    exit: str
    job: str
    attempts: str
    options: str
    log: str
    overrides: str


def _row(
    sweep: Runs,
    status: RunStatus,
    log: Callable[[RunStatus], str],
    constant: set[str],
    *,
    has_attempts: bool,
    has_sets: bool,
) -> _Row:
    return _Row(
        str(status.run),
        status.state.words,
        "" if status.code is None else _exit(status.code),
        printable(status.last.job),
        str(status.attempts) if has_attempts else "",
        option_words(status.options) if has_sets else "",
        printable(log(status)),
        printable(run_script.words([each for each in sweep[status.run] if each not in constant])),
    )


def _never_starting(statuses: Statuses) -> Iterator[str]:
    """Yield a sentence on the runs that wait in vain for the one that is tried first."""
    reasons: Counter[str] = Counter()
    for kind, count in statuses.kinds.items():
        if kind.reason.startswith(NEVER):
            reasons[kind.reason] += count
    for reason, count in reasons.items():
        runs = "1 run never starts" if count == 1 else f"{count:,} runs never start"
        yield (
            f"pending: {runs}:{printable(reason.partition(':')[2])}. Correct the script, then use --cancel, and submit "
            "again with --resubmit-all"
        )


def _constant(sweep: Runs) -> set[str]:
    """Return the overrides that all runs have."""
    products = (filter(_is_constant, product.dimensions) for product in sweep.sweeps)
    return set.intersection(*({str(override) for each in part for override in each.at(0)} for part in products))


def _is_constant(dimension: Dimension) -> bool:
    varies = dimension.is_random or dimension.is_drawn or dimension.is_numbered
    return dimension.places == 1 and not varies


def _exit(code: int) -> str:
    """Return an exit code, with the name of the signal that it stands for: `137 SIGKILL`."""
    try:
        return f"{code} {signal.Signals(code - 128).name}" if code <= 128 + _LAST_SIGNAL else str(code)
    except ValueError:
        return str(code)


def _table(rows: Sequence[_Row], width: int | None) -> list[str]:
    """Return a table with a line for each run; no lines if that would be too wide."""
    header = _Row(*_Row._fields)
    used = [place for place in range(len(header)) if any(row[place] for row in rows)]
    fixed = [place for place in used if header[place] != "overrides"]
    wide = {place: max(columns(row[place]) for row in (header, *rows)) for place in fixed}
    least = sum(wide.values()) + 2 * len(fixed)
    if len(used) > len(fixed):
        least += 2 + max(columns(start(row.overrides, _LEAST_OVERRIDES)) for row in (header, *rows))
    if width is not None and least > width:
        return []
    lines = []
    for row in [header, *rows] if rows else []:
        cells = [padded(row[place], wide.get(place, 0)) for place in used]
        cells[0] = padded("", wide[0] - len(row.run)) + row.run
        lines.append(cut(f"  {'  '.join(cells)}".rstrip(), width))
    return lines


def _blocks(rows: Iterable[_Row], width: int | None) -> Iterator[str]:
    """Yield some lines for each run, for a narrow window."""
    room = None if width is None else max(1, width - 4)
    for row in rows:
        job = row.job if not row.job or row.job.startswith("process") else f"job {row.job}"
        attempts = f"{row.attempts} attempts" if row.attempts not in ("", "1") else ""
        facts = [row.state, row.exit and f"exit {row.exit}", job, attempts, row.options]
        items = packed([f"run {row.run}:", *listing([fact for fact in facts if fact])], room)
        for place, line in enumerate(map(" ".join, items)):
            yield f"{'    ' if place else '  '}{line}"
        yield from (f"    {text}" for text in (cut(row.overrides, room), shortened(row.log, room)) if text)


def _unfollowed(statuses: Statuses) -> Iterator[str]:
    """Yield a sentence for each scheduler that runs submitted jobs to themselves."""
    runs = list(statuses.where(lambda kind: kind.state is State.UNKNOWN and kind.is_local))
    for scheduler in dict.fromkeys(each.last.wrapped for each in runs if each.last.wrapped):
        submitted = [each.last.job.split(",") for each in runs if each.last.wrapped == scheduler]
        yield f"unknown: {unfollowed(len(submitted), scheduler, list(chain(*submitted)))}"


def explained(name: str, statuses: Statuses, hiding: Sequence[str], width: int | None) -> Iterator[str]:
    """Yield what a state does not say by itself: why a run is unknown, and that a run that is done may have failed.

    Args:
        name: The script's name.
        statuses: What became of the runs.
        hiding: Where the script hides failures.
        width: Where to break a line, in terminal columns; None for nowhere.

    """
    notes = list(_never_starting(statuses))
    unknown = [kind for kind in statuses.kinds if kind.state is State.UNKNOWN]
    notes += [f"unknown: the runs are {printable(owner)}" for owner in sorted({kind.owner for kind in unknown} - {""})]
    reasons = dict.fromkeys(kind.reason for kind in unknown if not kind.owner and not kind.is_local)
    if not reasons.keys().isdisjoint(_FORGOTTEN):
        notes.append(
            "unknown: the scheduler has forgotten the job or did not answer, and no exit record says how the run "
            "ended. With -a, each run leaves an exit record"
        )
    notes += _unfollowed(statuses)
    others = [reason for reason in reasons if reason not in _FORGOTTEN]
    notes += [f"unknown: {printable(reason)}" for reason in others[:_MOST_REASONS]]
    if hiding and State.DONE in statuses.counts:
        notes.append(f"done: the exit code of {printable(name)} was 0, but it hides failures. {hiding[0]}")
    for note in notes:
        yield from map(" ".join, packed(note.split(" "), width))
