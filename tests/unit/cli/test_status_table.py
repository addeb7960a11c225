"""What became of a sweep's runs, as it is shown: the numbers add up, every line fits, and nothing is left out."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles.cli.views import status_table
from heracles.ir import Axis, Choice, RandSeed, Range, Sweep
from heracles.ir.values import Bare
from heracles.jobs.status import Outcome, RunStatus
from heracles.schedulers.client import State
from heracles.text import columns

MARKS = dict(zip("FMTCL?R-_.", [
    *(State.FAILED, State.OUT_OF_MEMORY, State.TIMED_OUT, State.CANCELLED, State.LOST),
    *(State.UNKNOWN, State.RUNNING, State.PENDING, State.NEW, State.DONE),
], strict=True))  # fmt: skip
WORST = list(MARKS.values())
TROUBLE = WORST[:6]
CODES = {State.DONE: 0, State.FAILED: 3, State.OUT_OF_MEMORY: 137}


def status(run: int, state: State, attempts: int = 1, reason: str = "", job: str | None = None) -> RunStatus:
    name = f"12_{run}" if job is None else job
    return RunStatus(
        run, state, attempts, Outcome(None, run, state, CODES.get(state), reason, name, "17", run, "node0")
    )


def log(of: RunStatus) -> str:
    return f"logs/12_{of.run}.out"


def marked(marks: str) -> list[RunStatus]:
    """Give the runs that are in the states that the marks say."""
    return [status(run, MARKS[mark]) for run, mark in enumerate("".join(marks.split()))]


def plain(lines: Iterator[str]) -> list[str]:
    return [re.sub(r"\x1b\[\d+m", "", line) for line in lines]


def text(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("日本語のｗ🎉", max_size=30),
    st.text("e\u0301\u0300\u3099a", max_size=30),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "L"]), max_size=8),
    st.text("ab/. ", max_size=80),
)


@st.composite
def sweeps(draw: st.DrawFn, values: st.SearchStrategy[str] = TEXTS, most: int = 6) -> Sweep:
    axes = []
    for key in draw(st.lists(st.text("abé日._", min_size=1, max_size=15), max_size=4, unique=True)):
        drawn = draw(st.one_of(st.lists(values, min_size=1, max_size=most), st.integers(1, most)))
        axes.append(Axis(key, RandSeed(drawn) if isinstance(drawn, int) else Choice(tuple(map(Bare, drawn)))))
    return Sweep(tuple(axes))


@st.composite
def statuses(draw: st.DrawFn, size: int) -> list[RunStatus]:
    """Runs in few states, or in many, with names and reasons of any kind."""
    states = draw(st.lists(st.sampled_from(State), min_size=1, max_size=10))
    few = draw(st.lists(st.tuples(st.sampled_from(states), st.integers(0, 3), TEXTS, TEXTS), min_size=1, max_size=12))
    order = draw(st.randoms(use_true_random=False)).choices(few, k=size)
    return [status(run, state, attempts, reason, job) for run, (state, attempts, reason, job) in enumerate(order)]


@given(st.data(), st.integers(0, 300))
def test_the_counts_add_up(data: st.DataObject, size: int) -> None:
    runs = data.draw(statuses(size))
    title, blank, *lines = status_table.summary("x.sh", runs, None)
    assert title.startswith(f"x.sh: {size} run") and not blank
    found = {line[2:15].rstrip(): int(line[15:].split()[0]) for line in lines}
    assert found == Counter(run.state.words for run in runs)
    assert list(found) == [state.words for state in State if state.words in found]
    assert ("attempts" in title) == any(run.attempts > 1 for run in runs)


@given(st.data(), sweeps(), TEXTS, TEXTS, st.integers(30, 130))
def test_every_line_fits(data: st.DataObject, sweep: Sweep, name: str, path: str, width: int) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = [
        *status_table.summary(name, runs, width),
        *status_table.troubled(sweep, runs, lambda _: path, width, data.draw(st.integers(0, 5))),
        *plain(status_table.grid(sweep, runs, width, colour=data.draw(st.booleans()))),
    ]
    for line in lines:
        assert columns(line) <= width
        assert line.isprintable()


@given(st.data(), sweeps(), TEXTS, st.integers(-1, 30))
def test_no_window_is_too_narrow(data: st.DataObject, sweep: Sweep, name: str, width: int) -> None:
    runs = data.draw(statuses(sweep.size))
    list(status_table.summary(name, runs, width))
    list(status_table.troubled(sweep, runs, log, width))
    list(status_table.grid(sweep, runs, width, colour=True))


@given(st.data(), sweeps(), st.integers(0, 30), st.sampled_from([None, 40, 80, 120]))
def test_all_that_went_wrong_is_named(data: st.DataObject, sweep: Sweep, most: int, width: int | None) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = list(status_table.troubled(sweep, runs, lambda run: f"LOG{run.run}.", width, most))
    found = [run.run for run in runs if run.state in TROUBLE]
    shown = [int(number) for line in lines for number in re.findall(r"LOG(\d+)\.", line)]
    assert shown == found[:most]
    more = [line for line in lines if line.endswith(" more: --json lists them all")]
    assert bool(more) == (len(found) > most)
    assert not more or int(more[0].split()[2]) == len(found) - most
    assert bool(lines) == bool(found)


def chosen(sweep: Sweep) -> tuple[int, int] | None:
    """Give the axes that are the rows and the columns, by trying all pairs."""
    several = [place for place, axis in enumerate(sweep.dimensions) if axis.size > 1]
    pairs = [(one, other) for one in several for other in several if one < other]

    def score(pair: tuple[int, int]) -> tuple[int, int, int]:
        sizes = sorted(sweep.dimensions[place].size for place in pair)
        return -sum(sweep.dimensions[place].is_random for place in pair), sizes[0], sizes[1]

    best = max(pairs, key=score, default=None)  # of equals the first
    if best is None:
        return None
    return best if sweep.dimensions[best[0]].size >= sweep.dimensions[best[1]].size else best[::-1]


@given(st.data(), sweeps(st.text("ab", max_size=3), most=7), st.sampled_from([None, 200]))
def test_a_cell_is_the_worst_of_its_runs(data: st.DataObject, sweep: Sweep, width: int | None) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = plain(status_table.grid(sweep, runs, width, colour=data.draw(st.booleans())))
    sides = chosen(sweep)
    if sides is None:
        assert not lines
        return
    cells: dict[tuple[int, int], list[State]] = {}
    places = itertools.product(*(range(axis.size) for axis in sweep.dimensions))
    for run, place in zip(runs, places, strict=True):
        cells.setdefault((place[sides[0]], place[sides[1]]), []).append(run.state)
    heights, across = sweep.dimensions[sides[0]].size, sweep.dimensions[sides[1]].size
    assert lines[0].startswith(f"rows: {sweep.dimensions[sides[0]].name}, columns: {sweep.dimensions[sides[1]].name}")
    drawn = [[MARKS[mark] for mark in line.split()[1:]] for line in lines[3 : 3 + heights]]
    worst = [[min(cells[row, column], key=WORST.index) for column in range(across)] for row in range(heights)]
    assert drawn == worst
    legend = dict(item.split(" ", 1) for item in lines[-1].split("  "))
    assert legend == {mark: state.words for mark, state in MARKS.items() if any(state in row for row in worst)}


@given(st.data(), sweeps(), TEXTS, TEXTS)
def test_the_json_lists_every_run(data: st.DataObject, sweep: Sweep, name: str, path: str) -> None:
    runs = data.draw(statuses(sweep.size))
    written = "".join(status_table.as_json(name, sweep, runs, lambda _: path))
    assert written.isascii()
    read = json.loads(written)
    listed = read.pop("list")
    counts = {state.value: count for state, count in Counter(run.state for run in runs).items()}
    attempts = max(run.attempts for run in runs)
    assert read == {"script": surrogates(name), "runs": sweep.size, "counts": counts, "attempts": attempts}
    assert listed == [
        {
            "run": number,
            "overrides": [surrogates(override) for override in sweep[number]],
            "state": run.state.value,
            "exit_code": run.code,
            "reason": surrogates(run.last.reason),
            "job": surrogates(run.last.job) or None,
            "node": "node0",
            "attempts": run.attempts,
            "log": surrogates(path) or None,
        }
        for number, run in enumerate(runs)
    ]
    first, *lines, last, end = written.split("\n")
    assert (first[-1], last, end) == ("[", "]}", "")
    assert [json.loads(line.rstrip(",")) for line in lines] == listed


def surrogates(word: str) -> str:
    """Join those surrogates that are pairs by chance, as JSON does."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


