"""Sweeps on a real Slurm: what the jobs receive is what the sweep says."""

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from clusters.slurm import Cluster
from starts.warm import heracles_command
from support import slurm_or_skip

import heracles

HOSTILE = [
    "v='$HOME',\"$(touch pwned)\",'`touch pwned`','; touch pwned #','* ? [a-z]','~','~root','  two  blanks  '",
    "w=\"it's\",'say \"hi\"','line one\nline two\n','naïve 🚀 中文','back\\\\slash','!!'",
    "+bare=$HOME",
    "~gone",
    "empty=",
    "++a/b@c=~/*;x&y|z<d>e#f",
]


@dataclass(frozen=True)
class Project:
    """A folder with a job script, the last command of which notes the words that it is given."""

    cluster: Cluster
    folder: Path
    results: Path

    def write(self, command: str, *directives: str) -> None:
        """Write the script; `PROBE` in the command is the program that takes the notes."""
        probe = self.results.with_name("probe")
        probe.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" >> {shlex.quote(str(self.results))}/$SLURM_JOB_ID\n")
        probe.chmod(0o755)
        lines = ["#!/bin/bash", *(f"#SBATCH {directive}" for directive in directives)]
        (self.folder / "my job.sh").write_text(
            "\n".join([*lines, command.replace("PROBE", shlex.quote(str(probe))), ""])
        )

    def heracles(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.cluster.run(*heracles_command(), "my job.sh", *arguments, cwd=self.folder)

    def submit(self, *overrides: str) -> None:
        result = self.heracles("-r=sbatch", *overrides)
        assert (result.returncode, result.stderr) == (0, "")
        runs = heracles.parse(overrides).size
        assert f"\nSubmitted {runs} runs with sbatch: job" in result.stdout

    def received(self, timeout: float = 60) -> list[tuple[str, ...]]:
        """Return the words of each job, in no order, once all are done."""
        self.cluster.wait_until_idle(timeout)
        return [tuple(os.fsdecode(notes.read_bytes()).split("\0")[:-1]) for notes in self.results.iterdir()]

    def files(self) -> set[str]:
        """Return the names of the files beside the script, without the jobs' own output."""
        return {path.name for path in self.folder.iterdir() if not path.name.startswith("slurm-")}


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    folder, results = tmp_path / "a folder", tmp_path / "all results"
    folder.mkdir()
    results.mkdir()
    return Project(cluster, folder, results)


def test_each_run_is_one_job(project: Project) -> None:
    project.write("PROBE")
    overrides = ["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"]
    project.submit(*overrides)
    received = project.received()
    assert sorted(received) == sorted(heracles.parse(overrides))
    assert len(received) == len(set(received)) == 6


@pytest.mark.parametrize("command", ["PROBE", 'set -eu\nPROBE "$@"\necho "done: $*"'], ids=["appended", "parameters"])
def test_values_arrive_as_they_are(project: Project, command: str) -> None:
    project.write(command)
    overrides = [*HOSTILE, "hydra.run.dir=out"]
    project.submit(*overrides)
    received = project.received()
    assert sorted(received) == sorted(heracles.parse(overrides))
    assert ("v='$HOME'", "w='!!'", "+bare=$HOME", "~gone", "empty=") in [words[:5] for words in received]
    assert list(project.folder.parent.rglob("pwned")) == []


def test_seeds_are_unique(project: Project) -> None:
    project.write("PROBE")
    project.submit("lr=0.1,0.01", "seed=__randseed(5)__")
    received = project.received()
    assert sorted(received) == sorted(heracles.parse(["lr=0.1,0.01", "seed=__randseed(5)__"]))
    assert len({seed for _, seed in received}) == 10


def test_refused_job_stops_the_sweep(project: Project) -> None:
    project.write("PROBE", "--partition=nosuch")
    result = project.heracles("-r=sbatch", "lr=0.1,0.01,0.001")
    assert result.returncode == 1
    assert "Invalid partition name specified" in result.stderr
    assert result.stderr.endswith(
        "Error: sbatch failed for my job_hydra0.sh (exit code 1); scripts submitted: 0 of 3\n"
    )
    assert project.cluster.run("squeue", "--noheader").stdout == ""
    assert project.received() == []


def test_job_refused_midway_leaves_the_earlier_ones(project: Project, tmp_path: Path) -> None:
    with slurm_or_skip(
        tmp_path / "slurm", {"SchedulerParameters": "batch_sched_delay=0,max_script_size=2000"}
    ) as strict:
        project = replace(project, cluster=strict)
        project.write("PROBE")
        result = project.heracles("-r=sbatch", f"name=short,{'long' * 500},last")
        assert result.returncode == 1
        assert result.stderr.endswith(
            "Error: sbatch failed for my job_hydra1.sh (exit code 1); scripts submitted: 1 of 3\n"
        )
        assert project.received() == [("name=short",)]


def test_scripts_can_be_removed_once_submitted(project: Project) -> None:
    project.write("PROBE", "--begin=now+3")
    project.submit("lr=0.1,0.01")
    assert project.files() == {"my job.sh", "my job_hydra0.sh", "my job_hydra1.sh", "my job_hydra.jsonl"}
    assert "2 runs are pending or running" in project.heracles("-d").stderr
    result = project.heracles("-d", "--force")
    assert (result.returncode, result.stderr) == (0, "")
    assert project.files() == {"my job.sh"}
    assert sorted(project.received()) == [("lr=0.01",), ("lr=0.1",)]


def test_an_array_composed_with_the_scripts_own(project: Project) -> None:
    project.write('PROBE "$SLURM_ARRAY_TASK_ID" "$SLURM_ARRAY_TASK_COUNT"', "--array=1-3", "--output=/dev/null")
    overrides = ["a=range(25)", "b=x,'y z'"]
    result = project.heracles("-a", "-r=sbatch", *overrides)
    assert (result.returncode, result.stderr) == (0, "")
    job = result.stdout.rpartition(" ")[2].strip()
    assert result.stdout == (
        "Wrote my job_hydra.sh: 50 runs of 3 tasks each, as 150 tasks of a Slurm array\n"
        "Cost: 150 tasks × 1 CPU; no --time: unknown\n"
        f"Submitted 150 tasks with sbatch: job {job}\n"
    )
    expected = [(str(i), "3", *run) for run in heracles.parse(overrides) for i in (1, 2, 3)]
    assert sorted(project.received(120)) == sorted(expected)
    assert len(expected) == 150


@pytest.mark.parametrize("body", ["PROBE", 'set -euo pipefail\nPROBE "$@"'])
def test_values_arrive_as_they_are_in_an_array(project: Project, body: str) -> None:
    project.write(body, "--output=/dev/null")
    overrides = [*HOSTILE, "hydra.run.dir=out", "s=__randseed(2)__"]
    result = project.heracles("-a", "-r=sbatch", *overrides)
    assert (result.returncode, result.stderr) == (0, "")
    received = project.received()
    assert sorted(received) == sorted(heracles.parse(overrides))
    assert list(project.folder.parent.rglob("pwned")) == []


def test_a_cluster_with_short_arrays_gets_it_in_pieces(project: Project, tmp_path: Path) -> None:
    with slurm_or_skip(tmp_path / "slurm", {"MaxArraySize": "64"}) as short:
        project = replace(project, cluster=short)
        project.write("PROBE", "--output=/dev/null")
        overrides = ["a=range(75)", "b=x,y"]
        result = project.heracles("-a", "-r=sbatch", *overrides)
        assert (result.returncode, result.stderr) == (0, "")
        assert "150 tasks of a Slurm array, in 3 submissions\n" in result.stdout
        assert re.fullmatch(r"Submitted 150 runs with sbatch: jobs \d+, \d+, \d+", result.stdout.splitlines()[-1])
        assert sorted(project.received()) == sorted(heracles.parse(overrides))


def test_packs_on_slurm(project: Project) -> None:
    project.write('PROBE "$SLURM_ARRAY_TASK_ID"', "--output=/dev/null", "--array=2,4")
    result = project.heracles("-a", "--pack", "7", "-j", "3", "--throttle=2", "-r=sbatch", "a=range(10)")
    assert (result.returncode, result.stderr) == (0, "")
    assert "10 runs of 2 tasks each, as 3 tasks of a Slurm array\n" in result.stdout
    assert "#SBATCH --array=0-2%2\n" in (project.folder / "my job_hydra.sh").read_text()
    project.cluster.wait_until_idle()
    notes = "".join(os.fsdecode(path.read_bytes()) for path in project.results.iterdir()).split("\0")[:-1]
    assert sorted(zip(notes[::2], notes[1::2], strict=True)) == sorted(
        (i, f"a={n}") for n in range(10) for i in ("2", "4")
    )


def test_the_environment_does_not_replace_the_array(project: Project) -> None:
    project.write("PROBE", "--output=/dev/null")
    cluster = replace(project.cluster, environment={**project.cluster.environment, "SBATCH_ARRAY_INX": "0-1"})
    result = replace(project, cluster=cluster).heracles("-a", "-r=sbatch", "a=range(5)")
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(project.received()) == [(f"a={i}",) for i in range(5)]


def test_an_array_in_the_command_is_refused(project: Project) -> None:
    project.write("PROBE", "--output=/dev/null")
    for word in ("--array=1-3", "-a", "-a1-3", "--arr=1"):
        result = project.heracles("-a", f"-r=sbatch {word} 1", "a=1,2")
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            f"Error: '{word}' in 'sbatch {word} 1' would replace the array whose tasks are the runs: write "
            "'#SBATCH --array=1-90' into the script, and each run gets such an array\n"
        )
    assert project.files() == {"my job.sh"}


