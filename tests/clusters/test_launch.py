"""Submitting to a real Slurm: no run is lost and none is submitted twice, whatever happens to Heracles or to sbatch."""

import contextlib
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster, happens
from support import slurm_or_skip, small_disk


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    return Project(cluster, tmp_path / "a folder")


FORMS = pytest.mark.parametrize("form", [[], ["-a", "--max-array=2"]], ids=["files", "array"])


@FORMS
def test_the_same_command_submits_nothing_twice(project: Project, form: list[str]) -> None:
    first = project.submit(*form, "x=range(5)")
    assert (first.returncode, first.stderr) == (0, "")
    second = project.submit(*form, "x=range(5)")
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == (
        "Nothing is left to submit: all 5 runs were submitted or run before. -s shows what became of them, and "
        "--resubmit-all submits them again\n"
    )
    assert project.received() == Counter(f"x={i}" for i in range(5))
    again = project.submit(*form, "--resubmit-all", "x=range(5)")
    assert (again.returncode, again.stderr) == (0, "")
    assert project.received() == Counter({f"x={i}": 2 for i in range(5)})


def test_the_other_form_goes_on_with_the_same_runs(project: Project) -> None:
    project.stand_in('[[ "$*" != *hydra3* ]] && exec REAL "$@"; echo "sbatch: error: no" >&2; exit 1')
    assert project.submit("x=range(5)").returncode == 1
    rest = project.submit("-a", "x=range(5)")
    assert (rest.returncode, rest.stderr) == (0, "")
    assert "Submitted or run before: 3 of 5 runs\n" in rest.stdout
    assert project.received() == Counter(f"x={i}" for i in range(5))


@FORMS
def test_a_refusal_stops_cleanly_and_the_same_command_goes_on(project: Project, form: list[str]) -> None:
    project.stand_in(
        f"[ -e {shlex.quote(str(project.folder))}/fixed ] || (( $(cat calls 2> /dev/null || echo 0) < 2 )) || "
        '{ echo "sbatch: error: Batch job submission failed: Invalid account" >&2; exit 42; }\n'
        "echo $(( $(cat calls 2> /dev/null || echo 0) + 1 )) > calls\n"
        'exec REAL "$@"'
    )
    first = project.submit(*form, "x=range(7)")
    assert first.returncode == 1
    assert "Invalid account" in first.stderr
    assert "(exit code 42); " in first.stderr
    assert " 2 of " in first.stderr
    (project.folder / "fixed").touch()
    second = project.submit(*form, "x=range(7)")
    assert (second.returncode, second.stderr) == (0, "")
    assert "Submitted or run before: " in second.stdout
    assert project.received() == Counter(f"x={i}" for i in range(7))


WRAPPER = """#!{python}
import os, sys
name = "sba" "tch"
os.execvp(name, [name, "--parsable", "--hold", *sys.argv[1:]])
"""


@pytest.mark.parametrize("options", [[], ["-j2"]])
def test_an_id_that_a_wrapper_prints_alone_is_a_job_that_it_submitted(project: Project, options: list[str]) -> None:
    wrapper = project.folder / "submit"
    wrapper.write_text(WRAPPER.format(python=sys.executable))
    wrapper.chmod(0o755)
    ran = project.heracles("-r=./submit", *options, "x=1,2")
    jobs = sorted(project.cluster.run("squeue", "--me", "--noheader", "--format=%A").stdout.split())
    assert ran.returncode == 0
    assert f"2 runs submitted jobs {jobs[0]}, {jobs[1]} themselves, and Heracles does not follow" in ran.stderr
    assert project.counts() == {"unknown": 2}
    project.cluster.run("scancel", "--me")


def test_a_number_that_is_no_job_is_a_result(project: Project) -> None:
    (project.tools / "squeue").unlink()
    (project.tools / "squeue").write_text(f"#!/bin/sh\necho >> {shlex.quote(str(project.folder))}/asked\n")
    (project.tools / "squeue").chmod(0o755)
    project.environment = {"PATH": f"{project.tools}:{project.cluster.environment['PATH']}"}
    (project.folder / "count").write_text(f"#!{sys.executable}\nprint('accuracy')\nprint(99999999)\n")
    (project.folder / "count").chmod(0o755)
    ran = project.heracles("-r=./count", "x=range(5)")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (project.folder / "asked").read_text() == "\n" * 3
    assert project.counts() == {"done": 5}


