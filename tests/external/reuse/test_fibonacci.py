"""A sweep tool with a generator of its own: `fibonacci(n)`, in every back end, with no change of the grammar."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import heracles
from heracles.backends import array_script, run_script
from heracles.backends.array_layout import Array
from heracles.language import plugins
from heracles.schedulers.registry import NONE
from heracles.script.job_script import JobScript

INSTALLED = """
def fibonacci(n, first=1):
    a, b = first, first
    for _ in range(n):
        yield a
        a, b = b, a + b
"""


@pytest.fixture
def fibonacci() -> Iterator[None]:
    @plugins.register("fibonacci")
    def numbers(n: int) -> list[int]:
        found = [1, 1]
        while len(found) < n:
            found.append(sum(found[-2:]))
        return found[:n]

    yield
    plugins.unregister("fibonacci")


@pytest.mark.usefixtures("fibonacci")
def test_every_back_end_has_it(tmp_path: Path) -> None:
    sweep = heracles.parse(["n=fibonacci(6),shuffle(fibonacci(n=5))", "b=x,y"])
    assert [run[0] for run in sweep][:12:2] == ["n=1", "n=1", "n=2", "n=3", "n=5", "n=8"]
    assert heracles.Sweep.from_json(sweep.to_json()) == sweep
    script = JobScript("job.sh", b"#!/bin/bash\necho\n")
    (tmp_path / "all.sh").write_bytes(array_script.content(sweep, Array(script, NONE, sweep.size)))
    for run, overrides in enumerate(sweep):
        (tmp_path / "one.sh").write_bytes(run_script.content(overrides, script))
        for command in (["one.sh"], ["all.sh", str(run)]):
            assert subprocess.check_output(["bash", *command], cwd=tmp_path, text=True) == f"{' '.join(overrides)}\n"


def test_an_installed_package_adds_it(tmp_path: Path) -> None:
    (tmp_path / "golden.py").write_text(INSTALLED)
    (tmp_path / "golden-1.dist-info").mkdir()
    (tmp_path / "golden-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: golden\nVersion: 1\n")
    entry = "[heracles.functions]\nfibonacci = golden:fibonacci\n"
    (tmp_path / "golden-1.dist-info" / "entry_points.txt").write_text(entry)
    command = [sys.executable, "-m", "heracles", "--print=commands", "n=fibonacci(4,first=2)"]
    assert subprocess.check_output(command, cwd=tmp_path, text=True) == "n=2\nn=2\nn=4\nn=6\n"
