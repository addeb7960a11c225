"""The fixed part of the array script, run by a real bash that stands in for a scheduler's node."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from clusters.slurm import PATIENCE, happens
from support import PACKAGE, need

import heracles
from heracles.backends import array_script
from heracles.backends.array_layout import Array
from heracles.backends.bash_writer import RUNTIME
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store.exit_records import ExitRecords

PIECES = sorted((PACKAGE / "backends" / "runtime").glob("*.bash"))


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.stem)
def test_shellcheck_finds_nothing_in_a_piece(path: Path) -> None:
    need("shellcheck")
    result = subprocess.run(["shellcheck", path], capture_output=True, text=True, check=False)
    assert result.stdout == ""


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.stem)
def test_the_lines_of_a_piece_fit_a_terminal(path: Path) -> None:
    lines = path.read_text().split("\n")
    assert lines[0].startswith("# shellcheck shell=bash disable=")
    assert lines[1] == ""
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.stem)
def test_a_piece_has_variables_that_no_override_has(path: Path) -> None:
    """Otherwise shellcheck takes those for an array; and what is no local variable is named after Heracles."""
    text = re.sub(r"(?m)^ *#.*|'[^']*'|\\\n", "", path.read_text())
    declared = re.findall(r"(?m)^  local (?:\+x )?(.*?)(?: \|\|.*)?$", re.sub(r"\(\(.*?\)\)|\$\(.*?\)", "", text))
    local = {word.partition("=")[0] for line in declared for word in line.split()}
    assigned = set(re.findall(r"(?:^|[ ({])([A-Za-z_]\w*)\+?=", text))
    assert local <= RUNTIME
    assert assigned <= RUNTIME | {"REPLY", "SECONDS", "HERACLES_RUN"}
    assert all(name.startswith("heracles_") for name in re.findall(r"(?m)^(\w+)\(\)", text))


def write(folder: Path, body: str, *, pack: int = 1, parallel: int = 1, runs: int = 20) -> Path:
    """Write the array script of runs x=0, x=1, … and make the folder of its records."""
    records = folder / "job_hydra.exits"
    records.mkdir()
    script = JobScript("job.sh", f"#!/bin/bash\n{body}".encode())
    sweep = heracles.parse([f"x=range({runs})"])
    layout = Array(
        script, SCHEDULERS["slurm"], runs, pack=pack, parallel=parallel, records=str(records), key="0123456789abcdef"
    )
    path = folder / "job_hydra.sh"
    path.write_bytes(array_script.content(sweep, layout))
    return path


def start(path: Path, task: int, **others: str) -> "subprocess.Popen[bytes]":
    """Start a task in a session of its own, as slurmd does."""
    told = {"SLURM_JOB_ID": str(100 + task), "SLURM_ARRAY_JOB_ID": "99", "SLURM_ARRAY_TASK_ID": str(task), **others}
    return subprocess.Popen(
        ["bash", path],
        env={"PATH": os.environ["PATH"], **told},
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def recorded(path: Path) -> list[tuple[int, str]]:
    """Return the items and exit codes that were recorded, without the starts, in the order of the items."""
    files = (path.parent / "job_hydra.exits").iterdir()
    lines = [line.split(" ") for file in files for line in file.read_text().splitlines()]
    return sorted((int(line[4]), line[5]) for line in lines if line[5] != "start")


READY = ': > "ready${1#x=}"\n'
PYTHON = """\
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(sys.argv[1])))
open("ready" + sys.argv[2][2:], "w").close()
time.sleep(60)
"""
ENDS = {
    "dies": (f"{READY}exec sleep 60\n", "143"),
    "dies as a child": (f"{READY}sleep 60\n", "143"),
    "exits with 7": (f"trap 'exit 7' TERM\n{READY}sleep 60 & wait\n", "7"),
    "exits with 0": (f"trap 'exit 0' TERM\n{READY}sleep 60 & wait\n", "0"),
    "exits with 3 later": (f"trap 'sleep 1.5; exit 3' TERM\n{READY}sleep 60 & wait\n", "3"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("pack", "parallel"), [(1, 1), (2, 1), (2, 2)])
def test_a_signal_to_the_whole_session_loses_no_exit_code(tmp_path: Path, end: str, pack: int, parallel: int) -> None:
    """As schedulers send it to cancel a job, or at its time limit."""
    body, code = ENDS[end]
    tasks = 20 // pack
    path = write(tmp_path, f'{body}: "$@"\n', pack=pack, parallel=parallel)
    started = [task * pack + i for task in range(tasks) for i in range(parallel)]
    processes = [start(path, task) for task in range(tasks)]
    assert happens(lambda: all((tmp_path / f"ready{item}").exists() for item in started))
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
    codes = [process.wait(PATIENCE) for process in processes]
    assert recorded(path) == [(item, {"0": "00"}.get(code, code)) for item in started]
    has_failed = code != "0" or parallel < pack
    assert set(codes) == {int(code) if pack == 1 else int(has_failed)}


@pytest.mark.parametrize("code", [0, 7])
def test_a_program_that_ends_well_at_a_signal_gets_it_once(tmp_path: Path, code: int) -> None:
    """A second signal kills a Python that is about to exit."""
    (tmp_path / "program.py").write_text(PYTHON)
    path = write(tmp_path, f'exec {sys.executable} program.py {code} "$@"\n', runs=12)
    processes = [start(path, task) for task in range(12)]
    assert happens(lambda: all((tmp_path / f"ready{item}").exists() for item in range(12)))
    time.sleep(2.5)  # the runs are looked after every second only
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
    assert [process.wait(PATIENCE) for process in processes] == [code] * 12
    assert recorded(path) == [(item, str(code) if code else "00") for item in range(12)]


@pytest.mark.parametrize("name", ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "XCPU"])
def test_a_signal_to_the_shell_alone_is_passed_on_once(tmp_path: Path, name: str) -> None:
    """As Slurm sends it for `--signal=B:USR1@60`."""
    body = f"trap 'echo >> seen' {name}\n{READY}until [[ -e end ]]; do sleep 0.1; done\nexit 4\n"
    path = write(tmp_path, f'{body}: "$@"\n')
    process = start(path, 0)
    assert happens((tmp_path / "ready0").exists)
    seen = tmp_path / "seen"
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert happens(lambda: seen.exists() and seen.read_text() == "\n")
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert happens(lambda: seen.read_text() == "\n\n")
    (tmp_path / "end").touch()
    assert process.wait(PATIENCE) == 4
    assert seen.read_text() == "\n\n"
    assert recorded(path) == [(0, "4")]


def printed(path: Path, task: int, *arguments: str, **others: str) -> tuple[int, str, str]:
    """Run a task to its end, and return its exit code and what it printed."""
    told = {"SLURM_JOB_ID": str(100 + task), "SLURM_ARRAY_JOB_ID": "99", "SLURM_ARRAY_TASK_ID": str(task), **others}
    environment = {"PATH": os.environ["PATH"], **told}
    command = ["bash", str(path), *arguments]
    result = subprocess.run(command, env=environment, cwd=path.parent, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize("pack", [1, 3])
def test_a_task_says_once_that_it_can_record_nothing(tmp_path: Path, pack: int) -> None:
    path = write(tmp_path, 'echo "$@"\n', pack=pack, runs=3)
    (tmp_path / "job_hydra.exits").rmdir()
    code, shown, errors = printed(path, 0, SLURMD_NODENAME="n1")
    assert (code, shown.split()) == (0, [f"x={run}" for run in range(pack)])
    problem = f"Heracles cannot write to {tmp_path}/job_hydra.exits/n1"
    assert [line for line in errors.splitlines() if "run" not in line] == [problem]


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_pack_that_is_requeued_runs_the_rest(tmp_path: Path, parallel: int) -> None:
    body = 'echo "$@" >> ran\ncase $1 in x=1) exit 3;; x=2) [[ -e again ]] || kill -9 $$;; esac\n'
    path = write(tmp_path, body, pack=4, parallel=parallel, runs=4)
    assert printed(path, 0, SLURMD_NODENAME="n1")[0] == 1
    (tmp_path / "again").touch()
    assert printed(path, 0, SLURMD_NODENAME="n2", SLURM_RESTART_COUNT="10")[0] == 1
    assert sorted((tmp_path / "ran").read_text().split()) == ["x=0", "x=1", "x=1", "x=2", "x=2", "x=3"]
    # A later job, or one that was not requeued, runs all.
    assert printed(path, 0, SLURMD_NODENAME="n1", SLURM_RESTART_COUNT="0")[0] == 1
    assert printed(path, 0, SLURMD_NODENAME="n1", SLURM_JOB_ID="7", SLURM_RESTART_COUNT="1")[0] == 1
    assert len((tmp_path / "ran").read_text().split()) == 6 + 4 + 4


@pytest.mark.parametrize(("pack", "parallel"), [(1, 1), (2, 1), (2, 2)])
def test_what_saved_its_state_at_a_signal_is_not_done(tmp_path: Path, pack: int, parallel: int) -> None:
    """A pack that is requeued goes on with it; by the exit code alone it would be done."""
    body = f"trap 'exit 0' TERM\necho \"$@\" >> ran\n[[ ! -e again ]] || exit 0\n{READY}sleep 60 & wait\n"
    path = write(tmp_path, body, pack=pack, parallel=parallel, runs=pack)
    process = start(path, 0, SLURMD_NODENAME="n1")
    assert happens(lambda: all((tmp_path / f"ready{item}").exists() for item in range(parallel)))
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)
    (compilation,) = {line.split()[0] for line in (tmp_path / "job_hydra.exits/n1").read_text().splitlines()}
    found = ExitRecords(str(tmp_path / "job_hydra.exits"))
    cut = [found.of(compilation, "99", item) for item in range(parallel)]
    assert [(each.code, each.is_cut_short) for each in cut if each] == [(0, True)] * parallel
    (tmp_path / "again").touch()
    for attempt in "12":  # what came to its end in the second one is not run in the third
        restarted = {"SLURM_JOB_ID": "100", "SLURM_ARRAY_JOB_ID": "99", "SLURM_RESTART_COUNT": attempt}
        assert printed(path, 0, SLURMD_NODENAME="n2", **restarted)[0] == 0
    ran = Counter((tmp_path / "ran").read_text().split())
    once_more = int(pack == 1)
    assert ran == {f"x={item}": 1 + (item < parallel) + once_more for item in range(pack)}
    found = ExitRecords(str(tmp_path / "job_hydra.exits"))
    assert not any(each and each.is_cut_short for item in range(pack) for each in [found.of(compilation, "99", item)])


def test_what_could_not_be_recorded_leaves_a_mark(tmp_path: Path) -> None:
    """As on a disk that is full when a run ends, and has room later."""
    path = write(tmp_path, ': "$@"\n', runs=1)
    records = tmp_path / "job_hydra.exits" / "n1"
    assert printed(path, 0, SLURMD_NODENAME="n1") == (0, "", "")
    assert not ExitRecords(str(records.parent)).incomplete
    start = records.read_text().splitlines(keepends=True)[0]
    records.write_text(f"{'x' * (1023 - len(start))}\n")
    limited = tmp_path / "limited.sh"
    limited.write_text(f"trap '' XFSZ\nulimit -f 1\n. ./{path.name}\n")
    code, _, errors = printed(limited, 0, SLURMD_NODENAME="n1")
    assert (code, errors) == (0, f"Heracles cannot write to {records}\n")
    assert " start " in records.read_text().splitlines()[-1]
    assert ExitRecords(str(records.parent)).incomplete == {"n1"}


def test_an_array_script_that_a_run_calls_has_its_own_numbers(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner", 'echo "inner $@"\n')
    path = write(tmp_path, ': "$@"; for i in 2 3; do bash inner/job_hydra.sh $i; done\n')
    assert printed(path, 1) == (0, "inner x=2\ninner x=3\n", "")
    assert printed(path, 1, "1") == (0, "inner x=2\ninner x=3\n", "")


@pytest.mark.parametrize("pack", [1, 2])
def test_a_run_that_submits_its_script_again_gets_its_own_task_alone(tmp_path: Path, pack: int) -> None:
    """As a chain of checkpoints does: each task of the whole array would submit the whole array."""
    path = write(tmp_path, 'echo "$HERACLES_RUN"\n: "$@"\n', pack=pack, runs=4)
    (tmp_path / "job_hydra.exits" / "n1").touch()
    code, shown, _ = printed(path, 1)
    assert code == 0
    inherited = shown.splitlines()[0]
    run = pack
    refused = f"run {run} submitted the whole array, not its task alone"
    for task in range(4 // pack):
        variables = {"SLURM_JOB_ID": str(200 + task), "SLURM_ARRAY_JOB_ID": "199", "HERACLES_RUN": inherited}
        code, shown, errors = printed(path, task, SLURMD_NODENAME="n1", **variables)
        if task == 1 and pack == 1:
            assert (code, shown) == (0, f"{200 + task}{inherited[3:]}\n")
        else:
            assert (code, shown, errors.splitlines()[-1]) == (2, "", refused)
    records = (tmp_path / "job_hydra.exits" / "n1").read_text().splitlines()
    assert len(records) == 2 * (pack == 1)