TAMPERED = {
    "says no after it was accepted": (
        'REAL "$@" > /dev/null; echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv '
        'operation" >&2; exit 1'
    ),
    "says nothing": 'REAL "$@" > /dev/null',
    "is quiet": 'exec REAL --quiet "$@"',
    "is killed after it was accepted": 'REAL "$@" > /dev/null; kill -9 $$',
    "prints noise": 'echo "Welcome to 7 clusters"; echo 99 CPU hours left; REAL "$@"; echo; echo bye',
    "warns": 'echo "sbatch: warning: your project ends soon" >&2; exec REAL "$@"',
    "fails at first": (
        '[ -e tried ] && exec REAL "$@"; touch tried; echo "sbatch: error: Unable to contact slurm controller '
        '(connect failure)" >&2; exit 1'
    ),
    "hangs after it was accepted": 'REAL "$@" > /dev/null; sleep 60',
    "is slow": 'sleep 1; exec REAL "$@"',
}


@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED)
@FORMS
def test_an_sbatch_that_misbehaves_loses_and_doubles_nothing(project: Project, text: str, form: list[str]) -> None:
    project.stand_in(text)
    arguments = [*form, "--timeout=3", "x=range(4)"] if form else ["--timeout=3", "x=range(2)"]
    result = project.submit(*arguments)
    assert result.returncode == 0, result.stderr
    assert "Submitted " in result.stdout
    assert project.received() == Counter(f"x={i}" for i in range(4 if form else 2))


def test_a_cluster_that_does_not_answer_is_told(project: Project) -> None:
    project.stand_in('echo "sbatch: error: Unable to contact slurm controller (connect failure)" >&2; exit 1')
    result = project.submit("--timeout=2", "x=1,2")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith("scripts submitted: 0 of 2")
    assert project.counts() == {"new": 2}


def test_what_cannot_be_known_is_for_the_user_to_decide(project: Project) -> None:
    project.stand_in('echo "sbatch: error: Socket timed out on send/recv operation" >&2; exit 1')
    (project.tools / "squeue").unlink()
    result = project.submit("--timeout=1", "x=1,2")
    assert result.returncode == 1
    assert "--assume-submitted" in result.stderr
    assert "--retry=unknown" in result.stderr
    refused = project.submit("--timeout=1", "x=1,2")
    assert refused.returncode == 1
    assert "this scheduler cannot be asked" in refused.stderr
    again = project.heracles("--retry=unknown", "--timeout=1")
    assert again.returncode == 1
    assert "Running again 1 run: 1 unknown" in again.stdout
    project.stand_in('exec REAL "$@"')
    skipped = project.submit("--assume-submitted", "x=1,2")
    assert (skipped.returncode, skipped.stderr) == (0, "")
    assert project.received() == Counter(["x=2"])
    (project.tools / "squeue").symlink_to(shutil.which("squeue", path=project.cluster.environment["PATH"]) or "")
    assert project.counts() == {"unknown": 1, "done": 1}
    assert project.heracles("--retry", "unknown").returncode == 0
    assert project.received() == Counter(["x=1", "x=2"])
    assert project.counts() == {"done": 2}


@FORMS
def test_killed_at_any_instant_and_started_again(cluster: Cluster, tmp_path: Path, form: list[str]) -> None:
    """At some instant after a certain line of the journal, so that each step of a submission is met on any machine."""
    expected = Counter(f"x={i}" for i in range(4))
    projects = []
    for trial, lines in enumerate([1, 2, 3, 4, 4, 4, 5, 5, 6, 6, 7]):
        project = Project(cluster, tmp_path / f"trial {trial}")
        projects.append(project)
        argv = project.argv(f"-r={shlex.quote(str(project.tools / 'sbatch'))}", *form, "x=range(4)")
        with subprocess.Popen(
            argv,
            cwd=project.folder,
            env=cluster.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            journal = project.folder / "my job_hydra.jsonl"
            while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= lines):
                time.sleep(0.001)
            time.sleep(random.uniform(0, 0.08))  # noqa: S311
            process.kill()
        result = project.submit(*form, "x=range(4)")
        assert result.returncode == 0, result.stderr
    for project in projects:
        assert project.received() == expected


