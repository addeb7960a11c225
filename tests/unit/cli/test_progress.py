"""How far work has come: what an error and an interrupt report, and that no interrupt falls into a step."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from heracles.cli.progress import Reporter
from heracles.cli.terminal import Terminal
from heracles.errors import FileError, RunError
from heracles.jobs.reporter import Progress, Work

EXTENTS = {
    Work.WRITE: "scripts written: 2 of 1,000",
    Work.SUBMIT_SCRIPT: "scripts submitted: 2 of 1,000",
    Work.SUBMIT_ARRAY: "submissions made: 2 of 1,000",
    Work.DELETE: "scripts deleted: 2 of 1,000",
}


@pytest.fixture
def reporter() -> Reporter:
    return Reporter(Terminal(quiet=False))


def failing(error: BaseException) -> Iterator[None]:
    yield None
    yield None
    raise error


@pytest.mark.parametrize("work", Work)
def test_an_error_says_how_far_it_came(reporter: Reporter, work: Work) -> None:
    for kind in (FileError, RunError):
        with pytest.raises(kind) as caught:
            reporter.track(work, failing(kind("the disk is full")), 1000, "sbatch")
        assert caught.value.message == f"the disk is full; {EXTENTS[work]}"
    with pytest.raises(KeyboardInterrupt, match=f"^{EXTENTS[work]}$"):
        reporter.track(work, failing(KeyboardInterrupt()), 1000)


def test_an_interrupt_takes_effect_between_steps(reporter: Reporter) -> None:
    done = []

    def steps() -> Iterator[int]:
        for number in range(5):
            if number == 2:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)
            done.append(number)
            yield number

    with pytest.raises(KeyboardInterrupt, match=r"^scripts written: 3 of 5$"):
        reporter.track(Work.WRITE, steps(), 5)
    assert done == [0, 1, 2]


def test_the_third_interrupt_takes_effect_at_once(reporter: Reporter) -> None:
    def steps() -> Iterator[int]:
        for _ in range(4):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)
        yield 0

    with pytest.raises(KeyboardInterrupt, match=r"^scripts written: 0 of 1$"):
        reporter.track(Work.WRITE, steps(), 1)


def test_an_interrupt_ends_a_pause(reporter: Reporter) -> None:
    def steps() -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGINT)
        reporter.pause(600)
        yield 0

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        reporter.track(Work.SUBMIT_SCRIPT, steps(), 1, "sbatch")
    assert time.monotonic() - begin < 300


def test_the_handlers_are_put_back(reporter: Reporter) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    reporter.track(Work.DELETE, iter([1, 2]), 2)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_command_that_an_interrupt_killed_is_no_failure(reporter: Reporter) -> None:
    def steps() -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        raise RunError("sbatch failed (killed by SIGINT)")
        yield 0

    with pytest.raises(KeyboardInterrupt, match=r"^scripts submitted: 0 of 1$"):
        reporter.track(Work.SUBMIT_SCRIPT, steps(), 1, "sbatch")


def test_watching(reporter: Reporter) -> None:
    assert reporter.watch(iter([Progress(0, 0, 1), Progress(1, 0, 0)]), 1, "bash") == Progress(1, 0, 0)
    assert reporter.watch(iter([]), 0, "bash") == Progress(0, 0, 0)

    def failing_runs() -> Iterator[Progress]:
        yield Progress(1, 1, 2)
        raise RunError("bash failed")

    with pytest.raises(RunError) as caught:
        reporter.watch(failing_runs(), 1200, "bash")
    assert caught.value.message == "bash failed; runs done: 1 of 1,200, failed: 1"


def test_what_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for quiet, noted in ((False, "waiting\nWarning: odd\n"), (True, "")):
        reporter = Reporter(Terminal(quiet=quiet))
        reporter.wait("waiting")
        reporter.warn("odd")
        reporter.show("out\n", "err\n")
        assert capfd.readouterr() == ("out\n", f"{noted}err\n")
