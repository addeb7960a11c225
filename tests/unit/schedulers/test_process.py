"""How a program ended, for people."""

import signal
import sys

import pytest

from heracles.errors import RunError
from heracles.schedulers.process import Ended, exit_description, run_program


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "exit code 0"),
        (255, "exit code 255"),
        (-9, "killed by SIGKILL"),
        (-34, f"killed by {signal.Signals(34).name}"),
        (-35, "killed by signal 35"),
    ],
)
def test_how_a_program_ended(code: int, text: str) -> None:
    assert exit_description(code) == text


@pytest.mark.parametrize(
    ("ended", "text"),
    [
        (Ended(1, "", "no\n"), "squeue failed (exit code 1): no"),
        (Ended(1, "out\n", " \n"), "squeue failed (exit code 1): out"),
        (Ended(None, "", "\n"), "squeue failed (it did not answer in time)"),
        (Ended(-15, "", "a\x1bb"), "squeue failed (killed by SIGTERM): a\\x1bb"),
    ],
)
def test_a_failure_has_no_empty_reason(ended: Ended, text: str) -> None:
    assert ended.failure("squeue") == text


def test_a_program_is_fed_and_read() -> None:
    text = b"x" * 300_000
    program = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data + b'\\xff'); sys.exit(3)"
    assert run_program([sys.executable, "-c", program], text=text) == Ended(3, "x" * 300_000 + "\udcff", "")


def test_a_program_is_stopped_in_time() -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_DFL); print(1, flush=True); time.sleep(60)"
    assert run_program([sys.executable, "-c", program], text=b"", timeout=3.0).code is None


def test_a_program_is_stopped_when_it_is_hopeless() -> None:
    program = "import sys, time; sys.stderr.write('full'); sys.stderr.flush(); time.sleep(60)"
    ended = run_program([sys.executable, "-c", program], text=b"", is_hopeless=lambda errors: "full" in errors)
    assert ended == Ended(None, "", "full")


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(RunError, match=r"^cannot run '/no such' a: No such file or directory$"):
        run_program(["/no such", "a"])