GRID = heracles.parse(["model=resnet,vit,mlp", "lr=0.1,0.01,0.001,0.0001", "seed=__randseed(2)__", "x=5"])
GRID_RUNS = marked("..  .F  ..  .. | .. .T M. .. | -- RR ?. _F".replace("|", ""))


def test_a_grid_that_is_piped() -> None:
    assert text(status_table.grid(GRID, GRID_RUNS, None, colour=False)) == (
        "rows: lr, columns: model; a cell is the worst of 2 runs\n"
        "\n"
        "          resnet  vit  mlp\n"
        "  0.1     .       .    -\n"
        "  0.01    F       T    R\n"
        "  0.001   .       M    ?\n"
        "  0.0001  .       .    F\n"
        "\n"
        ". done  R running  - pending  F failed  T timed out  M out of memory  ? unknown\n"
    )


def test_a_grid_in_colours_in_a_narrow_window() -> None:
    green, red, yellow, blue, dim, magenta = (f"\x1b[{code}m" for code in (32, 31, 33, 34, 2, 35))
    off = "\x1b[0m"
    assert text(status_table.grid(GRID, GRID_RUNS, 25, colour=True)) == (
        "rows: lr, columns: model;\n"
        "a cell is the worst of\n"
        "2 runs\n"
        "\n"
        "          0 1 2\n"
        f"  0.1     {green}.{off} {green}.{off} {dim}-{off}\n"
        f"  0.01    {red}F{off} {yellow}T{off} {blue}R{off}\n"
        f"  0.001   {green}.{off} {yellow}M{off} {magenta}?{off}\n"
        f"  0.0001  {green}.{off} {green}.{off} {red}F{off}\n"
        "\n"
        "columns 0: resnet,\n"
        "1: vit, 2: mlp\n"
        f"{green}.{off} done  {blue}R{off} running\n"
        f"{dim}-{off} pending  {red}F{off} failed\n"
        f"{yellow}T{off} timed out\n"
        f"{yellow}M{off} out of memory\n"
        f"{magenta}?{off} unknown\n"
    )


