"""What a status shows: the numbers add up, every line fits, and nothing is left out."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.cli.runs import TEXTS, TROUBLE, WORST, log, marked, plain, status, statuses, sweeps, text
from unit.jobs.made import made

import heracles
from heracles.cli.views.grid import grid
from heracles.cli.views.status_table import summary, troubled
from heracles.ir import Sweep
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus
from heracles.schedulers.client import State
from heracles.text import columns


@given(st.data(), st.integers(0, 300))
def test_the_counts_add_up(data: st.DataObject, size: int) -> None:
    runs = data.draw(statuses(size))
    title, blank, *lines = summary("x.sh", runs, None)
    assert title.startswith(f"x.sh: {size} run") and not blank
    found = {line[2:15].rstrip(): int(line[15:].split()[0]) for line in lines}
    assert found == Counter(run.state.words for run in runs)
    assert list(found) == [state.words for state in State if state.words in found]
    assert ("attempts" in title) == any(run.attempts > 1 for run in runs)


@given(st.data(), sweeps(), TEXTS, TEXTS, st.integers(30, 130))
def test_every_line_fits(data: st.DataObject, sweep: Sweep, name: str, path: str, width: int) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = [
        *summary(name, runs, width),
        *troubled(sweep, runs, lambda _: path, width, data.draw(st.integers(0, 5))),
        *plain(grid(sweep, runs, width, colour=data.draw(st.booleans()))),
    ]
    for line in lines:
        assert columns(line) <= width
        assert line.isprintable()


@given(st.data(), sweeps(), TEXTS, st.integers(-1, 30))
def test_no_window_is_too_narrow(data: st.DataObject, sweep: Sweep, name: str, width: int) -> None:
    runs = data.draw(statuses(sweep.size))
    list(summary(name, runs, width))
    list(troubled(sweep, runs, log, width))
    list(grid(sweep, runs, width, colour=True))


@given(st.data(), sweeps(), st.integers(0, 30), st.sampled_from([None, 40, 80, 120]))
def test_all_that_went_wrong_is_named(data: st.DataObject, sweep: Sweep, most: int, width: int | None) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = list(troubled(sweep, runs, lambda run: f"LOG{run.run}.", width, most))
    found = [run.run for run in runs if run.state in TROUBLE]
    shown = [int(number) for line in lines for number in re.findall(r"LOG(\d+)\.", line)]
    assert shown == found[:most]
    more = [line for line in lines if line.endswith(" more: --json lists them all")]
    assert bool(more) == (len(found) > most)
    assert not more or int(more[0].split()[2].replace(",", "")) == len(found) - most
    assert bool(lines) == bool(found)


def reasoned(*reasons: str) -> list[RunStatus]:
    return [status(run, State.PENDING, 1, reason) for run, reason in enumerate(reasons)]


def summed(runs: Sequence[RunStatus], width: int | None, name: str = "sbatch.sh") -> str:
    return text(summary(name, made(runs), width))


def test_a_summary() -> None:
    runs = [*marked("." * 1280 + "FFMR__L"), *reasoned("JobHeldUser", "Priority", "JobHeldUser", "", "BadConstraints")]
    runs[3] = status(3, State.DONE, 3)
    lines = (
        "  done           1,280\n"
        "  running            1\n"
        "  pending            5  2 of them JobHeldUser, 1 BadConstraints\n"
        "  failed             2\n"
        "  out of memory      1\n"
        "  lost               1\n"
        "  not submitted      2\n"
    )
    assert summed(runs, None) == f"sbatch.sh: 1,292 runs, in up to 3 attempts\n\n{lines}"
    narrow = lines.replace("  2 of them JobHeldUser, 1 B", "\n    2 of them JobHeldUser\n    1 B")
    assert summed(runs, 40) == f"sbatch.sh: 1,292 runs\nin up to 3 attempts\n\n{narrow}"


def test_a_summary_of_one_run() -> None:
    assert summed(marked("_"), 80) == "sbatch.sh: 1 run\n\n  not submitted  1\n"
    assert summed(marked("_"), 20, "a\nvery_long_name.sh").startswith("a\\nver…ame.sh: 1 run\n")


def test_only_reasons_that_need_a_person_are_told() -> None:
    assert summed(reasoned("Priority", "Resources", "None", "BeginTime", "JobArrayTaskLimit"), 80).endswith("  5\n")
    many = summed(reasoned("QOSMaxJobs", "b", "c", "d", "e", "a\x1b", "a\x1b"), None)
    assert many.endswith("  7  2 of them a\\x1b, 1 QOSMaxJobs, 1 b, 1 c, …\n")


TROUBLED = made(
    [
        status(0, State.DONE),
        status(1, State.FAILED, 2),
        status(2, State.OUT_OF_MEMORY),
        status(3, State.UNKNOWN, job="process 17"),
    ]
)


SMALL = heracles.parse(["model=resnet,日本", "x=5", "lr=0.1,'a b'"])


def test_a_table_of_troubles() -> None:
    assert text(troubled(SMALL, TROUBLED, log, None)) == (
        "  run  state          exit         job         attempts  log            overrides\n"
        "    1  failed         3            12_1        2         logs/12_1.out  model=resnet \"lr='a b'\"\n"
        "    2  out of memory  137 SIGKILL  12_2        1         logs/12_2.out  \"model='日本'\" lr=0.1\n"
        "    3  unknown                     process 17  1         logs/12_3.out  \"model='日本'\" \"lr='a b'\"\n"
    )
    assert text(troubled(SMALL, TROUBLED, log, 92)) == (
        "  run  state          exit         job         attempts  log            overrides\n"
        "    1  failed         3            12_1        2         logs/12_1.out  model=resnet \"lr='a…\n"
        "    2  out of memory  137 SIGKILL  12_2        1         logs/12_2.out  \"model='日本'\" lr=0…\n"
        '    3  unknown                     process 17  1         logs/12_3.out  "model=\'日本\'" "lr=…\n'
    )


def test_troubles_in_a_narrow_window() -> None:
    assert text(troubled(SMALL, TROUBLED, log, 40, 2)) == (
        "  run 1: failed, exit 3, job 12_1,\n"
        "    2 attempts\n"
        "    model=resnet \"lr='a b'\"\n"
        "    logs/12_1.out\n"
        "  run 2: out of memory,\n"
        "    exit 137 SIGKILL, job 12_2\n"
        "    \"model='日本'\" lr=0.1\n"
        "    logs/12_2.out\n"
        "… and 1 more: --json lists them all\n"
    )


def test_what_is_not_known_has_no_column() -> None:
    lines = troubled(heracles.parse(["a=1"]), made([status(0, State.LOST, job="")]), lambda _: "", 80)
    assert list(lines) == ["  run  state", "    0  lost"]


@pytest.mark.parametrize(
    ("code", "shown"), [(1, "1"), (130, "130 SIGINT"), (137, "137 SIGKILL"), (128, "128"), (170, "170"), (255, "255")]
)
def test_a_signal_has_its_name(code: int, shown: str) -> None:
    failed = RunStatus(0, State.FAILED, 1, Outcome(None, 0, State.FAILED, code))
    assert list(troubled(Sweep(), made([failed]), log, 80))[1].split("  ")[4] == shown


def test_a_large_table_is_shown_at_once() -> None:
    runs = [status(run, WORST[run % 10]) for run in range(100_000)]
    assert len(list(troubled(heracles.parse(["a=range(100_000)"]), made(runs), log, 200))) == 22
