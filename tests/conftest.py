"""Settings for all tests, what they report, and fixtures that several of them use."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters.slurm import Cluster
from hypothesis import HealthCheck, Phase, settings
from starts.warm import heracles_command
from support import Heracles, slurm_or_skip

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=5000)
settings.register_profile("few", parent=settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "mutants",
    parent=settings.get_profile("default"),
    max_examples=10,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why tests were skipped, and of how many that is true: pytest has a line for each of their places."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"SKIPPED [{count}] {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running Slurm."""
    with slurm_or_skip(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture
def heracles(tmp_path: Path) -> Heracles:
    """Run the command line as a process of its own, in the test's folder."""

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        settled: dict[str, Any] = {"cwd": tmp_path, **options}
        return subprocess.run([*heracles_command(), *arguments], capture_output=True, text=True, check=False, **settled)

    return run


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A job script that runs a probe: a program that notes down the words it is given."""
    program = tmp_path / "probe"
    program.write_text(f'#!{sys.executable} -IS\nimport os, sys\nprint(ascii(sys.argv[1:]), file=open("seen", "a"))\n')
    program.chmod(0o755)
    path = tmp_path / "job.sh"
    path.write_text("#!/bin/bash\n#SBATCH --time=6:00:00\n\n./probe --fixed\n")
    path.chmod(0o755)
    return path
