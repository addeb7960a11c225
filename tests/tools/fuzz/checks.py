"""What holds of any text at all: the checks of `make fuzz`, which `test_regressions.py` makes of all that it found.

An input is bytes. It is the overrides of one command line with an empty line between two of them (a newline at its very
end is not counted), among which can be `--case`, `--exclude RULE`, `--where RULE` and `--sample N`; or, if it begins
with `{`, it is a sweep as JSON.
"""

import itertools
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from external.hydra_oracle import GROUPS, read_back, verdict
from external.test_hydra import IS_NEXT, Json, disagreement

import heracles
from heracles import HeraclesError, Sweep
from heracles.backends import array_script, exports, run_script
from heracles.backends.array_layout import Array
from heracles.ir import Axis, Cast, Choice, Concat, Dimension, Generator, Runs, Shuffle
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

__all__ = ["BrokenError", "Job", "OverdueError", "check", "failing", "limited", "overrides_of", "problem", "thorough"]

MOST_SECONDS = 10.0  # of processor time, which no input may take
_ORACLES_SECONDS = 1.0  # then Hydra is not waited for
_MOST_READ = 30  # values that Hydra reads back: more of them are only counted
_MOST_LISTED = 1000
_MOST_BYTES = 200_000
_MOST_VALUES = 20_000  # listed ones, of which sort() may give a million; more are only read
_SCRIPT = JobScript("job.sh", b"#!/bin/bash\nnote\n")
_NOTE = 'note() { printf "%s\\0" begin "$#" "$@"; }\n'
# More of the deliberate differences that `DIFFERENCES` of test_hydra.py lists, in the forms that only a fuzzer writes:
_DELIBERATE = re.compile(
    r"__run(?:\([0-9]+\))?__"  # the number of the run here; there it is text
    r"|__rand(?:seed|perm)__"  # a seed here, which neither lists nor most functions take; there it is text
    r"|,[ \t]*glob[ \t]*\(|glob[ \t]*\(.*\)[ \t]*,"  # beside other values
    r"|refused: glob\(\) takes a pattern"  # numbers and such for patterns
    r"|refused: this range never ends",
    re.DOTALL,
)
_OPTION = re.compile(r"--(case|exclude|where|sample)(?: (.*))?", re.DOTALL)
_KEY = re.compile(r"(?:\\.|[^=\\])*", re.DOTALL)


class BrokenError(Exception):
    """Something does not hold.

    Args:
        law: What, in a few words that could name a file.
        detail: How.

    """

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(law, detail)
        self.law = law
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.law}: {self.detail}"


class OverdueError(BaseException):
    """The time is over; nothing that catches each Exception catches it."""


@dataclass(frozen=True)
class Job:
    """A script for bash, the arguments for it, and the words that it must then note."""

    law: str
    script: bytes
    arguments: tuple[str, ...]
    words: tuple[str, ...]


def overrides_of(data: bytes) -> list[str]:
    """Return the overrides that an input is, as a shell would pass them."""
    return data.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n\n")


def check(data: bytes, *, slowly: bool = True) -> list[Job]:
    """Check everything but what takes a shell.

    Args:
        data: The input.
        slowly: Whether hydra-core is asked too, and jobs for a shell are given, which takes longer than all else.

    Returns:
        What is left for `failing` to check.

    Raises:
        BrokenError: If something does not hold.
        OverdueError: If it takes too long.
        Exception: Whatever comes out of heracles that should not.

    """
    if data[:1] == b"{":
        with limited(MOST_SECONDS):
            _check_json(data.decode("utf-8", "surrogateescape"))
        return []
    overrides = overrides_of(data)
    with limited(MOST_SECONDS):
        sweep = _parsed(overrides)
        jobs = list(_check_sweep(sweep, slowly=slowly)) if sweep is not None else []
    if slowly:
        for override in overrides:
            if not _OPTION.fullmatch(override):
                _check_hydra(override)
    return jobs


def thorough(data: bytes) -> None:
    """Check everything of one input; raises as `check` does."""
    for job in failing(check(data)):
        raise BrokenError(job.law, f"{job.words!a} is not what bash receives")


