"""Inputs that reach new code, by atheris (libFuzzer): `python -m tools.fuzz.fuzz DIR SECONDS`, tests/ on PYTHONPATH.

FOLDER keeps the inputs that reached something, from one time to the next, and gets `report.json`: what was tried and
found, rewritten every few seconds.
"""

import json
import os
import random
import re
import resource
import shutil
import sys
import time
import zlib
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["heracles"]):
    from tools.fuzz import checks, findings, words

    from heracles import HeraclesError, Sweep, parse
    from heracles.language import diagnostics

_MEMORY = 2 * 2**30
_LONGEST = 400
_BATCH = 150
_EVERY = 5.0  # seconds between two reports
_MARKS = 2**13
_SEEDS = 500
_RARELY = 4  # one in so many inputs that show nothing new is checked slowly all the same


class Target:
    """Tries inputs until the time is over, which ends the process.

    Args:
        folder: Where the report goes.
        seconds: How long.

    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._end = time.monotonic() + seconds
        self._reported = 0.0
        self._counts = {"tried": 0, "asked": 0, "noted": 0}
        self._findings = findings.Findings()
        self._jobs: list[checks.Job] = []
        self._sources: list[bytes] = []
        # libFuzzer sees which of these functions are called: what the parser's tables hide from it.
        self._seen: set[int] = set()
        self._seeds = set(words.seeds())  # which other tests are about
        self._marks = [atheris.instrument_func(lambda: None) for _ in range(_MARKS)]

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        self._counts["tried"] += 1
        slowly = data not in self._seeds and (self._mark(data) or zlib.crc32(data) % _RARELY == 0)
        try:
            jobs = checks.check(data, slowly=slowly)
        except (Exception, checks.OverdueError):  # noqa: BLE001 - whatever it is, it is a finding
            self._found(data, *checks.problem(data))
        else:
            self._counts["asked"] += slowly
            self._jobs += jobs
            self._sources += [data] * len(jobs)
        if len(self._jobs) >= _BATCH:
            self._note()
        if time.monotonic() > self._reported + _EVERY:
            self._report()
        if time.monotonic() > self._end:
            self._note()
            self._report()
            os._exit(0)

    def _found(self, data: bytes, name: str, detail: str) -> None:
        if name:
            self._findings.add(data, name, detail)

    def _note(self) -> None:
        """Let bash run what was gathered."""
        self._counts["noted"] += len(self._jobs)
        bad = checks.failing(self._jobs)
        for job, data in zip(self._jobs, self._sources, strict=True):
            if job in bad:
                self._found(data, job.law, f"{job.words!a}")
        self._jobs, self._sources = [], []

    def _report(self) -> None:
        self._reported = time.monotonic()
        again = dict(self._findings.again)
        report = {"counts": self._counts, "new": self._findings.new, "again": again}
        partial = self._folder / "report.tmp"
        partial.write_text(json.dumps(report))
        partial.rename(self._folder / "report.json")

    def _mark(self, data: bytes) -> bool:
        """Return whether an input has something that no earlier one had, and let libFuzzer know."""
        if data[:1] == b"{":
            return False
        marks: set[int] = set()
        with suppress(Exception):  # which the checks run into again
            for override in checks.overrides_of(data)[:4]:
                marks |= {zlib.crc32(feature.encode("utf-8", "replace")) % _MARKS for feature in _features(override)}
        for mark in marks:
            self._marks[mark]()
        is_new = not marks <= self._seen
        self._seen |= marks
        return is_new


def _features(override: str) -> list[str]:
    """Return what is in an override that code coverage does not tell: words beside each other, and what they give."""
    types = ["", *(token.type for token in diagnostics._parsed(override).tokens), "$"]
    found = [f"{one} {two}" for one, two in pairwise(types)]
    try:
        sweep = parse([override])
    except HeraclesError as error:
        return [*found, re.sub(r"(?s)'.*'|\d+", "", error.message)]
    found += [f"{one} {two} {three}" for one, two, three in zip(types, types[1:], types[2:], strict=False)]
    return found + _shapes(sweep)


def _shapes(sweep: Sweep) -> list[str]:
    """Return the kinds of generators and of values, each with what it is in and with its place."""
    found: list[str] = []
    stack: list[tuple[str, object]] = [("", json.loads(sweep.to_json())["axes"])]
    while stack:
        above, node = stack.pop()
        if isinstance(node, dict):
            kind = f"{node.get('kind', '')}{node.get('name', '')}"
            found.append(f"{above}/{kind}")
            stack += [(f"{above.rpartition('/')[2]}/{kind}", value) for value in node.values()]
        elif isinstance(node, list):
            found.append(f"{above}#{min(len(node), 3)}")
            stack += [(above, value) for value in node[:20]]
    return found


def _mutator(data: bytes, most: int, seed: int) -> bytes:
    """Return a changed input: word by word, or as libFuzzer does."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    if chance.random() < 0.2:
        changed: bytes = atheris.Mutate(data, most)
        return changed
    text = words.mutated(data.decode("utf-8", "surrogateescape"), chance)
    return text.encode("utf-8", "surrogateescape")[:most]


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    paths = {name: folder / name for name in ("corpus", "seeds", "stopped")}
    shutil.rmtree(paths["seeds"], ignore_errors=True)
    for path in paths.values():
        path.mkdir(parents=True, exist_ok=True)
    for seed in random.sample(words.seeds(), _SEEDS):  # all of them would take a minute, each time
        (paths["seeds"] / f"{zlib.crc32(seed):08x}").write_bytes(seed)
    (folder / "words").write_text(words.dictionary())
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    options = [f"-dict={folder / 'words'}", f"-artifact_prefix={paths['stopped']}/", f"-max_len={_LONGEST}"]
    options += ["-timeout=60", "-rss_limit_mb=1500", "-verbosity=0", "-mutate_depth=1"]
    folders = [str(paths["corpus"]), str(paths["seeds"])]
    atheris.Setup([sys.argv[0], *options, *folders], Target(folder, seconds), custom_mutator=_mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
