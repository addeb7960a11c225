"""What the tests share."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
from clusters import gridengine, slurm
from parts import missing

import heracles
from heracles.ir import Runs

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "heracles"
GRAMMAR = ROOT / "grammar"
CORPUS = ROOT / "tests" / "corpus"
GOLDEN = ROOT / "tests" / "golden"

Heracles = Callable[..., subprocess.CompletedProcess[str]]


def need(*parts: str) -> None:
    """Skip a test if the machine lacks one of the parts, by their names in `parts.py`; under CI, fail.

    Every test that starts a program other than Python, bash, git, make and those of the coreutils calls this first.
    """
    for part in parts:
        if reason := missing(part):
            absent(reason)


def has(part: str) -> bool:
    """Return whether the machine has a part, for a test that does more if it has; under CI, fail if it lacks it."""
    reason = missing(part)
    if reason and _must_be_complete():
        absent(reason)
    return not reason


def absent(reason: str) -> NoReturn:
    """Skip a test for want of something that can be installed; under CI, fail."""
    if _must_be_complete():
        pytest.fail(f"{reason}; CI has to test with it")
    pytest.skip(reason)


def _must_be_complete() -> bool:
    """Return whether nothing may be missing, as under CI, except in `make test-bare`, which is to test without."""
    return bool(os.environ.get("CI")) and not os.environ.get("BARE")


@contextlib.contextmanager
def slurm_or_skip(folder: Path, extra: Mapping[str, str] | None = None, **options: Any) -> Iterator[slurm.Cluster]:
    """Start a Slurm as `slurm.start` does; skip the test if this machine has none, or one that cannot do this."""
    need("Slurm", *(["Slurm's accounting"] if options.get("accounting") else []))
    try:
        with slurm.start(folder, extra, **options) as cluster:
            yield cluster
    except slurm.UnusableError as defect:
        pytest.skip(str(defect))


@contextlib.contextmanager
def gridengine_or_skip(
    folder: Path, extra: Mapping[str, str] | None = None, **options: Any
) -> Iterator[gridengine.Cluster]:
    """Start a Grid Engine as `gridengine.start` does; skip the test if this machine has none."""
    need("Grid Engine")
    with gridengine.start(folder, extra, **options) as cluster:
        yield cluster


@contextlib.contextmanager
def small_disk(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a file system in memory with the given options of tmpfs; skip the test where none can be mounted."""
    need("mount")
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        absent("no tmpfs can be mounted: run the tests outside of a container, or in a privileged one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def parsed(line: str, files: Callable[[str], str] | None = None) -> Runs:
    """Return the runs of a sweep as a command line has it: words for a shell, with `--case`, `--exclude` and so on.

    `files` returns the text of a file of rows.
    """
    rules: dict[str, list[str]] = {"--exclude": [], "--where": []}
    cases: list[list[str]] = [[]]
    sample = None
    words = iter(shlex.split(line))
    for word in words:
        if word in rules:
            rules[word].append(next(words))
        elif word == "--case":
            cases.append([])
        elif word == "--sample":
            sample = int(next(words))
        else:
            cases[-1].append(word)
    excluded, kept = rules["--exclude"], rules["--where"]
    return heracles.parse(cases[0], cases=cases[1:], exclude=excluded, where=kept, sample=sample, files=files)
