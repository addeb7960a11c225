"""What became of a sweep on a real Slurm, and running again what did not succeed."""

import json
import shlex
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster, happens
from support import need, slurm_or_skip


@pytest.fixture(scope="module")
def two_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    settings = {"ReturnToService": "0", "MinJobAge": "200"}
    with slurm_or_skip(tmp_path_factory.mktemp("slurm"), settings, nodes=2, cpus=24) as running:
        yield running


@pytest.fixture(scope="module")
def accounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with accounting, which forgets a job after 2 seconds otherwise."""
    settings = {"MinJobAge": "2", "AccountingStorageEnforce": "limits,qos"}
    with slurm_or_skip(tmp_path_factory.mktemp("slurm"), settings, accounting=True) as running:
        yield running


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    return Project(cluster, tmp_path / "a folder")


PROGRAM = """
number=${1#x=}
if [ ! -e FOLDER/fixed ]; then
    ((number % 10 != 3)) || exit 3
    ((number != 20 && number != 21)) || sleep 300
    ((number != 30)) || { kill -9 $(ps -o ppid= $PPID); exit 1; }
    ((number <= 200)) || sleep 3
fi
sleep 0.1
echo "$*" >> NOTES/"$SLURM_JOB_ID"
"""


def test_every_run_succeeds_exactly_once_in_the_end(two_nodes: Cluster, tmp_path: Path) -> None:
    need("ps")
    project = Project(two_nodes, tmp_path / "a folder")
    program = PROGRAM.replace("FOLDER", shlex.quote(str(project.folder)))
    project.write(program, "--no-requeue", "--time=1", "--output=/dev/null")
    result = project.submit("-a", "x=range(300)")
    assert (result.returncode, result.stderr) == (0, "")

    def on_the_second_node() -> int:
        listed = two_nodes.run("squeue", "--noheader", "--array", "--nodelist=node1", "--state=RUNNING", "-o", "%K")
        return sum(int(number) > 200 for number in listed.stdout.split())

    assert happens(lambda: on_the_second_node() > 3)
    for state in ("drain", "down"):
        done = two_nodes.run("scontrol", "update", "nodename=node1", f"state={state}", "reason=test")
        assert done.returncode == 0, done.stderr
    running = project.heracles("-s")
    assert (running.returncode, running.stderr) == (0, "")
    two_nodes.wait_until_idle()
    listed = json.loads(project.heracles("-s", "--json").stdout)["list"]
    states = {entry["run"]: entry["state"] for entry in listed}
    lost = {run for run, state in states.items() if state == "lost"}
    assert len(lost) > 3
    expected = dict.fromkeys(range(300), "done") | {run: "failed" for run in range(300) if run % 10 == 3 or run == 30}
    expected |= dict.fromkeys([20, 21], "timeout") | dict.fromkeys(lost, "lost")
    assert states == expected
    assert listed[13]["exit_code"] == 3
    assert listed[30]["exit_code"] == 137
    noted = project.received()
    assert noted == Counter(f"x={run}" for run, state in states.items() if state == "done")

    two_nodes.run("scontrol", "update", "nodename=node1", "state=resume")
    (project.folder / "fixed").touch()
    counts = Counter(states.values())
    bad = 300 - counts["done"]
    again = project.heracles("--retry", "--retry-with=--time=2")
    assert (again.returncode, again.stderr) == (0, "")
    said = f"{counts['failed']} failed, {counts['timeout']} timed out, {len(lost)} lost"
    assert again.stdout.startswith(f"Running again {bad} runs: {said}\n")
    assert project.received() == Counter(f"x={run}" for run in range(300))
    assert project.counts() == {"done": 300}
    listed = json.loads(project.heracles("-s", "--json").stdout)["list"]
    assert {entry["attempts"] for entry in listed if states[entry["run"]] == "done"} == {1}
    assert {entry["attempts"] for entry in listed if states[entry["run"]] != "done"} == {2}
    assert [entry["overrides"] for entry in listed] == [[f"x={run}"] for run in range(300)]
    nothing = project.heracles("--retry")
    assert (nothing.returncode, nothing.stdout) == (0, "There is nothing to run again: 300 done\n")


@pytest.mark.parametrize("form", [[], ["-a"]], ids=["files", "array"])
def test_retry_with_a_script_of_each_kind(project: Project, form: list[str]) -> None:
    project.write('[ "$1" != x=2 ] || [ -e NOTES/../fixed ] || exit 7; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    assert project.submit(*form, "x=range(4)").returncode == 0
    project.received()
    assert project.counts() == {"done": 3, "failed": 1}
    (project.folder / "fixed").touch()
    again = project.heracles("--retry", "failed")
    assert (again.returncode, again.stderr) == (0, "")
    assert project.received() == Counter(f"x={i}" for i in range(4))
    assert project.counts() == {"done": 4}


def test_status_without_accounting_survives_slurms_memory(tmp_path: Path) -> None:
    with slurm_or_skip(tmp_path / "slurm", {"MinJobAge": "2"}) as cluster:
        project = Project(cluster, tmp_path / "a folder")
        project.write('[ "$1" != x=2 ] || exec bash -c "exit 7"; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
        assert project.submit("-a", "x=range(4)").returncode == 0
        project.received()
        forgotten = happens(lambda: not cluster.run("squeue", "--noheader", "--states=all").stdout)
        assert forgotten
        assert project.counts() == {"done": 3, "failed": 1}
        shutil.rmtree(project.folder / "my job_hydra.exits")
        assert project.counts() == {"unknown": 4}


def test_status_from_the_accounting(accounted: Cluster, tmp_path: Path) -> None:
    project = Project(accounted, tmp_path / "a folder")
    project.write('[ "$1" != x=2 ] || exit 7; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    assert project.submit("x=range(4)").returncode == 0
    project.received()
    assert happens(lambda: not accounted.run("squeue", "--noheader", "--states=all").stdout)
    assert project.counts() == {"done": 3, "failed": 1}


@pytest.mark.parametrize("form", [[], ["-a", "--max-array=2"]], ids=["files", "array"])
def test_a_limit_of_the_association_stops_cleanly(accounted: Cluster, tmp_path: Path, form: list[str]) -> None:
    project = Project(accounted, tmp_path / "a folder")
    project.write('sleep 1; echo "$*" >> NOTES/"$SLURM_JOB_ID"')

    def limit(number: int) -> None:
        accounted.run("sacctmgr", "-i", "modify", "user", "root", "set", f"MaxSubmitJobs={number}")
        time.sleep(1)

    limit(4)
    try:
        result = project.submit(*form, "x=range(10)")
        assert result.returncode == 1
        assert "AssocMaxSubmitJobLimit" in result.stderr
        assert "The scheduler accepts no more jobs now: run the same command later for the rest" in result.stderr
        assert project.submit(*form, "--wait-for-room", "x=range(10)").returncode == 0
    finally:
        limit(-1)
    assert project.received() == Counter(f"x={i}" for i in range(10))


def test_clusters_with_names(accounted: Cluster, tmp_path: Path) -> None:
    project = Project(accounted, tmp_path / "a folder")
    result = project.heracles(f"-r={shlex.quote(str(project.tools / 'sbatch'))} --clusters=test", "-a", "x=range(3)")
    assert (result.returncode, result.stderr) == (0, "")
    assert ";test" in result.stdout
    assert project.received() == Counter(f"x={i}" for i in range(3))
    assert project.counts() == {"done": 3}


def test_a_long_list_of_pending_tasks_is_read_whole(project: Project) -> None:
    project.write("true", "--hold")
    assert project.submit("-a", "x=range(200)").returncode == 0
    job = project.cluster.run("squeue", "--noheader", "--format=%F %Z").stdout
    (number,) = {line.split(" ")[0] for line in job.splitlines() if str(project.folder) in line}
    scattered = ",".join(map(str, range(0, 200, 2)))
    assert project.cluster.run("scancel", f"{number}_[{scattered}]").returncode == 0
    assert project.counts() == {"pending": 100, "unknown": 100}
    assert project.heracles("--cancel").stdout == "Cancelled 100 runs\n"
    assert project.counts() == {"cancelled": 200}


def test_removing_is_refused_while_runs_are_there(project: Project) -> None:
    project.write("sleep 60", "--hold")
    assert project.submit("-a", "x=1,2").returncode == 0
    refused = project.heracles("-d")
    assert refused.returncode == 2
    assert "2 runs are pending or running" in refused.stderr
    assert (project.folder / "my job_hydra.sh").exists()
    assert project.heracles("--cancel").stdout == "Cancelled 2 runs\n"
    removed = project.heracles("-d")
    assert (removed.returncode, removed.stderr) == (0, "")
    assert removed.stdout == (
        "Deleted 1 script: my job_hydra.sh\nDeleted the exit records: my job_hydra.exits\n"
        "Deleted the journal: my job_hydra.jsonl. What was submitted is forgotten; logs and results stay\n"
    )
    assert not [path for path in project.folder.iterdir() if "_hydra" in path.name]


@pytest.mark.parametrize("form", [["-a"], []], ids=["array", "jobs"])
def test_a_job_whose_comment_was_replaced_is_still_that_job(project: Project, form: list[str]) -> None:
    project.write("sleep 300")
    assert project.submit(*form, "x=1,2").returncode == 0
    assert happens(lambda: project.counts() == {"running": 2})
    listed = project.cluster.run("squeue", "--noheader", "--format=%A %Z").stdout
    for line in filter(lambda line: str(project.folder) in line, listed.splitlines()):
        changed = project.cluster.run("scontrol", "update", f"jobid={line.split()[0]}", "comment=a note")
        assert changed.returncode == 0, changed.stderr
    assert project.counts() == {"running": 2}
    assert "2 runs are pending or running" in project.heracles("-d").stderr
    assert project.heracles("--cancel").stdout == "Cancelled 2 runs\n"
    project.cluster.wait_until_idle()
    assert project.counts() == {"cancelled": 2}


def test_variables_that_narrow_what_the_user_sees_narrow_nothing_here(project: Project) -> None:
    project.write("sleep 300")
    assert project.submit("-a", "x=1,2").returncode == 0
    assert happens(lambda: project.counts() == {"running": 2})
    narrow = {"SQUEUE_PARTITION": "gpu", "SQUEUE_NAMES": "x", "SQUEUE_ACCOUNT": "x", "SQUEUE_LICENSES": "x"}
    project.environment = {**narrow, "SQUEUE_FORMAT": "%i", "SCANCEL_STATE": "PENDING", "SCANCEL_NAME": "x"}
    assert project.counts() == {"running": 2}
    assert project.heracles("--cancel").stdout == "Cancelled 2 runs\n"
    project.cluster.wait_until_idle()


def test_logs_are_followed_to_the_end(project: Project) -> None:
    project.write("for i in 1 2 3; do echo line $i; sleep 0.7; done", "--output=%x-%A-%4a.txt")
    assert project.submit("-a", "x=1,2").returncode == 0
    followed = project.heracles("--logs", "1", "-f")
    assert (followed.returncode, followed.stdout) == (0, "line 1\nline 2\nline 3\n")
    missing = project.heracles("--logs", "2")
    assert (missing.returncode, missing.stderr) == (2, "Error: there is no run 2: the sweep has runs 0 to 1\n")


def test_nothing_is_known(project: Project) -> None:
    result = project.heracles("-s")
    assert result.returncode == 2
    assert result.stderr == "Error: nothing is known about my job.sh: no sweep of it was written or submitted\n"