def test_a_sweep_beyond_the_product(project: Project) -> None:
    """A zip, rows of a file, cases, rules, a derived value, the run's number and a sample, from words to jobs."""
    project.write('set -eu\nPROBE "$@"\necho "done: $*"')
    (project.folder / "rows.csv").write_text('opt,"lr"\nadam,0.1\nsgd,\n"a, b",1e-3\n')
    words = [
        "pair=zip(model=[cnn,'v\"it'],batch=[64,32])",
        "steps=1000,5000",
        "warmup=expr(steps // 10)",
        "out=o/__run__",
    ]
    words += ["seed=__randseed(2)__", "--case", "@rows.csv", "--case", "width=range(4)", "x=a,b"]
    rules = ["--exclude=model=cnn opt=sgd", "--where=steps < 5000 or batch == 64", "--sample=25"]
    printed = project.heracles("--print", "jsonl", *words, *rules)
    runs = [json.loads(line)["overrides"] for line in printed.stdout.splitlines()]
    result = project.heracles("-a", "-r=sbatch", "--pack=3", *words, *rules)
    assert (result.returncode, result.stderr) == (0, "")
    project.cluster.wait_until_idle(60)
    received = [os.fsdecode(word) for notes in project.results.iterdir() for word in notes.read_bytes().split(b"\0")]
    assert len(runs) == 2 * 25
    assert sorted(filter(None, received)) == sorted(word for run in runs for word in run)
    assert project.heracles("-s", "--json").stdout.count('"done"') >= len(runs)