def test_an_interrupt_leaves_what_the_same_command_goes_on_with(project: Project) -> None:
    project.stand_in('sleep 0.2; exec REAL "$@"')
    argv = project.argv(f"-r={shlex.quote(str(project.tools / 'sbatch'))}", "x=range(20)")
    with subprocess.Popen(
        argv, cwd=project.folder, env=project.cluster.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        journal = project.folder / "my job_hydra.jsonl"
        assert happens(lambda: journal.exists() and '"event":"submit"' in journal.read_text())
        process.send_signal(signal.SIGINT)
        errors = process.communicate()[1]
    assert process.returncode == 130
    assert re.search(r"scripts submitted: \d+ of 20\n", errors)
    assert project.submit("x=range(20)").returncode == 0
    assert project.received() == Counter(f"x={i}" for i in range(20))


def test_a_full_disk_loses_nothing_that_was_acknowledged(cluster: Cluster, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "size=2m", "nr_inodes=1000") as place:
        project = Project(cluster, place / "a folder")
        project.notes = tmp_path / "notes"
        project.write('echo "$*" >> NOTES/"$SLURM_JOB_ID"', "--output=/dev/null")
        filler = place / "filler"
        assert project.heracles("-w", "x=range(20)").returncode == 0
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        result = project.submit("--resubmit-all", "x=range(20)")
        assert result.returncode == 2
        assert "No space left on device" in result.stderr
        filler.unlink()
        assert project.submit("x=range(20)").returncode == 0
        assert project.received() == Counter(f"x={i}" for i in range(20))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that takes 6 jobs and no more, which sbatch waits 120 s for."""
    with slurm_or_skip(tmp_path_factory.mktemp("small"), {"MaxJobCount": "6", "MinJobAge": "2"}) as running:
        yield running


def test_a_full_cluster_stops_cleanly_without_the_long_wait(small: Cluster, tmp_path: Path) -> None:
    project = Project(small, tmp_path / "a folder")
    project.write('sleep 2; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    begin = time.monotonic()
    result = project.submit("x=range(12)")
    assert time.monotonic() - begin < 100  # where sbatch waits 120 s
    assert result.returncode == 1
    assert re.search(
        r"scripts submitted: \d+ of 12\. The scheduler accepts no more jobs now: run the same command later for the "
        r"rest, or add --wait-for-room\.\n",
        result.stderr,
    )
    waited = project.submit("--wait-for-room", "x=range(12)")
    assert waited.returncode == 0, waited.stderr
    assert project.received() == Counter(f"x={i}" for i in range(12))


def test_an_allocation_leaks_nothing_into_what_is_submitted_from_it(project: Project) -> None:
    project.environment = {"SLURM_JOB_ID": "1", "SLURM_MEM_PER_NODE": "7", "SLURM_CPU_BIND": "x", "PMIX_RANK": "0"}
    project.write('env > NOTES/../"env"; echo "$*" >> NOTES/"$SLURM_JOB_ID"')
    assert project.submit("x=1").returncode == 0
    project.received()
    names = dict(line.partition("=")[::2] for line in (project.folder / "env").read_text().splitlines())
    assert names["SLURM_CONF"] == project.cluster.environment["SLURM_CONF"]
    assert not {"SLURM_MEM_PER_NODE", "SLURM_CPU_BIND", "PMIX_RANK"} & names.keys()


def test_a_variable_that_overrides_a_directive_is_said(project: Project) -> None:
    project.environment = {"SBATCH_TIMELIMIT": "3"}
    result = project.submit("x=1")
    assert result.stderr == (
        "Warning: SBATCH_TIMELIMIT=3 in your environment overrides --time=5 of the script: unset SBATCH_TIMELIMIT if "
        "that is not wanted\n"
    )


def test_log_folders_are_made_and_logs_found(project: Project) -> None:
    project.write('echo "this is $*"; echo "$*" >> NOTES/"$SLURM_JOB_ID"', "--output=logs/of/%x-%A_%a.out")
    result = project.submit("-a", "x=range(3)")
    assert (result.returncode, result.stderr) == (0, "")
    project.received()
    assert project.heracles("--logs", "1").stdout == "this is x=1\n"
    assert len(os.listdir(project.folder / "logs" / "of")) == 3


def test_waiting_sbatch_is_refused(project: Project) -> None:
    project.write("true", "--wait")
    result = project.submit("x=1")
    assert result.returncode == 2
    assert result.stderr == ("Error: with --wait, sbatch returns only after the job has ended: leave it out\n")


def test_a_hold_of_the_users_own_stays(project: Project) -> None:
    project.write("true", "--hold")
    assert project.submit("x=1,2").returncode == 0
    assert project.counts() == {"pending": 2}
    cancelled = project.heracles("--cancel")
    assert (cancelled.returncode, cancelled.stdout) == (0, "Cancelled 2 runs\n")
    assert project.counts() == {"cancelled": 2}
