"""Writing and running scripts with a program, as a user calls it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli.probe import SIX, files, seen, wait_for
from support import Heracles

import heracles as package


@pytest.mark.parametrize(
    "arguments", [["-r=bash"], ["-r", "bash"], ["-rbash"], ["--run", "bash"], ["--run=bash"], ["-m=bash"]]
)
def test_run_calls_the_command_in_order(script: Path, heracles: Heracles, arguments: list[str]) -> None:
    result = heracles("job.sh", *arguments, *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == ("Wrote 6 scripts: job_hydra0.sh … job_hydra5.sh\nRan 6 runs with bash\n")
    assert seen(script.parent) == [("--fixed", *run) for run in package.parse(SIX)]


def test_the_command_may_have_arguments_and_its_output_is_shown(script: Path, heracles: Heracles) -> None:
    program = script.with_name("sub mit")
    program.write_text('#!/bin/sh\necho "Submitted $*"; echo note >&2\n')
    program.chmod(0o755)
    result = heracles("job.sh", "-r='./sub mit' --nice 'a b'", "x=1,2")
    assert result.stdout == (
        "Wrote 2 scripts: job_hydra0.sh and job_hydra1.sh\n"
        "Submitted --nice a b job_hydra0.sh\n"
        "Submitted --nice a b job_hydra1.sh\n"
        "Ran 2 runs with './sub mit' --nice 'a b'\n"
    )
    assert result.stderr == "note\nnote\n"


def test_no_shell_is_involved(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-r=echo $HOME; touch pwned >x", "a='$(touch pwned)',`", cwd=script.parent)
    assert result.returncode == 2
    result = heracles("job.sh", "-q", "-r=echo $HOME; touch pwned >x", "a=1")
    assert result.stdout == "$HOME; touch pwned >x job_hydra0.sh\n"
    assert "pwned" not in files(script.parent)


HOSTILE = [
    "'$(touch pwned)'",
    "'`touch pwned`'",
    "'; touch pwned; '",
    "'*'",
    "'~'",
    "'!!'",
    "'a\nb'",
    "'\\'",
    '"it\'s \\" $HOME"',
    "'é日本\t\x1b[31m'",
    "a;touch",
    "~/x",
    "!x",
    "*",
    "$HOME",
    "${HOME}",
]


@pytest.mark.parametrize("body", ["./probe", './probe "$@"', "./probe \\\n"])
def test_hostile_values_arrive_as_typed(script: Path, heracles: Heracles, body: str) -> None:
    script.write_text(f"#!/bin/bash\n{body}\n")
    hostile = [value for value in HOSTILE if value != "'\\'"]
    result = heracles("job.sh", "-q", "-r=bash", f"a={','.join(hostile)}", "b='x y'")
    assert (result.returncode, result.stderr) == (0, "")
    assert seen(script.parent) == [tuple(run) for run in package.parse([f"a={','.join(hostile)}", "b='x y'"])]
    assert "pwned" not in files(script.parent)


def test_a_failing_run_stops_the_rest(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\necho "ran $1"\n[ "$1" != a=2 ] || exit 7\n: "$@"\n')
    result = heracles("job.sh", "-r=bash", "a=1,2,3")
    assert result.returncode == 1
    assert result.stdout == "Wrote 3 scripts: job_hydra0.sh … job_hydra2.sh\nran a=1\nran a=2\n"
    assert result.stderr == "Error: bash failed for job_hydra1.sh (exit code 7); runs done: 1 of 3, failed: 1\n"


def test_a_run_killed_by_a_signal(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\nkill -9 $$ "$@"\n')
    result = heracles("job.sh", "-r=bash", "a=1")
    assert result.returncode == 1
    assert result.stderr == "Error: bash failed for job_hydra0.sh (killed by SIGKILL); runs done: 0 of 1, failed: 1\n"


def test_a_program_that_cannot_be_started(script: Path, heracles: Heracles) -> None:
    program = script.with_name("broken")
    program.write_bytes(b"\0not a program")
    program.chmod(0o755)
    result = heracles("job.sh", "-r=./broken", "a=1")
    assert result.returncode == 1
    assert result.stderr == "Error: cannot run ./broken: Exec format error; runs done: 0 of 1\n"


def test_seeds(script: Path, heracles: Heracles) -> None:
    for seed in ([], ["--seed", "0"], ["--seed=-3"]):
        assert heracles("job.sh", "-q", "-r=bash", "--resubmit-all", "s=__randseed(5)__", *seed).returncode == 0
    one, same, other = seen(script.parent)[:5], seen(script.parent)[5:10], seen(script.parent)[10:]
    assert one == same == [("--fixed", *run) for run in package.parse(["s=__randseed(5)__"])]
    assert other == [("--fixed", *run) for run in package.parse(["s=__randseed(5)__"], seed=-3)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_running(script: Path, number: signal.Signals) -> None:
    script.write_text('#!/bin/bash\n: "$@"\n: > started\nexec sleep 600\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", "job.sh", "-r=bash", "a=1,2,3"],
        cwd=script.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(script.parent / "started")
    os.killpg(process.pid, number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "Interrupted: runs done: 0 of 3\n"


def test_flags_are_swept_behind_two_dashes(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-q", "-r=bash", "--", "--lr=0.1,0.2", "-x='a b'").returncode == 0
    assert seen(script.parent) == [("--fixed", "--lr=0.1", "-x=a b"), ("--fixed", "--lr=0.2", "-x=a b")]
    result = heracles("job.sh", "-w", "--lr=0.1,0.2")
    assert result.returncode == 2
    assert result.stderr.endswith(
        "Error: no such option: --lr. To sweep an option of your own program, write it after --, as in: -- --lr=1,2\n"
    )


def test_glob_takes_the_options_of_a_group(script: Path, heracles: Heracles) -> None:
    group = script.parent / "conf" / "env" / "robot"
    group.mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "c.yml", "a2.yaml"):
        (group / name).touch()
    (script.parent / "conf" / "none").mkdir()
    result = heracles("job.sh", "-q", "-r=bash", "--config-dir=conf", "env/robot=glob(a*),x", "+none=glob(*),y")
    assert (result.returncode, result.stderr) == (0, "")
    assert seen(script.parent) == [
        ("--fixed", f"env/robot={name}", "+none=y", "--config-dir=conf") for name in ("a", "a2", "x")
    ]
    result = heracles("job.sh", "--config-dir=nowhere", "a=glob(*)")
    assert result.stderr == "Error: glob(): the folder of configs does not exist: nowhere\n  a=glob(*)\n    ^^^^^^^\n"


def test_short_options_join(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-qr=bash", "a=1").stdout == ""
    assert heracles("job.sh", "-q", "--multirun", "bash", "a=2").stdout == ""
    assert seen(script.parent) == [("--fixed", "a=1"), ("--fixed", "a=2")]


def test_two_at_once(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\ntouch started "$@"\nread -r _ < pipe\n')
    os.mkfifo(script.with_name("pipe"))
    arguments = [sys.executable, "-m", "heracles", "job.sh", "-q", "-r=bash", "a=1"]
    with subprocess.Popen(arguments, cwd=script.parent) as process:
        wait_for(script.parent / "started")
        results = [heracles("job.sh", action, "-q", "a=1") for action in ("-w", "-d", "-r=true")]
        assert heracles("job.sh", "a=1").returncode == 0
        script.with_name("pipe").write_text("\n")
        assert process.wait() == 0
    for result in results:
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == "Error: another heracles is at work on this script: it has locked job_hydra.jsonl\n"
    assert heracles("job.sh", "-d").returncode == 0


def test_a_listener_that_left_does_not_stop_the_work(script: Path) -> None:
    command = f"{sys.executable} -m heracles job.sh -r=bash a=1,2 | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("0\n", "")
    assert len(seen(script.parent)) == 2