def test_a_grid_that_is_cut() -> None:
    sweep = heracles.parse(["a=range(60)", "b=range(100,150)"])
    lines = list(status_table.grid(sweep, marked("." * 2999 + "F"), 40, colour=False))
    digits = "".join(str(place % 10) for place in range(33))
    assert lines[:5] == [
        "rows: a, columns: b",
        "",
        f"      {' ' * 10}{'1' * 10}{'2' * 10}333",
        f"      {digits}",
        f"  0   {'.' * 33}…",
    ]
    assert lines[53:] == [
        f"  49  {'.' * 33}…",
        "  …",
        "not shown: 10 rows, 17 columns",
        "",
        *report_legend(100, 150, 40),
        ". done",
    ]


def report_legend(first: int, stop: int, width: int) -> list[str]:
    """Give the legend of numbered columns, by a way of its own."""
    items = [f"{place}: {value}" for place, value in enumerate(range(first, stop))]
    lines = ["columns"]
    for item in ", ".join(items).replace(", ", ",\n").split("\n"):
        if len(lines[-1]) + 1 + len(item) > width:
            lines.append(item)
        else:
            lines[-1] += f" {item}"
    return lines


def test_columns_that_are_their_numbers_need_no_legend() -> None:
    lines = list(
        status_table.grid(heracles.parse(["a=range(60)", "b=range(50)"]), marked("." * 3000), 200, colour=False)
    )
    assert lines[-3:] == ["not shown: 10 rows", "", ". done"]


def test_many_columns_are_named_by_the_first_and_the_last() -> None:
    lines = list(
        status_table.grid(heracles.parse(["a=range(99)", "b=range(1,100)"]), marked("." * 99**2), 130, colour=False)
    )
    assert lines[-2] == "columns 0: 1, 1: 2, 2: 3, 3: 4, …, 98: 99"


def test_labels_differ_though_they_are_cut() -> None:
    sweep = heracles.parse([f"path={','.join(f'/a/long/way/to/the/checkpoint_{i}.pt' for i in (1, 2))}", "n=0,1"])
    assert list(status_table.grid(sweep, marked(".F.."), 60, colour=False))[2:5] == [
        f"{' ' * 24}0  1",
        "  /a/long/w…point_1.pt  .  F",
        "  /a/long/w…point_2.pt  .  .",
    ]


@pytest.mark.parametrize("overrides", [[], ["a=1"], ["a=1,2,3"], ["a=1,2,3", "b=4"], ["a=shuffle()", "b=1,2", "c=1,2"]])
def test_there_is_no_grid_of_a_line(overrides: list[str]) -> None:
    sweep = heracles.parse(overrides)
    assert not list(status_table.grid(sweep, marked("." * sweep.size), 80, colour=False))


