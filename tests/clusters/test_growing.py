"""Sweeps that grow on a real Slurm, while their runs are pending and running."""

import json
import signal
from collections import Counter
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster

import heracles
from heracles.ir.growth import grow

FORMS = pytest.mark.parametrize("form", [[], ["-a", "--pack=2", "--max-array=3"]], ids=["files", "array"])
SMALL, MORE, LAST = (
    ["x=range(2)", "s=__randseed(2)__"],
    ["x=range(3)", "s=__randseed(3)__"],
    ["x=1,2,3", "s=__randseed(3)__"],
)


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    return Project(cluster, tmp_path / "a folder")


def grown() -> list[str]:
    """Return what the programs are called with, in the order of the numbers of the runs."""
    runs = heracles.parse(SMALL)
    for words in (MORE, LAST):
        growth = grow(runs, heracles.parse(words))
        assert growth is not None
        runs = growth.runs  # type: ignore[assignment]
    return [" ".join(run) for run in runs]


@FORMS
def test_a_sweep_grows_while_it_runs(project: Project, form: list[str]) -> None:
    project.write('sleep 1; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    for words in (SMALL, MORE, LAST):
        result = project.submit(*form, *words)
        assert (result.returncode, result.stderr) == (0, "")
        assert "Submitted " in result.stdout
    assert project.received() == Counter(grown())
    assert project.counts() == {"done": 12}
    status = json.loads(project.heracles("-s", "--json").stdout)
    assert [" ".join(run["overrides"]) for run in status["list"]] == grown()
    assert project.submit(*form, *LAST).stdout.splitlines()[-1].startswith("Nothing is left to submit: all 9 runs")


@FORMS
def test_a_growth_that_is_killed_goes_on(project: Project, form: list[str]) -> None:
    assert project.submit(*form, *SMALL).returncode == 0
    project.stand_in('[ -e killed ] && exec REAL "$@"; REAL "$@"; touch killed; kill -9 $PPID; sleep 60')
    assert project.submit(*form, *MORE).returncode == -signal.SIGKILL
    again = project.submit(*form, *MORE)
    assert (again.returncode, again.stderr) == (0, "")
    assert project.received() == Counter(grown()[:9])
    assert project.counts(*MORE) == {"done": 9}


def test_runs_of_a_grown_sweep_are_retried_and_cancelled_by_number(project: Project) -> None:
    project.write('case $1 in x=2) [ -e fixed ] || exit 3;; esac; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    assert project.submit("-a", "x=0,1").returncode == 0
    assert project.submit("-a", "x=0,1,2").returncode == 0
    project.cluster.wait_until_idle()
    assert project.counts() == {"done": 2, "failed": 1}
    (project.folder / "fixed").touch()
    retried = project.heracles("--retry")
    assert (retried.returncode, retried.stderr) == (0, "")
    assert project.received() == Counter(["x=0", "x=1", "x=2"])
    assert project.counts() == {"done": 3}
    project.write("sleep 100")
    assert project.submit("-a", "--extend", "x=0,1,2,3,4").returncode == 0
    assert project.heracles("--cancel").stdout == "Cancelled 2 runs\n"
    project.cluster.wait_until_idle()
    assert project.counts() == {"done": 3, "cancelled": 2}