def problem(data: bytes) -> tuple[str, str]:
    """Return what is wrong with an input, as a short name and in detail; two empty texts if nothing is."""
    try:
        thorough(data)
    except BrokenError as error:
        return error.law, error.detail
    except (Exception, OverdueError) as error:  # noqa: BLE001 - whatever it is, it should not have come out
        return f"{type(error).__name__}-{_place(error)}", repr(error)
    return "", ""


def _place(error: BaseException) -> str:
    """Return the function of heracles that an exception came from."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/heracles/" in code.co_filename:
            place = f"{Path(code.co_filename).stem}-{code.co_name.strip('_<>')}"
        trace = trace.tb_next
    return place


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `OverdueError` out of the body, if it takes more than that of the processor."""

    def stop(_: int, __: FrameType | None) -> None:
        raise OverdueError

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def _hold(law: str, detail: str, *, that: bool) -> None:
    if not that:
        raise BrokenError(law, detail)


def _options(group: str) -> list[str]:
    return sorted(GROUPS.get(group, []))


def _asked(texts: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of `heracles.parse` that the texts of a command line are."""
    words: list[list[str]] = [[]]
    rules: dict[str, list[str]] = {"exclude": [], "where": []}
    sample = None
    for text in texts:
        match = _OPTION.fullmatch(text)
        if match is None:
            words[-1].append(text)
        elif match[1] in rules:
            rules[match[1]].append(match[2] or "")
        elif match[1] == "case":
            words.append([])
        elif re.fullmatch(r"[0-9]{1,3}", match[2] or ""):
            sample = int(match[2])
    return {"overrides": words[0], "cases": words[1:], "sample": sample, **rules}


def _parsed(texts: Sequence[str]) -> Runs | None:
    """Return the runs; None if they are refused, by an error that is complete."""
    asked = _asked(texts)
    try:
        runs: Runs = heracles.parse(**asked, options=_options)
    except HeraclesError as error:
        if error.span is None and (asked["sample"] is not None or "in two cases" in error.message):
            return None
        start, end = error.span or (-1, -1)
        shown = str(error).split("\n")
        is_placed = error.source in (*texts, *asked["exclude"], *asked["where"]) and 0 <= start <= end <= len(
            error.source
        )
        is_shown = len(shown) == 3 and shown[1].isprintable() and shown[2].strip(" ").strip("^") == "" != shown[2]
        _hold("error", ascii(str(error)), that=is_placed and is_shown and error.message == shown[0])
        return None
    return runs


def _check_sweep(sweep: Runs, *, slowly: bool) -> Iterator[Job]:
    dimensions = _dimensions(sweep)
    if sum(_listed(axis.values) for axis in dimensions if isinstance(axis, Axis)) > _MOST_VALUES:
        return
    if isinstance(sweep, Sweep):
        printed = [str(axis) for axis in sweep.dimensions]
        again = heracles.parse(printed)
        _hold("printing", f"{printed}", that=again == sweep and [str(axis) for axis in again.dimensions] == printed)
    _check_json(sweep.to_json(), sweep)
    if not sweep:
        return
    numbers = sorted({0, sweep.size // 3, sweep.size - 1})
    runs = [sweep[number] for number in numbers]
    _check_runs(sweep, runs)
    if slowly:
        yield from _jobs(sweep, numbers, runs)


def _dimensions(runs: Runs) -> list[Dimension]:
    return [dimension for sweep in runs.sweeps for dimension in sweep.dimensions]


def _listed(values: Generator) -> int:
    """Count the values that are written out."""
    if isinstance(values, Concat):
        return sum(map(_listed, values.parts))
    if isinstance(values, Shuffle | Cast):
        return _listed(values.values)
    return values.size if isinstance(values, Choice) else 0


def _check_json(text: str, sweep: Runs | None = None) -> None:
    try:
        loaded = Runs.from_json(text)
        _ = loaded[:1][0] if loaded else ()
    except HeraclesError as error:
        _hold("json", f"{error}: {text}", that=sweep is None)
        return
    again = loaded.to_json()
    _hold("json", text, that=(sweep is None or (loaded == sweep and again == text)) and Runs.from_json(again) == loaded)


def _check_runs(sweep: Runs, runs: list[tuple[str, ...]]) -> None:
    if all(axis.size <= _MOST_LISTED for axis in _dimensions(sweep)):
        first = list(itertools.islice(sweep, 4))
        _hold("iterating", f"{first}", that=first == [sweep[i] for i in range(len(first))])
    for run in runs:
        hydras = tuple(override for override in run if not override.startswith("-"))
        _hold("run", f"{hydras}", that=list(heracles.parse(hydras)) == [hydras])


def _jobs(sweep: Runs, numbers: list[int], runs: list[tuple[str, ...]]) -> Iterator[Job]:
    """Return what bash must make of some runs: of the one script, of a script for each run, and of a line for each."""
    if sum(axis.size for axis in _dimensions(sweep) if axis.size <= _MOST_LISTED**2) > 100 * _MOST_LISTED:
        return
    try:
        content = array_script.content(sweep, Array(_SCRIPT, SCHEDULERS["none"], sweep.size))
    except HeraclesError:
        content = b""
    if 0 < len(content) < _MOST_BYTES:
        for number, run in zip(numbers, runs, strict=True):
            yield Job("array-script", content, (str(number),), run)
    yield Job("script", run_script.content(runs[-1], _SCRIPT), (), runs[-1])
    if all(axis.size <= _MOST_LISTED for axis in _dimensions(sweep)):
        line = next(exports.commands(sweep))
        yield Job("commands", f"note {line}".encode("utf-8", "surrogateescape"), (), runs[0])


def failing(jobs: Sequence[Job]) -> list[Job]:
    """Let one bash run all jobs; give those whose words it did not note as they are."""
    if not jobs:
        return []
    seen = _noted(jobs)
    return [job for job, noted in zip(jobs, seen, strict=True) if noted != [f"{len(job.words)}", *job.words, "0"]]


def _noted(jobs: Sequence[Job]) -> list[list[str]]:
    """Return what bash notes of each job: how many words, the words, and the status at the end."""
    with tempfile.TemporaryDirectory() as folder:
        calls = [_NOTE]
        for place, job in enumerate(jobs):
            Path(folder, f"{place}").write_bytes(job.script)
            calls.append(f"(set -- {' '.join(job.arguments)}; . ./{place}) 2> {place}.err\n")
            calls.append(
                f'status=$?; [[ ! -s {place}.err ]] || status+=", with errors"; printf "%s\\0" end "$status"\n'
            )
        result = subprocess.run(
            ["bash", "-c", "".join(calls)], cwd=folder, env={}, capture_output=True, check=False, timeout=10 + len(jobs)
        )
    words = iter(result.stdout.decode("utf-8", "surrogateescape").split("\0"))
    return [_one_noted(words) for _ in jobs]


def _one_noted(words: Iterator[str]) -> list[str]:
    noted: list[str] = []
    for word in words:
        if word == "end":
            return [*noted, next(words, "")]
        count = next(words)
        noted += [count, *itertools.islice(words, int(count))]
    return noted


def _check_hydra(override: str) -> None:
    try:
        with limited(_ORACLES_SECONDS):
            judgement = verdict(override)
    except OverdueError:
        return
    if not judgement["accepts"]:
        _check_more(override)
    elif (found := disagreement(override, _counted(judgement))) and not _DELIBERATE.search(f"{override}\n{found}"):
        _hold(f"hydra-{found.partition(':')[0].replace(' ', '-')}", f"{override!a}: {found}", that=False)


def _counted(judgement: Json) -> Json:
    """Return the judgement, without the values where there are many."""
    values = judgement.get("values", [])
    if len(values) <= _MOST_READ:
        return judgement
    return {name: said for name, said in judgement.items() if name != "values"} | {"count": len(values)}


def _check_more(override: str) -> None:
    """Check that Hydra reads what becomes of an override that it refuses."""
    try:
        sweep = heracles.parse([override], options=_options)
    except HeraclesError:
        return
    for number in sorted({0, sweep.size // 2, sweep.size - 1}) if sweep else []:
        text = sweep[number][0]
        key = re.match(_KEY, text)[0]  # type: ignore[index]  # which matches anything
        is_hydras = not key.startswith("-") and (IS_NEXT or not re.search(r"[\[\\]", key))
        if is_hydras and "extend_list(" not in text:
            _hold("hydra-unread", f"{override!a}: {text!a}", that=read_back(text) is not None)
