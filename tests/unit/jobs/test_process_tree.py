"""Which processes belong to a run, and that all of them can be stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clusters.slurm import happens

from heracles.jobs.process_tree import Leader, is_running, members, parent_of, start_of, stop

STUBBORN = "trap '' TERM"
SHAPES = {
    "child": "sleep 60 & note $!; wait",
    "stubborn": f"{STUBBORN}; sleep 60 & note $!; sleep 60 & note $!; wait",
    "own group": "timeout 60 sleep 60 & note $!; wait",
    "own group, stubborn": f'timeout 60 bash -c "{STUBBORN}; sleep 60; sleep 60" & note $!; wait',
    "own session": f"{sys.executable} -c 'import os, time; os.setsid(); time.sleep(60)' & note $!; wait",
    "leader gone": "(sleep 60 & note $!)",
    "suspended": "sleep 60 & note $!; kill -STOP $!; wait",
}


@contextmanager
def started(folder: Path, text: str) -> Iterator[tuple[Leader, list[int]]]:
    """Start a bash in a session of its own, which notes the processes that it starts."""
    script = f"note() {{ echo $1 >> pids; }}; {text}; touch ready; sleep 60" if "wait" not in text else None
    body = script or f"note() {{ echo $1 >> pids; }}; {text.replace('; wait', '; touch ready; wait')}"
    with subprocess.Popen(["bash", "-c", body], cwd=folder, start_new_session=True) as process:
        assert happens((folder / "ready").exists)
        yield Leader(process.pid, start_of(process.pid)), list(map(int, (folder / "pids").read_text().split()))
        process.kill()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_all_that_a_run_started_is_stopped(tmp_path: Path, text: str) -> None:
    with started(tmp_path, text) as (leader, pids):
        assert {leader.pid, *pids} <= {each.pid for each in members([leader])}
        assert is_running(leader)
        assert parent_of(leader) == os.getpid()
        assert stop([leader], grace=0.3)
        assert not any(map(is_alive, [leader.pid, *pids]))
        assert not members([leader])


@pytest.mark.parametrize("text", ["sleep 60 & note $!; wait", "timeout 60 sleep 60 & note $!; wait"])
def test_a_run_goes_on_without_its_first_process(tmp_path: Path, text: str) -> None:
    with started(tmp_path, text) as (leader, pids):
        os.kill(leader.pid, signal.SIGKILL)
        assert happens(lambda: not is_alive(leader.pid))
        assert is_running(leader)
        assert parent_of(leader) in (None, os.getpid())  # until it is waited for
        assert stop([leader], grace=0.3)
        assert not any(map(is_alive, pids))


def test_a_process_id_that_is_used_again_is_another_process(tmp_path: Path) -> None:
    with started(tmp_path, "sleep 60 & note $!; wait") as (leader, pids):
        earlier = leader._replace(start=(leader.start or 0) - 1)
        assert not is_running(earlier)
        assert members([earlier]) == []
        assert parent_of(earlier) is None
        assert stop([earlier], grace=0.1)
        assert all(map(is_alive, pids))


@pytest.mark.parametrize("pid", [0, 1])
def test_no_run_is_the_process_that_all_descend_from(pid: int) -> None:
    assert members([Leader(pid, None)]) == []


def test_what_has_ended(tmp_path: Path) -> None:
    with started(tmp_path, "sleep 60 & note $!; wait") as (leader, _):
        assert stop([leader])
    assert not is_running(leader)
    assert start_of(leader.pid) is None
