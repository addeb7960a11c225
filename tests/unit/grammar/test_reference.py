"""The reference of the language, grammar/README.md: each of its rows is true, and nothing is missing from it."""

import doctest
import re
import shlex
from collections.abc import Iterator

import pytest
from lark import Lark, Token
from support import GRAMMAR, parsed

import heracles
from heracles import HeraclesError, OverrideError
from heracles.language import operations, parser
from heracles.language.functions import FUNCTIONS

REFERENCE = (GRAMMAR / "README.md").read_text()


def rows(header: str) -> list[tuple[str, str]]:
    """Return (override, what stands beside it) for each row of each table with that header."""
    tables = re.findall(rf"^\| {header} \|\n\|---\|---\|\n((?:\|.*\n)+)", REFERENCE, re.MULTILINE)
    found = [re.fullmatch(r"\| `([^`]*)` \| (.*) \|", line) for table in tables for line in table.splitlines()]
    assert found and all(found)
    return [(match[1], match[2]) for match in found if match]


RUNS, REFUSED = rows(r"override \| runs"), rows(r"refused \| because")
SWEEPS, REFUSED_SWEEPS = rows(r"sweep \| runs"), rows(r"refused sweep \| because")


def rows_of(name: str) -> str:
    """Return the text of the file of rows that the reference shows."""
    assert name == "rows.csv"
    return REFERENCE.partition("```csv\n")[2].partition("```")[0]


def options(group: str) -> list[str]:
    return ["cnn", "mlp"] if group == "model" else []


@pytest.mark.parametrize(("override", "runs"), RUNS)
def test_runs(override: str, runs: str) -> None:
    shown = runs.removesuffix(", …")
    sweep = heracles.parse([override], options=options)
    wanted = [] if shown == "none" else shown[1:-1].split("`, `")
    assert [run[0] for run in sweep[: len(wanted)]] == wanted
    assert (sweep.size > len(wanted)) == (shown != runs)


@pytest.mark.parametrize(("override", "because"), REFUSED)
def test_refused(override: str, because: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override], options=options)
    assert f"`{caught.value.message}`" == because


@pytest.mark.parametrize(("words", "runs"), SWEEPS)
def test_sweeps(words: str, runs: str) -> None:
    assert [" ".join(run) for run in parsed(words, rows_of)] == runs[1:-1].split("`, `")


@pytest.mark.parametrize(("words", "because"), REFUSED_SWEEPS)
def test_refused_sweeps(words: str, because: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        parsed(words, rows_of)
    assert f"`{caught.value.message}`" == because


def test_the_functions_of_expressions_are_listed() -> None:
    assert f"\n- `{' '.join(operations.FUNCTIONS)}`\n" in REFERENCE


def test_no_sample_is_there_twice() -> None:
    overrides = [override for override, _ in RUNS + REFUSED + SWEEPS + REFUSED_SWEEPS]
    assert len(set(overrides)) == len(overrides)


def test_every_alternative_of_the_grammar_has_a_sample() -> None:
    """Each of its lines is given a name of its own, which some sample's tree must have; so must each word."""
    lines = (GRAMMAR / "override.lark").read_text().splitlines()
    names = []
    for number, line in enumerate(lines):
        if re.match(r"(\??[a-z]\w*\s*:|\s+\|)", line):
            names.append(f"line_{number}")
            lines[number] = re.sub(r"\s(->.*|//.*)", f" -> line_{number}", line, count=1)
    source = str(GRAMMAR / "override.lark")
    parser = Lark("\n".join(lines), parser="lalr", start="override", source_path=source, keep_all_tokens=True)
    words = [word for line, _ in SWEEPS for word in shlex.split(line) if re.match(r"[^-=\s]+=|@", word)]
    trees = [parser.parse(override) for override in [override for override, _ in RUNS] + words]
    found = {subtree.data for tree in trees for subtree in tree.iter_subtrees()}
    types = {token.type for tree in trees for token in tree.scan_values(lambda token: isinstance(token, Token))}
    assert len(names) > 15
    assert {terminal.name for terminal in parser.terminals} <= types
    assert [lines[int(name[5:])] for name in names if name not in found] == []


def called() -> Iterator[str]:
    for override, _ in RUNS + REFUSED:
        try:
            tree = parser.parse(override)
        except OverrideError:
            continue
        for call in tree.find_data("call"):
            assert isinstance(call.children[0], Token)
            yield call.children[0].value


def test_every_function_has_a_sample() -> None:
    assert set(FUNCTIONS) <= set(called())
    headings = "".join(re.findall(r"^###? .*", REFERENCE, re.MULTILINE))
    assert [name for name in FUNCTIONS if f"{name}(" not in headings] == []


def test_python() -> None:
    for block in re.findall(r"^```python\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL):
        example = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
        report: list[str] = []
        result = doctest.DocTestRunner().run(example, out=report.append)
        assert result.failed == 0, "".join(report)
        assert result.attempted > 1
