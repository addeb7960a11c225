"""A launch in groups on a real Slurm: runs with options of their own, and runs that wait for the one tried first."""

import json
import re
import shlex
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster, happens

FORMS = pytest.mark.parametrize("form", [[], ["-a"]], ids=["files", "array"])
SWEEP = ["size=small,large", "x=range(3)"]
RUNS = Counter(f"size={size} x={x}" for size in ("small", "large") for x in range(3))
LARGE = "size=large: --time=24:00:00 -c 2"


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    return Project(cluster, tmp_path / "a folder")


def lines(project: Project) -> list[str]:
    """Return what the programs wrote down."""
    return [line for path in project.notes.iterdir() for line in path.read_text().splitlines()]


def limits(project: Project) -> dict[str, tuple[str, str]]:
    """Return the time limit and the CPUs of each run that has begun, as the job itself sees them."""
    found = {}
    for line in lines(project):
        run, time, cpus = line.split("|")
        found[run] = time, cpus
    return found


def reasons(project: Project) -> Counter[str]:
    listed = json.loads(project.heracles("-s", "--json").stdout)["list"]
    return Counter(entry["reason"] for entry in listed)


@FORMS
def test_each_run_has_the_limits_of_its_set(project: Project, form: list[str]) -> None:
    project.write(
        'time=$(squeue --noheader --job="$SLURM_JOB_ID" --format=%l | sort -u)\n'
        'echo "$*|$time|$SLURM_CPUS_PER_TASK" >> NOTES/"$SLURM_JOB_ID"',
        "--cpus-per-task=1",
    )
    result = project.submit(*form, "--with", LARGE, "--with", "size=large x=1: -t 2:00:00", *SWEEP)
    assert (result.returncode, result.stderr) == (0, "")
    project.cluster.wait_until_idle()
    expected = {run: ("1-00:00:00", "2") if "large" in run else ("5:00", "1") for run in RUNS}
    assert limits(project) == {**expected, "size=large x=1": ("2:00:00", "2")}
    status = project.heracles("-s").stdout
    assert (
        "\n\n  3 runs  no more options       3 done\n"
        "  2 runs  --time=24:00:00 -c 2  2 done\n"
        "  1 run   -t 2:00:00 -c 2       1 done\n\n"
    ) in status
    assert project.submit(*form, "--with", LARGE, *SWEEP).stdout.startswith("Nothing is left to submit")


@FORMS
def test_the_others_start_once_the_run_that_is_tried_first_has_succeeded(project: Project, form: list[str]) -> None:
    project.write('until [ -e go ]; do sleep 0.1; done; echo "$* $(date +%s%N)" >> NOTES/"$SLURM_JOB_ID"')
    result = project.submit(*form, "--try-first=4", "--with", LARGE, *SWEEP)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Submitted 1 run with " in result.stdout
    assert ", to start only if run 4 succeeds: job" in result.stdout
    assert happens(lambda: reasons(project) == {"": 1, "waiting for run 4": 5}, 60), reasons(project)
    assert happens(lambda: project.counts() == {"running": 1, "pending": 5}), project.counts()
    same = project.submit(*form, "--try-first=4", "--with", LARGE, *SWEEP)
    assert same.stdout.startswith("Nothing is left to submit")
    (project.folder / "go").touch()
    project.cluster.wait_until_idle()
    ends = sorted((int(line.split()[-1]), line.rpartition(" ")[0]) for line in lines(project))
    assert Counter(run for _, run in ends) == RUNS
    assert ends[0][1] == "size=large x=1"


@FORMS
def test_the_others_never_start_if_the_run_that_is_tried_first_fails(project: Project, form: list[str]) -> None:
    project.write('[ -e fixed ] || exit 3; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    command = *form, "--try-first", *SWEEP
    assert project.submit(*command).returncode == 0
    never = "never starts: run 0 failed"
    assert happens(lambda: reasons(project)[never] == 5, 60), reasons(project)
    assert project.counts() == {"failed": 1, "pending": 5}
    assert (
        "\npending: 5 runs never start: run 0 failed. Correct the script, then use --cancel, and submit again with "
        "--resubmit-all\n"
    ) in project.heracles("-s").stdout
    assert project.heracles("--cancel").stdout == "Cancelled 5 runs\n"
    assert project.counts() == {"failed": 1, "cancelled": 5}
    (project.folder / "fixed").touch()
    again = project.submit("--resubmit-all", *command)
    assert (again.returncode, again.stderr) == (0, "")
    assert project.received() == RUNS
    assert project.counts() == {"done": 6}


@FORMS
def test_a_retry_keeps_the_options_and_tries_a_run_first(project: Project, form: list[str]) -> None:
    project.write(
        '[ -e fixed ] || exit 3\necho "$*|$(squeue -ho %l -j "$SLURM_JOB_ID" | sort -u)|1" >> NOTES/"$SLURM_JOB_ID"'
    )
    assert project.submit(*form, "--with", "size=large: --time=24:00:00", *SWEEP).returncode == 0
    project.cluster.wait_until_idle()
    (project.folder / "fixed").touch()
    again = project.heracles("--retry", "--try-first=1", "--with=x=2: --time=7:00:00", "--retry-with=--nice=5")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.count(", to start only if run 1 succeeds: job") == 3
    project.cluster.wait_until_idle()
    expected = {run: ("1-00:00:00" if "large" in run else "5:00", "1") for run in RUNS}
    assert limits(project) == expected | {run: ("7:00:00", "1") for run in RUNS if "x=2" in run}


@FORMS
def test_killed_after_any_line_of_the_journal(cluster: Cluster, tmp_path: Path, form: list[str]) -> None:
    projects, sweep = [], ["x=1,2", "size=small,large"]
    for number in range(3, 8):
        project = Project(cluster, tmp_path / f"after line {number}")
        projects.append(project)
        command = *form, "--try-first", "--with", LARGE, *sweep
        argv = project.argv(f"-r={shlex.quote(str(project.tools / 'sbatch'))}", *command)
        with subprocess.Popen(argv, cwd=project.folder, env=cluster.environment, stdout=subprocess.DEVNULL) as process:
            journal = project.folder / "my job_hydra.jsonl"
            while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= number):
                time.sleep(0.001)
            process.kill()
        result = project.submit(*command)
        assert result.returncode == 0, result.stderr
    for project in projects:
        assert project.received() == Counter(f"x={x} size={size}" for size in ("small", "large") for x in (1, 2))


def test_a_dependency_of_the_users_own_stays(project: Project) -> None:
    held = project.cluster.run("sbatch", "--parsable", "--hold", "--wrap=true", cwd=project.folder).stdout.strip()
    project.write('echo "$*" >> NOTES/"$SLURM_JOB_ID"', f"--dependency=afterany:{held}")
    assert project.submit("--try-first", "x=1,2").returncode == 0
    jobs = project.cluster.run("squeue", "--noheader", "--format=%i %E").stdout
    assert re.search(rf"afterok:\d+\S*,afterany:{held}", jobs), jobs
    project.cluster.run("scontrol", "release", held)
    assert project.received() == Counter(["x=1", "x=2"])
