"""The grid of a status: its cells are right, and every line fits."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.cli.runs import MARKS, WORST, marked, plain, status, statuses, sweeps, text
from unit.jobs.made import made

import heracles
from heracles.cli.views.grid import grid
from heracles.ir import Axis, Choice, Filtered, Range, Repeat, Runs, Sample, Sweep, Union, Zip
from heracles.ir.diagram import from_table
from heracles.ir.values import Bare
from heracles.schedulers.client import State


def is_seed(sweep: Sweep, place: int) -> bool:
    return sweep.dimensions[place].is_random or "seed" in sweep.dimensions[place].name.lower()


def chosen(sweep: Sweep) -> tuple[int, int] | None:
    """Return the axes that are the rows and the columns, by trying all pairs."""
    several = [place for place, axis in enumerate(sweep.dimensions) if axis.size > 1]
    pairs = [(one, other) for one in several for other in several if one < other]

    def score(pair: tuple[int, int]) -> tuple[int, int, int]:
        sizes = sorted(sweep.dimensions[place].size for place in pair)
        return -sum(is_seed(sweep, place) for place in pair), sizes[0], sizes[1]

    best = max(pairs, key=score, default=None)  # of equals the first
    if best is None:
        return None
    return best if sweep.dimensions[best[0]].size >= sweep.dimensions[best[1]].size else best[::-1]


@given(st.data(), sweeps(st.text("ab", max_size=3), most=7), st.sampled_from([None, 200]))
def test_a_cell_is_the_worst_of_its_runs(data: st.DataObject, sweep: Sweep, width: int | None) -> None:
    runs = data.draw(statuses(sweep.size))
    lines = plain(grid(sweep, runs, width, colour=data.draw(st.booleans())))
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
    folded = [
        place for place in range(len(sweep.dimensions)) if place not in sides and sweep.dimensions[place].size > 1
    ]
    counts = any(is_seed(sweep, place) for place in folded)
    assert ("counts" in lines[0]) == counts
    if counts:
        found = [re.findall(r"(\d+)/(\d+)(?: (\S))?(?=  |$)", line) for line in lines[3 : 3 + heights]]
        each = str(sweep.size // (heights * across))
        done = [
            [sum(state is State.DONE for state in cells[row, column]) for column in range(across)]
            for row in range(heights)
        ]
        assert [[(str(number), each) for number in line] for line in done] == [
            [cell[:2] for cell in line] for line in found
        ]
        drawn = [[MARKS[cell[2] or "."] for cell in line] for line in found]
    else:
        drawn = [[MARKS[mark] for mark in line.split()[1:]] for line in lines[3 : 3 + heights]]
    worst = [[min(cells[row, column], key=WORST.index) for column in range(across)] for row in range(heights)]
    assert drawn == worst
    marks = {mark: state.words for mark, state in MARKS.items() if any(state in row for row in worst)}
    if counts:
        marks.pop(".", None)
    assert not marks or dict(item.split(" ", 1) for item in lines[-1].split("  ")) == marks


GRID = heracles.parse(["model=resnet,vit,mlp", "lr=0.1,0.01,0.001,0.0001", "seed=__randseed(2)__", "x=5"])


GRID_RUNS = marked("..  .F  ..  .. | .. .T M. .. | -- RR ?. _F".replace("|", ""))


def test_a_grid_that_is_piped() -> None:
    assert text(grid(GRID, GRID_RUNS, None, colour=False)) == (
        "rows: lr, columns: model; a cell counts the runs done, of 2\n"
        "\n"
        "          resnet  vit    mlp\n"
        "  0.1     2/2     2/2    0/2 -\n"
        "  0.01    1/2 F   1/2 T  0/2 R\n"
        "  0.001   2/2     1/2 M  1/2 ?\n"
        "  0.0001  2/2     2/2    0/2 F\n"
        "\n"
        "R running  - pending  F failed  T timed out  M out of memory  ? unknown\n"
    )


def test_a_fold_of_others_than_seeds_shows_the_worst() -> None:
    sweep = heracles.parse(["a=1,2", "b=1,2", "c=1,2"])
    assert text(grid(sweep, marked(".F .. .. .R"), 80, colour=False)) == (
        "rows: a, columns: b; a cell is the worst of 2 runs\n\n     1  2\n  1  F  .\n  2  .  R\n\n"
        ". done  R running  F failed\n"
    )


def test_a_grid_of_seeds_that_are_all_done_needs_no_legend() -> None:
    sweep = heracles.parse(["a=1,2", "b=1,2", "my_seed=range(5)"])
    assert text(grid(sweep, marked("." * 20), 80, colour=True)) == (
        "rows: a, columns: b; a cell counts the runs done, of 5\n\n     1      2\n  1  5/5    5/5\n  2  5/5    5/5\n"
    )


def test_a_grid_in_colours_in_a_narrow_window() -> None:
    green, red, yellow, blue, dim, magenta = (f"\x1b[{code}m" for code in (32, 31, 33, 34, 2, 35))
    off = "\x1b[0m"
    assert text(grid(GRID, GRID_RUNS, 25, colour=True)) == (
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
    lines = list(grid(sweep, marked("." * 2999 + "F"), 40, colour=False))
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
    lines = list(grid(heracles.parse(["a=range(60)", "b=range(50)"]), marked("." * 3000), 200, colour=False))
    assert lines[-3:] == ["not shown: 10 rows", "", ". done"]


def test_many_columns_are_named_by_the_first_and_the_last() -> None:
    lines = list(grid(heracles.parse(["a=range(99)", "b=range(1,100)"]), marked("." * 99**2), 130, colour=False))
    assert lines[-2] == "columns 0: 1, 1: 2, 2: 3, 3: 4, …, 98: 99"


def test_labels_differ_though_they_are_cut() -> None:
    sweep = heracles.parse([f"path={','.join(f'/a/long/way/to/the/checkpoint_{i}.pt' for i in (1, 2))}", "n=0,1"])
    assert list(grid(sweep, marked(".F.."), 60, colour=False))[2:5] == [
        f"{' ' * 24}0  1",
        "  /a/long/w…point_1.pt  .  F",
        "  /a/long/w…point_2.pt  .  .",
    ]


@pytest.mark.parametrize("overrides", [[], ["a=1"], ["a=1,2,3"], ["a=1,2,3", "b=4"], ["a=shuffle()", "b=1,2", "c=1,2"]])
def test_there_is_no_grid_of_a_line(overrides: list[str]) -> None:
    sweep = heracles.parse(overrides)
    assert not list(grid(sweep, marked("." * sweep.size), 80, colour=False))


def test_seeds_are_a_side_where_nothing_else_is() -> None:
    assert text(grid(heracles.parse(["seed=__randseed(3)__", "a=x,''"]), marked("..F..."), 80, colour=False)) == (
        "rows: seed, columns: a\n\n      x  ''\n  #0  .  .\n  #1  F  .\n  #2  .  .\n\n. done  F failed\n"
    )


def test_a_large_sweep_is_shown_at_once() -> None:
    sweep = Sweep((Axis("a", Range(0, 316, 1)), Axis("b", Range(0, 316, 1))))
    runs = made(status(run, WORST[run % 10]) for run in range(sweep.size))
    assert len(list(grid(sweep, runs, 80, colour=True))) == 59


def test_a_zip_is_one_side_by_its_name() -> None:
    words = [Choice((Bare("cnn"), Bare("vit"))), Choice((Bare("32"), Bare("64")))]
    rows = Zip("mo", (Axis("model", words[0]), Axis("size", words[1])))
    sweep = Sweep((rows, *heracles.parse(["lr=1,2,3"]).dimensions))
    assert text(grid(sweep, marked("..F ..."), 80, colour=False)) == (
        "rows: lr, columns: mo\n\n     cnn 32  vit 64\n  1  .       .\n  2  .       .\n  3  F       .\n\n"
        ". done  F failed\n"
    )


def test_what_rules_leave_out_is_blank() -> None:
    product = heracles.parse(["model=cnn,vit,mlp", "lr=1,2", "seed=range(2)"])
    kept = Filtered(product, (), from_table([3, 2, 2], [0, 1], bytes([1, 0, 1, 1, 1, 1])))
    assert text(grid(kept, marked(".. F. .. .. .."), 80, colour=False)) == (
        "rows: model, columns: lr; a cell counts the runs done, of 2\n\n"
        "       1      2\n  cnn  2/2\n  vit  1/2 F  2/2\n  mlp  2/2    2/2\n\nF failed\n"
    )


def test_a_key_that_a_case_lacks_has_a_place_of_its_own() -> None:
    cases = (["kernel=3,5", "s=1,2"], ["x=0", "s=1,2"], ["kernel=5,7", "s=3"])
    union = Union(tuple(map(heracles.parse, cases)))
    assert text(grid(union, marked(".F ..  .R  .."), 80, colour=False)) == (
        "rows: kernel, columns: s\n\n     1  2  3\n  3  .  F\n  5  .  .  .\n  7        .\n  -  .  R\n\n"
        ". done  R running  F failed\n"
    )


def test_a_side_is_what_most_cases_have() -> None:
    cases = (["model=cnn,vit", "kernel=range(5)"], ["model=mlp", "width=1,2"])
    lines = list(grid(Union(tuple(map(heracles.parse, cases))), marked("." * 12), 80, colour=False))
    assert lines[0] == "rows: kernel, columns: model; a cell is the worst of its runs"


def test_cases_that_differ_in_their_seeds() -> None:
    cases = (["a=1,2", "b=1,2", "seed=__randseed(2)__"], ["a=1,2", "b=3", "seed=__randseed__"])
    union = Union(tuple(map(heracles.parse, cases)))
    assert text(grid(union, marked(".. .. .F ..  .."), 80, colour=False)) == (
        "rows: b, columns: a; a cell counts the runs done, of all its runs\n\n"
        "     1      2\n  1  2/2    1/2 F\n  2  2/2    2/2\n  3  1/1    1/1\n\nF failed\n"
    )


def test_a_sample_that_fills_few_cells_has_no_grid() -> None:
    product = heracles.parse(["a=range(100)", "b=range(100)"])
    assert not list(grid(Sample(product, 20), marked("." * 20), 80, colour=False))
    seeds = heracles.parse(["seed=__randseed(2)__"]).dimensions[0]
    dense: Runs = Sample(Sweep((*heracles.parse(["a=1,2", "b=1,2"]).dimensions, Repeat(seeds))), 4)
    assert list(grid(dense, marked("." * 8), 80, colour=False)) == [
        "rows: a, columns: b; a cell counts the runs done, of 2",
        "",
        "     1      2",
        "  1  2/2    2/2",
        "  2  2/2    2/2",
    ]
