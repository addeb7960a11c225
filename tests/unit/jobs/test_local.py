"""Running here, some at a time: each with its log, and a journal from which the same command goes on."""

import itertools
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clusters.slurm import PATIENCE, happens
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Heracles

from heracles.errors import RunError
from heracles.jobs.local import LocalSettings, Runner, host, is_alive
from heracles.jobs.plan import LocalCall
from heracles.jobs.reporter import Progress
from heracles.schedulers.client import SubmitCall
from heracles.store.events import Ended, Event, Started
from heracles.store.submission import LocalRun

BATCH = os.urandom(6).hex()
"""What no run of a test that runs at the same time is recorded under: such runs are stopped together."""


def events(folder: Path, kind: str) -> list[dict[str, object]]:
    lines = map(json.loads, (folder / "job_hydra.jsonl").read_text().splitlines())
    return [line for line in lines if line["event"] == kind]


def is_over(pid: str) -> bool:
    """Return whether a process has ended; not every first process of a machine collects the others at once."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def argv(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "heracles", "job.sh", *arguments]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 255), max_size=8), st.integers(1, 4))
def test_every_run_is_counted_once(tmp_path_factory: pytest.TempPathFactory, codes: list[int], at_once: int) -> None:
    folder = tmp_path_factory.mktemp("runs")
    recorded: list[Event] = []
    settings = LocalSettings(jobs=at_once)
    runner = Runner(["bash", "-c", 'echo "$0 $1"; exit "$1"'], settings, BATCH, recorded.append)
    calls = (
        LocalCall(i, SubmitCall(f"run{i}", after=(str(code),)), str(folder / f"{i}.out"))
        for i, code in enumerate(codes)
    )
    progress = list(runner.run(calls))
    assert all(each.running <= at_once for each in progress)
    failed = sum(code != 0 for code in codes)
    assert (progress[-1] if progress else Progress(0, 0, 0)) == (len(codes) - failed, failed, 0)
    started = [event.item for event in recorded if isinstance(event, Started)]
    assert started == list(range(len(codes)))
    ended = [event for event in recorded if isinstance(event, Ended)]
    assert sorted((event.item, event.code) for event in ended) == list(enumerate(codes))
    assert len(recorded) == 2 * len(codes)
    assert [(folder / f"{i}.out").read_text() for i in range(len(codes))] == [
        f"run{i} {code}\n" for i, code in enumerate(codes)
    ]


def test_so_many_run_at_a_time_with_a_log_each(script: Path, heracles: Heracles) -> None:
    # Each run waits for the others of its four, so that fewer at a time would never end, and more would be seen.
    script.write_text(
        '#!/bin/bash\ncat\necho + >> beat; : > "begun $1"; echo "begin $*"\n'
        'until begun=("begun "*); ((${#begun[@]} >= (${1#x=} / 4 + 1) * 4 || SECONDS > 60)); do sleep 0.05; done\n'
        'echo "end $*" >&2\necho - >> beat\n[[ "$@" != x=3 ]]\n'
    )
    result = heracles("job.sh", "-r=bash", "-j", "4", "x=range(8)")
    at_once = list(
        itertools.accumulate({"+": 1, "-": -1}[beat] for beat in script.with_name("beat").read_text().split())
    )
    assert (max(at_once), len(at_once), at_once[-1]) == (4, 16, 0)
    assert result.returncode == 1
    assert result.stderr == "Error: 1 of 8 runs failed: -s lists them, --retry runs them again\n"
    assert result.stdout == "Wrote 8 scripts: job_hydra0.sh … job_hydra7.sh\n"
    for run in range(8):
        assert script.with_name(f"job_hydra{run}.out").read_text() == f"begin x={run}\nend x={run}\n"
    again = heracles("job.sh", "-r=bash", "-j", "4", "x=range(8)")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith("Nothing is left to submit: all 8 runs were submitted or run before. ")
    status = json.loads(heracles("job.sh", "-s", "--json").stdout)
    assert status["counts"] == {"done": 7, "failed": 1}
    assert (status["list"][3]["exit_code"], status["list"][3]["log"]) == (1, "job_hydra3.out")
    retried = heracles("job.sh", "--retry", "-j2")
    assert retried.returncode == 1
    assert retried.stdout.startswith("Running again 1 run: 1 failed\n")
    assert script.with_name("job_hydra3.out").read_text() == "begin x=3\nend x=3\n" * 2
    assert heracles("job.sh", "--logs", "5").stdout == "begin x=5\nend x=5\n"
    removed = heracles("job.sh", "-d").stdout
    assert "Kept 8 logs: job_hydra0.out … job_hydra7.out\n" in removed


@pytest.mark.parametrize("form", [[], ["-a"]], ids=["files", "array"])
def test_an_interrupt_stops_all_and_the_same_command_goes_on(script: Path, heracles: Heracles, form: list[str]) -> None:
    program = (
        "import os, time; open('pids', 'a').write(f'{os.getpid()}\\n'); "
        "time.sleep(0.2 if os.path.exists('quick') else 600)"
    )
    script.write_text(f'#!/bin/bash\n{sys.executable} -c {shlex.quote(program)} "$@" || exit\necho "$@" >> done\n')
    with subprocess.Popen(argv("-r=bash", "-j2", *form, "x=range(5)"), cwd=script.parent, stderr=-1) as process:
        pids = script.with_name("pids")
        assert happens(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        second = heracles("job.sh", "-r=bash", "x=range(5)")
        assert second.returncode == 2
        assert "another heracles is at work on this script" in second.stderr
        running = json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"]
        assert running == {"running": 2, "new": 3}
        process.send_signal(signal.SIGINT)
        errors = process.communicate()[1].decode()
    assert (process.returncode, errors) == (130, "Interrupted: runs done: 0 of 5\n")
    assert happens(lambda: all(map(is_over, pids.read_text().split())))
    assert [event["code"] for event in events(script.parent, "end")] == [None, None]
    script.with_name("quick").touch()
    result = heracles("job.sh", "-r=bash", "-j2", *form, "x=range(5)")
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(script.with_name("done").read_text().split()) == [f"x={i}" for i in range(5)]
    assert json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"] == {"done": 5}


def test_a_kill_takes_the_runs_along_and_the_same_command_goes_on(script: Path, heracles: Heracles) -> None:
    wait = "[ -e over ] || bash -c 'until [ -e over ]; do sleep 0.1; done'"
    script.write_text(f'#!/bin/bash\necho $$ >> pids\n{wait}\necho "$@" >> done\n')
    with subprocess.Popen(argv("-r=bash", "-j2", "x=range(3)"), cwd=script.parent) as process:
        pids = script.with_name("pids")
        assert happens(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        assert happens(lambda: len(events(script.parent, "start")) == 2)
        process.kill()
    script.with_name("over").touch()  # ends what the runs started; they themselves are gone

    def counts() -> dict[str, int]:
        found: dict[str, int] = json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"]
        return found

    assert happens(lambda: counts() == {"lost": 2, "new": 1})
    assert heracles("job.sh", "-r=bash", "-j2", "x=range(3)").returncode == 0
    assert sorted(script.with_name("done").read_text().split()) == ["x=0", "x=1", "x=2"]


@pytest.mark.parametrize(("options", "ran"), [(["-j1", "--fail-fast"], 2), ([], 2), (["--keep-going"], 4)])
def test_a_failure_stops_the_others_or_does_not(script: Path, heracles: Heracles, options: list[str], ran: int) -> None:
    script.write_text('#!/bin/bash\necho "$@" >> ran\n[[ "$@" != x=1 ]]\n')
    result = heracles("job.sh", "-r=bash", *options, "x=range(4)")
    assert result.returncode == 1
    assert len(script.with_name("ran").read_text().split()) == ran
    rest = heracles("job.sh", "-r=bash", *options, "x=range(4)")
    assert rest.returncode == 0
    assert sorted(script.with_name("ran").read_text().split()) == [f"x={i}" for i in range(4)]


def test_cancel_ends_what_another_runs(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\n: "$@"; touch begun; sleep 600\n')
    with subprocess.Popen(argv("-r=bash", "-j2", "x=range(5)"), cwd=script.parent, stderr=-1) as process:
        assert happens(script.with_name("begun").exists)
        assert "Cancelled " in heracles("job.sh", "--cancel").stdout
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


@pytest.mark.parametrize("columns", [40, 100])
def test_the_bar_fits_its_window(script: Path, columns: int) -> None:
    script.write_text('#!/bin/bash\n: "$@"; sleep 0.3; [[ "$@" != x=1 ]]\n')
    parent, child = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "24"}
    with subprocess.Popen(
        argv("-r=bash", "-j2", "x=range(4)"),
        cwd=script.parent,
        stderr=child,
        stdout=subprocess.DEVNULL,
        env=environment,
    ) as process:
        process.wait()
    os.close(child)
    shown = b""
    try:
        while piece := os.read(parent, 65536):
            shown += piece
    except OSError:
        pass
    os.close(parent)
    lines = [re.sub(r"\x1b\[K", "", line) for line in re.split(r"[\r\n]+", shown.decode())]
    bars = [line for line in lines if "running" in line]
    assert bars[0].endswith("0/4  0 failed, 2 running")
    assert bars[-1].endswith("4/4  1 failed, 0 running")
    assert all(len(line) < columns for line in bars)
    assert ("[####" in bars[-1]) == (columns == 100)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    runner = Runner([str(tmp_path / "none")], LocalSettings(), BATCH, lambda _: None)
    with pytest.raises(RunError, match=r"cannot run .*none.*: No such file or directory"):
        list(runner.run([LocalCall(0, SubmitCall("x"), str(tmp_path / "log"))]))


@pytest.mark.parametrize(
    ("settings", "stops"),
    [
        (LocalSettings(), True),
        (LocalSettings(jobs=3), False),
        (LocalSettings(fail_fast=False), False),
        (LocalSettings(jobs=3, fail_fast=True), True),
    ],
)
def test_whether_a_failure_stops_the_others(settings: LocalSettings, stops: bool) -> None:  # noqa: FBT001
    assert settings.stops_at_failure == stops


def test_what_is_alive() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        assert is_alive(LocalRun(process.pid, host()))
        assert not is_alive(LocalRun(process.pid, host(), has_ended=True))
        assert not is_alive(LocalRun(process.pid, "elsewhere/0"))
        process.kill()
    assert not is_alive(LocalRun(process.pid, host()))


ENDINGS = [
    ("TERM", ["-j2"], True),
    ("HUP", [], False),
    ("INT", [], False),
    ("HUP", ["-j2"], False),
    ("--cancel", [], True),
    ("--cancel", ["-j2"], False),
]
PROGRAMS = """#!/bin/bash
exec 2> /dev/null
trap "" TRAPPED
bash -c 'trap "" TRAPPED; echo $$ >> pids; sleep 600; sleep 600' &
timeout 600 bash -c 'echo $$ >> pids; sleep 600; :' "$@" &
wait $!
"""


@pytest.mark.parametrize(("ending", "options", "is_stubborn"), ENDINGS)
def test_nothing_that_a_run_started_outlives_it(
    script: Path,
    heracles: Heracles,
    ending: str,
    options: list[str],
    is_stubborn: bool,  # noqa: FBT001
) -> None:
    script.write_text(PROGRAMS.replace("TRAPPED", "TERM HUP INT" if is_stubborn else "USR1"))
    pids = script.with_name("pids")
    with subprocess.Popen(argv("-r=bash", *options, "x=1"), cwd=script.parent, stdout=-3, stderr=-1) as process:
        assert happens(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        if ending in ("TERM", "HUP", "INT"):
            process.send_signal(signal.Signals[f"SIG{ending}"])
        else:
            assert heracles("job.sh", "--cancel").stdout == "Cancelled 1 run\n"
        errors = process.communicate(timeout=PATIENCE)[1].decode()
    assert (process.returncode, errors) == (130, "Interrupted: runs done: 0 of 1\n")
    assert happens(lambda: all(map(is_over, pids.read_text().split())))
    assert [event["code"] for event in events(script.parent, "end")] == [None]


@pytest.mark.parametrize("ending", ["TERM", "--cancel", "KILL, then --cancel"])
def test_a_daemon_that_a_run_started_does_not_outlive_it(script: Path, heracles: Heracles, ending: str) -> None:
    """It has left the group and the session of the run, and its parent has ended."""
    daemon = "import os, time; os.setsid(); print(os.getpid(), file=open('pids', 'w')); time.sleep(600)"
    script.write_text(f'#!/bin/bash\n({sys.executable} -c "{daemon}" &)\ntimeout 600 sleep 600; : "$@"\n')
    script.with_name("pids").touch()
    with subprocess.Popen(argv("-r=bash", "-q", "-j2", "x=1"), cwd=script.parent, stdout=-3, stderr=-3) as process:
        assert happens(lambda: bool(script.with_name("pids").read_text()))
        (pid,) = map(int, script.with_name("pids").read_text().split())
        assert happens(lambda: bool(events(script.parent, "start")))
        if ending != "--cancel":
            process.send_signal(signal.Signals[f"SIG{ending.partition(',')[0]}"])
            process.wait(PATIENCE)
        if ending != "TERM":
            assert heracles("job.sh", "--cancel").stdout == "Cancelled 1 run\n"
    assert happens(lambda: is_over(str(pid)))


def test_cancel_stops_what_a_killed_heracles_left(script: Path, heracles: Heracles) -> None:
    script.write_text(PROGRAMS.replace("TRAPPED", "USR1"))
    pids = script.with_name("pids")
    with subprocess.Popen(argv("-r=bash", "-j2", "x=1"), cwd=script.parent, stdout=-3) as process:
        assert happens(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        process.kill()
    assert json.loads(heracles("job.sh", "-s", "--json").stdout)["counts"] == {"running": 1}
    again = heracles("job.sh", "-r=bash", "x=1")
    assert again.stdout.startswith("Nothing is left to submit")
    assert heracles("job.sh", "--cancel").stdout == "Cancelled 1 run\n"
    assert happens(lambda: all(map(is_over, pids.read_text().split())))


def test_no_interrupt_is_lost_or_hangs() -> None:
    flood = 'for i in {1..50}; do kill -INT "$PPID"; done; sleep 600'  # while the next one is started
    runner = Runner(["bash", "-c", flood], LocalSettings(jobs=2), BATCH, lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        list(runner.run(LocalCall(item, SubmitCall("x"), "") for item in range(2)))


def test_what_finished_beside_a_failure_has_its_own_exit_code(tmp_path: Path) -> None:
    recorded: list[Event] = []
    settings = LocalSettings(jobs=2, fail_fast=True)
    runner = Runner(["bash", "-c", 'sleep 0.2; exit "$1"'], settings, BATCH, recorded.append)
    running = runner.run(LocalCall(i, SubmitCall("x", after=(str(i),)), str(tmp_path / f"{i}")) for i in range(2))
    next(running)
    time.sleep(0.5)  # until both have ended
    with pytest.raises(RunError):
        list(running)
    assert Ended(BATCH, 1, 1) in recorded
