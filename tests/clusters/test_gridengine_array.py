"""Sweeps on a real Grid Engine: what the tasks receive is what the sweep says."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters.gridengine import Cluster
from starts.warm import heracles_command
from support import gridengine_or_skip

import heracles


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running Grid Engine."""
    with gridengine_or_skip(tmp_path_factory.mktemp("gridengine"), {"max_aj_tasks": "20"}) as running:
        yield running


def submit(cluster: Cluster, folder: Path, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Write a script whose last command notes its words, and call Heracles with it."""
    (folder / "notes").mkdir()
    probe = folder / "probe"
    notes = shlex.quote(str(folder / "notes"))
    probe.write_text(f"#!/bin/sh\nfor word do printf '%s\\0' \"$word\"; done >> {notes}/$JOB_ID.$SGE_TASK_ID.$$\n")
    probe.chmod(0o755)
    (folder / "my job.sh").write_text(body.replace("PROBE", shlex.quote(str(probe))))
    return cluster.run(*heracles_command(), "my job.sh", "-a", "-r=qsub", *arguments, cwd=folder)


def received(cluster: Cluster, folder: Path) -> list[tuple[str, ...]]:
    cluster.wait_until_idle()
    return [tuple(os.fsdecode(path.read_bytes()).split("\0")[:-1]) for path in (folder / "notes").iterdir()]


HEADER = "#!/bin/bash\n#$ -cwd -o /dev/null -e /dev/null\n"


def test_an_array_in_pieces(cluster: Cluster, tmp_path: Path) -> None:
    overrides = ["a=range(15)", "b=x,'y $HOME',\"it's\"", "s=__randseed__"]
    result = submit(cluster, tmp_path, f"{HEADER}PROBE\n", "--max-array=20", *overrides)
    assert (result.returncode, result.stderr) == (0, "")
    assert "45 runs, as 45 tasks of a Grid Engine array, in 3 submissions\n" in result.stdout
    assert re.fullmatch(r"Submitted 45 runs with qsub: jobs \d+, \d+, \d+", result.stdout.splitlines()[-1])
    assert sorted(received(cluster, tmp_path)) == sorted(heracles.parse(overrides))


def test_the_scripts_own_array_is_composed(cluster: Cluster, tmp_path: Path) -> None:
    body = f'{HEADER}#$ -t 3-8:2\nPROBE "$SGE_TASK_ID/$SGE_TASK_FIRST/$SGE_TASK_LAST/$SGE_TASK_STEPSIZE" "$@"\n'
    result = submit(cluster, tmp_path, body, "a=1,2,3")
    assert (result.returncode, result.stderr) == (0, "")
    assert "3 runs of 3 tasks each, as 9 tasks of a Grid Engine array\n" in result.stdout
    expected = [(f"{i}/3/8/2", f"a={n}") for n in (1, 2, 3) for i in (3, 5, 7)]
    assert sorted(received(cluster, tmp_path)) == sorted(expected)


def test_an_id_that_a_wrapper_prints_alone_is_a_job_that_it_submitted(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "job.sh").write_text(f'{HEADER}: "$@"\n')
    call = "name = 'qs' 'ub'\nos.execvp(name, [name, '-terse', '-h', *sys.argv[1:]])\n"
    (tmp_path / "submit").write_text(f"#!{sys.executable}\nimport os, sys\n{call}")
    (tmp_path / "submit").chmod(0o755)
    ran = cluster.run(*heracles_command(), "job.sh", "-r=./submit", "a=1", cwd=tmp_path)
    told = re.search(r"1 run submitted job (\d+) itself, and Heracles does not follow", ran.stderr)
    assert (ran.returncode, bool(told)) == (0, True)
    status = cluster.run(*heracles_command(), "job.sh", "-s", "--json", cwd=tmp_path)
    assert json.loads(status.stdout)["counts"] == {"unknown": 1}
    cluster.run("qdel", told[1] if told else "")


def test_packs(cluster: Cluster, tmp_path: Path) -> None:
    result = submit(cluster, tmp_path, f"{HEADER}PROBE\n", "--pack=4", "-j2", "--throttle=1", "a=range(10)")
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(received(cluster, tmp_path)) == [(f"a={i}",) for i in range(10)]


def test_too_many_tasks_are_said(cluster: Cluster, tmp_path: Path) -> None:
    result = submit(cluster, tmp_path, f"{HEADER}PROBE\n", "a=range(21)")
    assert result.returncode == 1
    assert "you tried to submit a job with more than 20 tasks" in result.stderr
    assert result.stderr.endswith("Error: qsub failed for my job_hydra.sh (exit code 1); submissions made: 0 of 1\n")


def test_runs_with_options_of_their_own(cluster: Cluster, tmp_path: Path) -> None:
    body = f'{HEADER}PROBE "$(qstat -j "$JOB_ID" | grep -o "h_rt=[0-9]*")" "$@"\n'
    rules = ["--with=b=y: -l h_rt=1000", "--with=a=2 b=y: -l h_rt=2000"]
    result = submit(cluster, tmp_path, body, *rules, "a=1,2,3", "b=x,y")
    assert (result.returncode, result.stderr) == (0, "")
    limits = {"b=x": "", "b=y": "h_rt=1000"}
    expected = {(a, b): limits[b] for a in ("a=1", "a=2", "a=3") for b in limits} | {("a=2", "b=y"): "h_rt=2000"}
    assert {(a, b): limit for limit, a, b in received(cluster, tmp_path)} == expected


def test_a_run_cannot_be_tried_first(cluster: Cluster, tmp_path: Path) -> None:
    result = submit(cluster, tmp_path, f"{HEADER}PROBE\n", "--try-first", "a=1,2")
    assert result.returncode == 2
    assert "Grid Engine starts a job that waits for another one even if that fails" in result.stderr
