"""What runs may cost, as it is said."""

import pytest

from heracles.backends.array_layout import Array
from heracles.cli.costs import cost_of_array, cost_of_scripts, parts_of
from heracles.cli.views.cost import Part, cost_lines, hours, spent_lines
from heracles.jobs.spent import Spent
from heracles.schedulers.registry import NONE, SCHEDULERS
from heracles.schedulers.request import Request
from heracles.script.job_script import JobScript

SLURM = SCHEDULERS["slurm"]
SIX_HOURS = Request(21_600, 8, 1)
ALL = [((), [range(3)])]


def script(*directives: str) -> JobScript:
    return JobScript("job.sh", "\n".join(["#!/bin/bash", *directives, "python train.py", ""]).encode())


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 GPU hours"),
        (1, "0.01 GPU hours"),
        (1_800, "0.5 GPU hours"),
        (3_590, "1 GPU hour"),
        (3_600, "1 GPU hour"),
        (5_400, "1.5 GPU hours"),
        (36_000, "10 GPU hours"),
        (37_700, "10 GPU hours"),
        (37_800, "11 GPU hours"),
        (3_600 * 10**6, "1,000,000 GPU hours"),
    ],
)
def test_hours(seconds: int, expected: str) -> None:
    assert hours(seconds, "GPU") == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Part(36, "run", SIX_HOURS), "Cost: at most 36 runs × 6:00:00 × 1 GPU = 216 GPU hours"),
        (Part(1, "run", Request(90_000, 4, 0)), "Cost: at most 1 run × 1-01:00:00 × 4 CPUs = 100 CPU hours"),
        (
            Part(3, "run", SIX_HOURS._replace(tasks=2)),
            "Cost: at most 3 runs × 2 tasks × 6:00:00 × 1 GPU = 36 GPU hours",
        ),
        (Part(2, "task", Request(None, 4, 2, "no --time")), "Cost: 2 tasks × 2 GPUs; no --time: unknown"),
        (Part(2, "run", Request(60, None, 0, "no --nodes")), "Cost: 2 runs × 0:01:00; no --nodes: unknown"),
        (
            Part(36, "run", SIX_HOURS, throttle=5),
            "Cost: at most 36 runs × 6:00:00 × 1 GPU = 216 GPU hours"
            ", 5 at a time: 2-00:00:00 if each takes all its time",
        ),
        (Part(4, "run", SIX_HOURS, throttle=4), "Cost: at most 4 runs × 6:00:00 × 1 GPU = 24 GPU hours"),
        (
            Part(4, "run", Request(None, 1, 0, "no --time"), throttle=2),
            "Cost: 4 runs × 1 CPU; no --time: unknown, 2 at a time",
        ),
    ],
)
def test_one_line(part: Part, expected: str) -> None:
    assert list(cost_lines([part])) == [expected]


def test_several_sets_have_a_total() -> None:
    small, large = (
        Part(24, "run", SIX_HOURS),
        Part(12, "run", Request(86_400, 8, 2), options="--time=24:00:00 --gpus=2"),
    )
    on_cpus, endless = Part(2, "run", Request(3_600, 4, 0)), Part(1, "run", Request(None, 1, 0, "no --time"))
    assert list(cost_lines([small, large])) == [
        "Cost: at most 720 GPU hours",
        "  24 runs × 6:00:00 × 1 GPU = 144 GPU hours",
        "  12 runs × 1-00:00:00 × 2 GPUs = 576 GPU hours, with --time=24:00:00 --gpus=2",
    ]
    assert next(cost_lines([small, on_cpus])) == "Cost: at most 144 GPU hours and 8 CPU hours"
    assert next(cost_lines([small, endless])) == "Cost: at most 144 GPU hours + unknown"
    assert next(cost_lines([endless, endless._replace(request=Request(None, 2, 0, "no --time"))])) == "Cost: unknown"
    assert list(cost_lines([])) == []


def test_a_line_that_is_too_long_is_broken() -> None:
    part = Part(36, "run", SIX_HOURS)
    assert list(cost_lines([part], 30)) == ["Cost: at most 36 runs ×", "6:00:00 × 1 GPU = 216 GPU", "hours"]
    assert list(cost_lines([part._replace(throttle=36)] * 2, 30)) == [
        "Cost: at most 432 GPU hours",
        *["  36 runs × 6:00:00 × 1 GPU =", "  216 GPU hours"] * 2,
    ]


