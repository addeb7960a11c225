"""The clusters that the tests start do what they say."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters.slurm import Cluster, happens, version
from support import ROOT, slurm_or_skip

from heracles.schedulers.client import Job
from heracles.schedulers.clients import connect
from heracles.schedulers.registry import SCHEDULERS


@pytest.fixture(scope="module")
def accounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running Slurm with a database of its jobs and with limits."""
    extra = {"AccountingStorageEnforce": "limits,qos"}
    with slurm_or_skip(tmp_path_factory.mktemp("slurm"), extra, accounting=True) as running:
        yield running


def submit(cluster: Cluster, *arguments: str) -> subprocess.CompletedProcess[str]:
    return cluster.run("sbatch", "--parsable", "--output=/dev/null", *arguments)


def test_sacct_tells_how_a_job_ended(accounted: Cluster) -> None:
    job = submit(accounted, "--wrap=exit 3").stdout.strip()
    assert job

    def told() -> str:
        return accounted.run("sacct", "-X", "-n", "-P", "--format=JobID,State,ExitCode", "-j", job).stdout

    assert happens(lambda: told() == f"{job}|FAILED|3:0\n"), told()


def test_exit_codes_of_accounting(accounted: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 25.05, sacct prints `9:0` for exit code 137 unless it is asked for JSON, and up to 22.05 even then."""
    for name, value in accounted.environment.items():
        monkeypatch.setenv(name, value)
    begin, high = time.time(), 137 if version() >= (23, 2) else 9
    array = Job(submit(accounted, "--array=0,3,9", "--wrap=exit $SLURM_ARRAY_TASK_ID").stdout.strip())
    single, signalled = (Job(submit(accounted, f"--wrap={text}").stdout.strip()) for text in ("exit 137", "kill -9 $$"))
    accounted.wait_until_idle()
    scheduler = SCHEDULERS["slurm"]
    client = connect(scheduler, scheduler.submit_options(["sbatch"]), timeout=60)
    wanted: dict[tuple[Job, int | None], int] = {(single, None): high, (signalled, None): 137}
    wanted |= {(array, task): task for task in (0, 3, 9)}
    found: dict[tuple[Job, int | None], int | None] = {}

    def is_recorded() -> bool:
        found.clear()
        answer = client.states([array, single, signalled], with_past=True)
        past = [each for each in answer.tasks if not each.reason]  # the queue has a reason for each failure
        found.update({(each.job, task): each.code for each in past for task in each.each_id()})
        return found == wanted

    assert happens(is_recorded), found
    (row,) = (each for each in client.states([single], with_past=True).tasks if not each.reason)
    assert row.submitted is not None
    assert begin - 60 < row.submitted < time.time() + 60


@pytest.mark.parametrize(
    ("limited", "limit", "reason"),
    [
        ("user root", "MaxSubmitJobs", "AssocMaxSubmitJobLimit"),
        ("qos normal", "MaxSubmitJobsPerUser", "QOSMaxSubmitJobPerUserLimit"),
    ],
)
def test_a_limit_refuses_jobs(accounted: Cluster, limited: str, limit: str, reason: str) -> None:
    def modify(value: int) -> None:
        result = accounted.run("sacctmgr", "-i", "modify", *limited.split(), "set", f"{limit}={value}")
        assert (result.returncode, result.stderr) == (0, "")

    accounted.wait_until_idle()
    modify(2)
    try:
        results = [submit(accounted, "--hold", *array, "--wrap=true") for array in [[], ["--array=0-1"], [], []]]
    finally:
        modify(-1)
        accounted.run("scancel", "--user=root")
    assert [result.returncode for result in results] == [0, 1, 0, 1]
    for refused in (results[1], results[3]):
        assert f"error: {reason}\n" in refused.stderr
        assert "Job violates accounting/QOS policy" in refused.stderr
    accounted.wait_until_idle()


@pytest.mark.usefixtures("accounted")  # it skips this where no such cluster starts
def test_nothing_stays_when_the_tests_are_killed(tmp_path: Path) -> None:
    program = """
import pathlib, sys
from clusters import slurm
with slurm.start(pathlib.Path(sys.argv[1]), accounting=True) as cluster:
    cluster.run("sbatch", "--output=/dev/null", "--wrap=sleep 600")
    print("running", flush=True)
    sys.stdin.read()
"""
    # tmp_path is too long for a socket, and no other user may enter it.
    with tempfile.TemporaryDirectory(prefix="killed-", ignore_cleanup_errors=True) as name:
        temporary = Path(name)
        temporary.chmod(0o711)
        with subprocess.Popen(
            [sys.executable, "-c", program, tmp_path],
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests"), "TMPDIR": name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == "running\n"
            assert list(temporary.iterdir())
            process.kill()
        assert happens(lambda: not list(temporary.iterdir()))
    mark = f"SLURM_CONF={tmp_path / 'slurm.conf'}".encode()
    assert happens(lambda: not any(mark in environment(each) for each in Path("/proc").glob("[0-9]*")))


def environment(process: Path) -> list[bytes]:
    """Return the lines of the environment that the process was started with, none if it is no more."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
