"""Arrays that were submitted without Heracles count, as long as the script that they are of."""

import dataclasses
from pathlib import Path

from unit.jobs.test_status import SWEEP, SWEEP_NAME, Memory, array, records

from heracles.jobs import launch
from heracles.jobs.by_hand import by_hand, in_order, is_by_hand
from heracles.jobs.evidence import Evidence
from heracles.jobs.job_array import job_array
from heracles.language.source import Source
from heracles.schedulers.client import Answer, Job
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store.events import Announced, Compilation

NOTHING = Answer([], knows_past=False)


def test_where_the_part_of_a_job_starts(tmp_path: Path) -> None:
    history = Memory()
    compilation = Compilation.of(SWEEP, is_array=True, file="job_hydra.sh", pack=2, scheduler="slurm")
    history.record(compilation)
    (found,) = by_hand(history, SWEEP_NAME, records(tmp_path, f"{compilation.key} 70 0 71 3 start 100"))
    assert (found.job, found.items, found.announced.command) == (Job("70"), range(2, 4), ("sbatch",))
    assert is_by_hand(found)


def test_what_heracles_submitted_is_not_by_hand(tmp_path: Path) -> None:
    history = Memory()
    key = array(history).key
    assert not by_hand(history, SWEEP_NAME, records(tmp_path, f"{key} 7 0 71 0 0 100"))
    nameless = Memory()
    array(nameless, job=None)
    assert not by_hand(nameless, SWEEP_NAME, records(tmp_path, f"{key} 8 0 71 0 0 100"))


def test_the_order_of_attempts() -> None:
    history = Memory()
    key = array(history).key
    (submission,) = history.submissions
    announced = Announced("", key, ("sbatch",), ((0, 4),), "slurm", "")

    def other(job: str, time: float) -> object:
        return dataclasses.replace(submission, job=Job(job), announced=dataclasses.replace(announced, time=time))

    early, late = other("6", 9.0), other("8", -9.0)
    assert in_order([submission], [late, early]) == [early, submission, late]  # type: ignore[list-item]
    by_time = [other("6.pbs", 9.0), other("8.pbs", -9.0)]
    assert in_order([submission], by_time) == [by_time[1], submission, by_time[0]]  # type: ignore[arg-type]


def test_its_runs_are_not_left(tmp_path: Path) -> None:
    script = JobScript(str(tmp_path / "job.sh"), b"#!/bin/bash\n#SBATCH --time=1\npython main.py\n")
    plan = job_array(script, SWEEP, Source(), SCHEDULERS["slurm"], max_tasks=9)
    history = Memory()
    history.record(plan.compilation)
    found = records(tmp_path, f"{plan.compilation.key} 70 1 71 1 0 100", f"{plan.compilation.key} 70 2 72 2 start 100")
    evidence = Evidence(history, lambda _: NOTHING, found)
    outcomes = [each for one in by_hand(history, SWEEP_NAME, found) for each in evidence.outcomes(one)]
    assert launch.remaining(history, plan, outcomes).items == [range(1), range(3, 4)]
