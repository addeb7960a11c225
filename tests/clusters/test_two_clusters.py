"""Two clusters, or two users, with one folder: each touches its own jobs alone, whatever is killed and when."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster
from support import need
from tools.storm import ACTIONS, Storm, clusters

KILLS = 20


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cluster]]:
    need("Slurm")
    with clusters(tmp_path_factory.mktemp("slurm")) as running:
        yield running


def test_a_storm_loses_and_doubles_nothing(two: list[Cluster], tmp_path: Path) -> None:
    for folder in [tmp_path, *tmp_path.parents][:3]:
        folder.chmod(0o755)
    before = os.umask(0)
    try:
        storm = Storm(two[0], two[1], tmp_path, seed=1)
        for _ in storm.go_on(KILLS):
            pass
        report = storm.verify()
    finally:
        os.umask(before)
    assert not report.wrong, str(report)
    assert report.kills.total() >= KILLS
    assert report.kills.keys() >= ACTIONS


def test_the_jobs_of_another_cluster_are_shown_as_its_own(two: list[Cluster], tmp_path: Path) -> None:
    one = Project(two[0], tmp_path / "a folder")
    one.write('until [ -e NOTES/../go ]; do sleep 0.1; done; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    assert one.submit("-a", "x=1,2").returncode == 0
    here, one.cluster = one.cluster, two[1]
    assert one.counts() == {"unknown": 2}
    assert "unknown: the runs are on cluster one\n" in one.heracles("-s").stdout
    cancelled = one.heracles("--cancel")
    assert (cancelled.returncode, cancelled.stderr) == (
        1,
        "Error: 2 runs on cluster one may be pending or running: call --cancel there\n",
    )
    assert one.heracles("-d").returncode == 2
    assert one.heracles("--retry=unknown").stdout == (
        "There is nothing to run again: 2 unknown. 2 runs on cluster one cannot be run again from here\n"
    )
    assert one.submit("-a", "x=1,2").stdout.startswith("Nothing is left to submit")
    (one.folder / "go").touch()
    one.cluster = here
    assert one.received() == Counter(["x=1", "x=2"])
    one.cluster = two[1]
    assert one.counts() == {"done": 2}


def test_a_copy_of_a_folder_has_runs_of_its_own_and_a_moved_one_keeps_them(two: list[Cluster], tmp_path: Path) -> None:
    project = Project(two[0], tmp_path / "a folder")
    project.write('sleep 2; echo "$*" >> notes/"$SLURM_JOB_ID"')
    assert project.heracles("-r=sbatch", "-a", "x=1,2").returncode == 0
    shutil.copytree(project.folder, tmp_path / "copy", symlinks=True)
    original, project.folder = project.folder, tmp_path / "copy"
    assert project.heracles("--cancel").stderr == (
        "Error: nothing of my job.sh was submitted in this folder, which is a copy: the runs in its journal are those "
        f"of {original}\n"
    )
    result = project.heracles("-r=sbatch", "-a", "x=1,2")
    assert (result.returncode, "Submitted 2 runs" in result.stdout) == (0, True)
    project.cluster.wait_until_idle()
    for folder in (original, project.folder):
        lines = [line for path in (folder / "notes").iterdir() for line in path.read_text().splitlines()]
        assert sorted(lines) == ["x=1", "x=2"]
    assert project.counts() == {"done": 2}
    project.folder = original.rename(tmp_path / "moved")
    assert project.counts() == {"done": 2}
    assert project.heracles("-r=sbatch", "-a", "x=1,2").stdout.startswith("Nothing is left to submit")
