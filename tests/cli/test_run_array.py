"""Submitting one script for all runs, to programs that stand in for the schedulers' own."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.probe import RUNS, SIX, calls
from support import Heracles

pytestmark = pytest.mark.usefixtures("stand_ins")


def test_run_by_hand_and_by_the_local_bash(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-r=bash", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote job_hydra.sh: 6 runs, as 6 tasks of a Slurm array\nRan 6 runs with bash\n"
    subprocess.run(["bash", "job_hydra.sh", "4"], cwd=script.parent, check=True)
    lines = script.with_name("seen").read_text().splitlines()
    assert lines == [ascii(["--fixed", *run]) for run in (*RUNS, RUNS[4])]


def test_a_failing_run_by_hand_is_named(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\nset -e\n[[ $1 != env.num_envs=16 ]]\ntrue "$@"\n')
    result = heracles("job.sh", "-a", "-r=bash", *SIX)
    assert result.returncode == 1
    assert result.stderr == "Error: bash failed for job_hydra.sh 2 (exit code 1); runs done: 2 of 6, failed: 1\n"


def test_one_submission(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-r=sbatch --nice", "--throttle=2", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "Wrote job_hydra.sh: 6 runs, as 6 tasks of a Slurm array\n"
        "Cost: at most 6 runs × 6:00:00 × 1 CPU = 36 CPU hours, 2 at a time: 18:00:00 if each takes all its time\n"
        "noise\n"
        "Submitted 6 runs with sbatch --nice: job 42\n"
    )
    assert calls(script.parent) == ["sbatch --nice --array=0-5%2 job_hydra.sh"]
    lines = map(json.loads, script.with_name("job_hydra.jsonl").read_text().splitlines())
    told = {line["event"]: line for line in lines}
    assert list(told) == ["open", "sweep", "write", "intent", "submit", "release"]
    assert (told["intent"]["items"], told["intent"]["key"]) == ([[0, 6]], told["sweep"]["key"])
    assert (told["submit"]["call"], told["submit"]["job"]) == (0, "42")
    assert {told[event]["token"] for event in ("intent", "submit", "release")} == {told["intent"]["token"]}


def test_several_submissions(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-q", "-r=sbatch", "--max-array=4", *SIX, "c=range(3)")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "noise\n" * 5
    assert calls(script.parent) == [
        "sbatch --array=0-3 job_hydra.sh",
        *(f"sbatch --array=0-3 job_hydra.sh +{start}" for start in (4, 8, 12)),
        "sbatch --array=0-1 job_hydra.sh +16",
    ]


def test_a_submission_that_fails(script: Path, heracles: Heracles) -> None:
    program = script.parent / "bin" / "sbatch"
    text = program.read_text().replace("printf", "[[ $* != *+2* ]] || { echo noise; exit 42; }\nprintf", 1)
    program.write_text(text)
    result = heracles("job.sh", "-a", "-r=sbatch", "--max-array=2", *SIX)
    assert result.returncode == 1
    assert result.stdout.count("noise") == 2
    assert result.stderr == "Error: sbatch failed for job_hydra.sh +2 (exit code 42); submissions made: 1 of 3\n"


@pytest.mark.parametrize(
    ("directive", "command", "expected", "job"),
    [
        ("#PBS -J 1-3", "qsub", ["qsub -J 0-9 job_hydra.sh", "qsub -J 10-17 job_hydra.sh"], "7"),
        ("# none", "ssh x sbatch", ["sbatch --array=0-5 job_hydra.sh"], "42"),
        ("#BSUB -n 1", "bsub", ["bsub -J job[1-6]"], "9"),
        ("#BSUB -J a[1,2]%3", "bsub", ["bsub -J a[1-10]%3", "bsub -J a[1-2]%3"], "9"),
        ("# none", "bsub", ["bsub -J job[1-6]"], "9"),
        ("# none", "sbatch", ["sbatch --array=0-5 job_hydra.sh"], "42"),
    ],
)
def test_schedulers(
    script: Path, heracles: Heracles, directive: str, command: str, expected: list[str], job: str
) -> None:
    (script.parent / "bin" / "ssh").write_text('#!/bin/bash\nshift; "$@"\n')
    (script.parent / "bin" / "ssh").chmod(0o755)
    script.write_text(f"#!/bin/bash\n{directive}\n./probe\n")
    result = heracles("job.sh", "-a", f"-r={command}", "--max-array=10", *SIX, stdin=subprocess.DEVNULL)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls(script.parent) == expected
    assert f"{job}\n" in result.stdout.splitlines(keepends=True)[-1]
    if command == "bsub":
        read = [f"#!/bin/bash\nheracles_offset={10 * i - 1}\n" for i in range(len(expected))]
        assert script.with_name("stdin").read_text() == "".join(read)


def test_one_script_in_another_folder(script: Path, heracles: Heracles, tmp_path: Path) -> None:
    folder = tmp_path / "a folder's"
    folder.mkdir()
    shutil.move(script, folder / "my job.sh")
    shutil.move(tmp_path / "probe", folder / "probe")
    result = heracles(f"{folder}/my job.sh", "-a", "-r=sbatch", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls(tmp_path) == [f"sbatch --array=0-5 {folder}/my job_hydra.sh"]
    result = heracles(f"{folder}/my job.sh", "-a", "-w", *SIX)
    assert shlex.split(result.stdout.splitlines()[1])[-1] == f"{folder}/my job_hydra.sh"