def test_sets_that_differ_in_nothing_that_costs_are_one() -> None:
    part = Part(36, "run", SIX_HOURS, options="--mem=1")
    expected = ["Cost: at most 72 runs × 6:00:00 × 1 GPU = 432 GPU hours"]
    assert list(cost_lines([part, part._replace(options="")])) == expected


def test_what_has_no_queue_has_no_cost() -> None:
    assert list(cost_of_scripts(script("#SBATCH -t 60"), NONE, ALL)) == []
    assert list(cost_of_scripts(script(), SLURM, ALL)) == ["Cost: 3 runs × 1 CPU; no --time: unknown"]
    assert list(cost_of_array(script(), Array(script(), NONE, 3), ALL)) == []


def test_each_run_of_a_script_with_an_array_has_all_its_tasks() -> None:
    expected = ["Cost: at most 3 runs × 4 tasks × 1:00:00 × 1 CPU = 12 CPU hours"]
    assert list(cost_of_scripts(script("#SBATCH -t 60 --array=0-3%2"), SLURM, ALL)) == expected


def test_a_packed_task_takes_the_time_of_one() -> None:
    plain, own = script("#SBATCH -t 60"), script("#SBATCH -t 60 --array=0-3%2")
    assert list(cost_of_array(plain, Array(plain, SLURM, 10, pack=4), [((), [range(10)])])) == [
        "Cost: at most 3 tasks × 1:00:00 × 1 CPU = 3 CPU hours"
    ]
    assert list(cost_of_array(own, Array(own, SLURM, 3), [((), [range(12)])])) == [
        "Cost: at most 12 tasks × 1:00:00 × 1 CPU = 12 CPU hours, 2 at a time: 6:00:00 if each takes all its time"
    ]


def test_only_the_tasks_of_the_items_are_counted_and_a_throttle_is_each_submissions_own() -> None:
    text, hour = script("#SBATCH -t 60"), Request(3_600, 1, 0)
    layout, options = (
        Array(text, SLURM, 40, pack=4, throttle=2, most=4),
        SLURM.submit_options(["sbatch"], text.text, {}),
    )
    own = options.with_extra
    some = parts_of(own, [((), [range(4, 8), range(12, 20)])], layout)
    assert some == [Part(3, "task", hour, throttle=2)]
    assert parts_of(own, [((), [range(40)])], layout) == [Part(10, "task", hour)]


def test_each_set_has_its_own_options() -> None:
    text, hour = script("#SBATCH -t 60"), Request(3_600, 1, 0)
    options = SLURM.submit_options(["sbatch", "-c", "2"], text.text, {}).with_extra
    large = ("--time=1-0", "--gres=gpu:2")
    assert parts_of(options, [((), [range(2)]), (large, [range(2, 10**30)])]) == [
        Part(2, "run", hour._replace(cpus=2)),
        Part(10**30 - 2, "run", Request(86_400, 2, 2), options="--time=1-0 --gres=gpu:2"),
    ]


@pytest.mark.parametrize(
    ("spent", "has_ended", "expected"),
    [
        (Spent({"GPU": 147_600}, {"GPU": 777_600}, is_whole=True), True, "Took 41 GPU hours (at most 216)"),
        (Spent({"GPU": 3_600}, {"GPU": 777_600}, is_whole=True), False, "Took 1 GPU hour so far (at most 216)"),
        (Spent({"CPU": 60}, None, is_whole=False), True, "Took at least 0.02 CPU hours"),
        (
            Spent({"GPU": 7_200, "CPU": 5_400}, {"CPU": 7_200, "GPU": 36_000}, is_whole=True),
            True,
            "Took 2 GPU hours (at most 10) and 1.5 CPU hours (at most 2)",
        ),
    ],
)
def test_what_runs_have_cost(spent: Spent, has_ended: bool, expected: str) -> None:  # noqa: FBT001 - a parameter
    assert list(spent_lines(spent, None, has_ended=has_ended)) == [expected]
    assert list(spent_lines(None, None, has_ended=has_ended)) == []