def test_seeds_are_a_side_where_nothing_else_is() -> None:
    assert text(
        status_table.grid(heracles.parse(["seed=__randseed(3)__", "a=x,''"]), marked("..F..."), 80, colour=False)
    ) == ("rows: seed, columns: a\n\n      x  ''\n  #0  .  .\n  #1  F  .\n  #2  .  .\n\n. done  F failed\n")


def reasoned(*reasons: str) -> list[RunStatus]:
    return [status(run, State.PENDING, 1, reason) for run, reason in enumerate(reasons)]


def summed(runs: Sequence[RunStatus], width: int | None, name: str = "sbatch.sh") -> str:
    return text(status_table.summary(name, runs, width))


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


TROUBLED = [
    status(0, State.DONE),
    status(1, State.FAILED, 2),
    status(2, State.OUT_OF_MEMORY),
    status(3, State.UNKNOWN, job="process 17"),
]
SMALL = heracles.parse(["model=resnet,日本", "x=5", "lr=0.1,'a b'"])


def test_a_table_of_troubles() -> None:
    assert text(status_table.troubled(SMALL, TROUBLED, log, None)) == (
        "  run  state          exit         job         attempts  log            overrides\n"
        "    1  failed         3            12_1        2         logs/12_1.out  model=resnet \"lr='a b'\"\n"
        "    2  out of memory  137 SIGKILL  12_2        1         logs/12_2.out  \"model='日本'\" lr=0.1\n"
        "    3  unknown                     process 17  1         logs/12_3.out  \"model='日本'\" \"lr='a b'\"\n"
    )
    assert text(status_table.troubled(SMALL, TROUBLED, log, 92)) == (
        "  run  state          exit         job         attempts  log            overrides\n"
        "    1  failed         3            12_1        2         logs/12_1.out  model=resnet \"lr='a…\n"
        "    2  out of memory  137 SIGKILL  12_2        1         logs/12_2.out  \"model='日本'\" lr=0…\n"
        '    3  unknown                     process 17  1         logs/12_3.out  "model=\'日本\'" "lr=…\n'
    )


def test_troubles_in_a_narrow_window() -> None:
    assert text(status_table.troubled(SMALL, TROUBLED, log, 40, 2)) == (
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
    lines = status_table.troubled(heracles.parse(["a=1"]), [status(0, State.LOST, job="")], lambda _: "", 80)
    assert list(lines) == ["  run  state", "    0  lost"]


@pytest.mark.parametrize(
    ("code", "shown"), [(1, "1"), (130, "130 SIGINT"), (137, "137 SIGKILL"), (128, "128"), (170, "170"), (255, "255")]
)
def test_a_signal_has_its_name(code: int, shown: str) -> None:
    failed = RunStatus(0, State.FAILED, 1, Outcome(None, 0, State.FAILED, code))
    assert list(status_table.troubled(Sweep(), [failed], log, 80))[1].split("  ")[4] == shown


def test_a_run_as_json() -> None:
    runs = [status(0, State.DONE), status(1, State.NEW, 0, job="")]
    assert "".join(status_table.as_json("sbatch.sh", heracles.parse(["a=1,é"]), runs, log)) == (
        '{"script": "sbatch.sh", "runs": 2, "counts": {"done": 1, "new": 1}, "attempts": 1, "list": [\n'
        '{"run": 0, "overrides": ["a=1"], "state": "done", "exit_code": 0, "reason": "", "job": "12_0", '
        '"node": "node0", "attempts": 1, "log": "logs/12_0.out"},\n'
        '{"run": 1, "overrides": ["a=\'\\u00e9\'"], "state": "new", "exit_code": null, "reason": "", "job": null, '
        '"node": "node0", "attempts": 0, "log": "logs/12_1.out"}\n'
        "]}\n"
    )


def test_the_json_of_no_runs() -> None:
    assert json.loads("".join(status_table.as_json("x", heracles.parse(["a=shuffle()"]), [], log)))["list"] == []


def test_a_large_sweep_is_shown_at_once() -> None:
    sweep = Sweep((Axis("a", Range(0, 316, 1)), Axis("b", Range(0, 316, 1))))
    runs = [status(run, WORST[run % 10]) for run in range(sweep.size)]
    assert len(list(status_table.grid(sweep, runs, 80, colour=True))) == 59
    assert len(list(status_table.troubled(sweep, runs, log, 200))) == 22
    assert sum(1 for _ in status_table.as_json("x", sweep, runs, log)) == sweep.size + 2
