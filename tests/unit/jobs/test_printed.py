"""Commands that submit jobs themselves, whatever they are written in: their runs are not over when they are."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
from clusters.slurm import happens
from hypothesis import given
from hypothesis import strategies as st
from starts.warm import PLAIN
from support import Heracles

from heracles.jobs.printed import Confirmed, LogText, Relay, opened, unfollowed
from heracles.schedulers.registry import SCHEDULERS

SENTENCES = {
    "slurm": [
        "Submitted batch job 12",
        "sbatch: Submitted batch job 12 on cluster far",
        "\x1b[1mSubmitted batch job 12",
    ],
    "gridengine": ['Your job 12 ("a b") has been submitted', 'ok. Your job-array 12.1-9:2 ("a") has been submitted.'],
    "lsf": ["Job <12> is submitted to default queue <normal>.", "Job <12> is submitted to queue <a>."],
}
OTHERS = [
    "12",
    "12.pbs01",
    "Submitted batch job",
    "Submitted batch job x12",
    "Job <12> is finished",
    "Your job 12 runs",
]
WRAPPER = """#!{python}
import os, sys, time
print("checking the quota", flush=True)
print("it is enough", file=sys.stderr, flush=True)
print("Submitted batch job", 40 + int(sys.argv[1].removeprefix("job_hydra").removesuffix(".sh")), flush=True)
{end}
"""
ADVICE = (
    "and Heracles does not follow what a command submits: look in the queue. To have runs followed, give sbatch itself "
    "with its options, as in -r='sbatch -q short'"
)
BOTH = f"2 runs submitted jobs 40, 41 themselves, {ADVICE}"


@pytest.fixture
def wrapper(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, end: str = "") -> Path:
    """Write a wrapper of which nothing says what it calls, as if it were compiled."""
    path = folder / "submit"
    path.write_text(WRAPPER.format(python=sys.executable, end=end))
    path.chmod(0o755)
    return path


def states(heracles: Heracles) -> list[tuple[str, str | None, str | None]]:
    runs = json.loads(heracles("job.sh", "-s", "--json").stdout)["list"]
    return [(run["state"], run["job"], run["reason"]) for run in runs]


def read(folder: Path, pieces: list[bytes]) -> Confirmed:
    """Return what is found in a log that is written in pieces, after something of an earlier run."""
    log = folder / "log"
    log.write_bytes(b"Submitted batch job 3\n")
    with opened(str(log), is_read=True) as streams:
        assert streams.target is not None
        for piece in pieces:
            os.write(streams.target, piece)
        assert isinstance(streams.output, LogText)
        return streams.output.printed.confirmed


@pytest.mark.parametrize(("key", "sentence"), [(key, each) for key, every in SENTENCES.items() for each in every])
def test_what_a_submit_command_says(tmp_path: Path, key: str, sentence: str) -> None:
    assert read(tmp_path, [sentence.encode()]) == Confirmed(key, ("12",))
    assert read(tmp_path, [b"\xff\n" + sentence.encode() + b"\r\n" + sentence.encode() + b"\n\n"]) == (key, ("12",))


def test_a_sentence_is_known_of_every_scheduler_that_prints_one() -> None:
    assert SENTENCES.keys() == {key for key, each in SCHEDULERS.items() if each.confirmation}
    assert {key for key, each in SCHEDULERS.items() if each.has_queue} - SENTENCES.keys() == {"pbs"}


@pytest.mark.parametrize("text", OTHERS)
def test_what_says_nothing_of_that_kind(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, [text.encode(), b"\n"]) == Confirmed()


@given(st.lists(st.sampled_from([7, 8, 123456]), max_size=4), st.data())
def test_pieces_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, jobs: list[int], data: st.DataObject
) -> None:
    text = "".join(f"{'.' * 9}\n> Submitted batch job {job}\n" for job in jobs).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=9)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    expected = Confirmed("slurm", tuple(map(str, dict.fromkeys(jobs)))) if jobs else Confirmed()
    assert read(tmp_path_factory.mktemp("log"), pieces) == expected
    relay = Relay()
    for piece in pieces:
        relay._text.add(piece)
    os.close(relay.output)
    assert relay.printed.confirmed == expected


@given(st.sampled_from(["", "\n", "\r\n\n", "\n \n"]), st.integers(0, 16), st.integers(0, 16))
def test_the_last_line_is_the_last_one_with_text(end: str, first: int, second: int) -> None:
    text = f"epoch 9\rdone\n 12;far{end}".encode()
    relay = Relay()
    for piece in (text[:first], text[first : first + second], text[first + second :]):
        relay._text.add(piece)
    os.close(relay.output)
    assert relay.printed == (Confirmed(), "12;far")


def test_the_advice_for_one_run() -> None:
    assert unfollowed(1, "lsf", ["5"]) == (
        "1 run submitted job 5 itself, and Heracles does not follow what a command submits: look in the queue. To have "
        "runs followed, give bsub itself with its options, as in -r='bsub -q short'"
    )


@pytest.mark.parametrize("options", [[], ["-j", "2"]])
def test_a_run_that_was_handed_on_is_not_done(
    script: Path, wrapper: Path, heracles: Heracles, options: list[str]
) -> None:
    command = [script.name, f"-r=./{wrapper.name}", *options, "a=1,2"]
    ran = heracles(*command)
    assert ran.returncode == 0
    assert f"Warning: {BOTH}\n" in ran.stderr
    assert states(heracles) == [
        ("unknown", str(job), f"it submitted job {job}, not followed by Heracles") for job in (40, 41)
    ]
    assert f"\nunknown: {BOTH}\n" in heracles(script.name, "-s").stdout
    assert heracles(*command).stdout.startswith("Nothing is left to submit")
    again = heracles(script.name, "--retry")
    assert again.stdout.startswith("There is nothing to run again: 2 unknown")
    cancelled = heracles(script.name, "--cancel")
    assert cancelled.returncode
    assert cancelled.stderr == "Error: 2 runs may be pending or running: cancel with scancel 40 41\n"
    assert "cancel with scancel 40 41. Once the runs have ended, delete their files" in heracles("job.sh", "-d").stderr
    assert (script.parent / "job_hydra0.sh").exists()


@pytest.mark.parametrize("streams", [(1, 2), (1, 1)])
def test_what_it_prints_is_passed_on(script: Path, wrapper: Path, streams: tuple[int, int]) -> None:
    target = subprocess.STDOUT if streams == (1, 1) else subprocess.PIPE
    command = [*PLAIN, script.name, "-q", f"-r=./{wrapper.name}", "a=1,2"]
    ran = subprocess.run(command, cwd=script.parent, stdout=subprocess.PIPE, stderr=target, text=True, check=True)
    if streams == (1, 1):
        expected = [("checking the quota", "it is enough", f"Submitted batch job {job}") for job in (40, 41)]
        assert ran.stdout.splitlines() == [line for lines in expected for line in lines]
    else:
        assert ran.stdout.splitlines() == [
            line for job in (40, 41) for line in ("checking the quota", f"Submitted batch job {job}")
        ]
        assert ran.stderr.splitlines() == ["it is enough", "it is enough"]


def test_at_a_terminal_it_prints_to_one(script: Path, heracles: Heracles) -> None:
    written(script.parent, "print(*(each.isatty() for each in (sys.stdout, sys.stderr)), os.get_terminal_size())")
    theirs, ours = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 123, 0, 0))
    command = [*PLAIN, script.name, "-q", "-r=./submit", "a=1"]
    with subprocess.Popen(command, cwd=script.parent, stdin=ours, stdout=ours, stderr=ours) as process:
        os.close(ours)
        shown = b""
        with suppress(OSError):  # Linux calls the end of a terminal an error
            while piece := os.read(theirs, 65536):
                shown += piece
    os.close(theirs)
    assert process.returncode == 0
    assert shown.decode().split("\r\n") == [
        "checking the quota",
        "it is enough",
        "Submitted batch job 40",
        "True True os.terminal_size(columns=123, lines=20)",
        "",
    ]
    assert states(heracles) == [("unknown", "40", "it submitted job 40, not followed by Heracles")]


@pytest.mark.parametrize("end", ["sys.exit(3)", "print('x' * 300_000)", "sys.stdout.close(); time.sleep(0.2)"])
def test_however_it_ends(script: Path, heracles: Heracles, end: str) -> None:
    written(script.parent, end)
    heracles(script.name, "-r=./submit", "a=1")
    assert states(heracles) == [("unknown", "40", "it submitted job 40, not followed by Heracles")]


def test_what_goes_on_printing_holds_up_nothing(script: Path, wrapper: Path) -> None:
    text = wrapper.read_text() + "import subprocess\nsubprocess.Popen(['yes'], start_new_session=True)\n"
    wrapper.write_text(text)
    command = [*PLAIN, script.name, "-q", "-r=./submit", "a=1,2"]
    with subprocess.Popen(command, cwd=script.parent, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while process.stdout.read(2**20):  # up to the end, which comes if `yes` is told that nobody reads any more
            pass
    assert process.returncode == 0


def test_an_interrupt_after_it_submitted(script: Path, heracles: Heracles) -> None:
    written(script.parent, "open('there', 'w').close(); time.sleep(600)")
    command = [*PLAIN, script.name, "-r=./submit", "a=1,2"]
    with subprocess.Popen(command, cwd=script.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert happens((script.parent / "there").exists)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert [state for state, *_ in states(heracles)] == ["unknown", "new"]


@pytest.mark.parametrize("command", ["bash", "nice bash -e", "./wait"])
def test_what_ends_with_the_script_is_believed(script: Path, heracles: Heracles, command: str) -> None:
    script.write_text('#!/bin/bash\necho Submitted batch job 40\n: python "$@"\n')
    (script.parent / "wait").write_text('#!/bin/bash\n# sbatch --wait "$@"\necho Submitted batch job 40\n')
    (script.parent / "wait").chmod(0o755)
    assert heracles(script.name, f"-r={command}", "a=1,2").returncode == 0
    assert [state for state, *_ in states(heracles)] == ["done", "done"]
