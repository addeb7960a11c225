"""The grammar files: that each production is what its sample says, is used, and is what the code expects."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import lark
import pytest
from lark import Lark
from lark.grammar import Rule
from support import ROOT

from heracles import lean
from heracles.errors import OverrideError
from heracles.language import expressions, front_end, loader, lowering, parser, saving

GRAMMAR = ROOT / "grammar"


def productions(file: str = "override.lark") -> list[tuple[str, str, str]]:
    """Return (rule or alias, rule it is a form of, sample) for each sample of a production in a file."""
    found = []
    rule = ""
    for line in (GRAMMAR / file).read_text().partition("// ---- words")[0].splitlines():
        match = re.fullmatch(r"(?:\??(\w+)\s*:|\s+\|)\s*(.*?)(?:-> (\w+)\s*)?//\s(.*)", line)
        if match:
            rule = match[1] or rule
            found += [(match[3] or rule, rule, sample) for sample in re.split(r"\s{3,}", match[4])]
    return found


def terminals(file: str = "terminals.lark") -> list[tuple[str, str]]:
    """Return (terminal, sample) for each sample of a terminal in a file."""
    found = []
    for line in (GRAMMAR / file).read_text().splitlines():
        match = re.fullmatch(r"(\w+)(?:\.\d)?\s*:.*//\s(?!the |at )(.*)", line)
        if match:
            found += [(match[1], sample) for sample in re.split(r"\s{3,}", match[2])]
    return found


WHOLE = {
    "override": "{}",
    "key": "{}=1",
    "flag": "{}=1",
    "_subject": "{}=1",
    "value": "a={}",
    "element": "a={}",
    "pair": "a={{{}}}",
    "argument": "a=f({})",
    "member": "a=zip({},b=[1])",
}


@pytest.mark.parametrize(("name", "rule", "sample"), productions())
def test_each_sample_parses_as_its_production(name: str, rule: str, sample: str) -> None:
    tree = parser.parse(WHOLE[rule].format(sample))
    names = {subtree.data for subtree in tree.iter_subtrees()}
    assert name in names or (name, rule) in {("_subject", "_subject"), ("argument", "argument")}


@pytest.mark.parametrize(("name", "rule", "sample"), productions("expression.lark"))
def test_each_sample_of_an_expression_parses_as_its_production(name: str, rule: str, sample: str) -> None:
    tree = loader.parser("expression").parse(sample)
    assert name == rule or name in {subtree.data for subtree in tree.iter_subtrees()}


@pytest.mark.parametrize(("name", "sample"), terminals("expression.lark"))
def test_each_sample_is_a_word_of_an_expression(name: str, sample: str) -> None:
    patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in loader.built("expression").terminals}
    assert re.fullmatch(patterns[name], sample)


@pytest.mark.parametrize(("name", "sample"), terminals())
def test_each_sample_is_a_word_of_its_terminal(name: str, sample: str) -> None:
    patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in built().terminals}
    if name in patterns:
        assert re.fullmatch(patterns[name], sample)
    else:  # a part of other terminals
        source = (GRAMMAR / "terminals.lark").read_text()
        alone = Lark(f"start: {name}\n{source}", keep_all_tokens=True)
        assert alone.parse(sample).children[0] == sample


def test_every_production_has_a_sample() -> None:
    rules = {rule.alias or rule.origin.name for rule in built().rules if not rule.origin.name.startswith("__")}
    sampled = {name for name, _, _ in productions()}
    assert {name for name in rules if name not in ("override", "element")} <= sampled


def built() -> Lark:
    return loader.built()


@pytest.mark.parametrize(
    ("start", "transformer", "others"),
    [("override", lowering._Lowering, set()), ("expression", expressions._Compiler, {"truth"})],
)
def test_aliases_and_lowering_are_the_same_set(start: str, transformer: type, others: set[str]) -> None:
    made = set()
    for rule in loader.built(start).rules:
        assert isinstance(rule, Rule)
        hidden = rule.origin.name.startswith("_") or (rule.options.expand1 and not rule.alias)
        if not hidden:
            made.add(rule.alias or rule.origin.name)
    methods = {name for name in vars(transformer) if not name.startswith("_")}
    assert methods - others == made


def test_no_rule_and_no_terminal_is_unused() -> None:
    for files in (("terminals.lark", "override.lark"), ("expression.lark",)):
        texts = [(GRAMMAR / name).read_text() for name in files]
        whole = "".join(re.sub(r"\s//\s.*|^//.*|^%import.*", "", text, flags=re.MULTILINE) for text in texts)
        for name in re.findall(r"^\??(\w+)(?:\.\d)?\s*:", whole, re.MULTILINE):
            uses = len(re.findall(rf"(?<!-> )\b{name}\b", whole))
            assert uses > 1 or name in ("override", "expression"), name


def test_there_is_no_python_in_the_grammar() -> None:
    for path in GRAMMAR.glob("*.lark"):
        for rule in re.sub(r"//.*", "", path.read_text()).splitlines():
            assert not rule or re.match(r"\??\w+(\.-?\d)?\s*:|\s+\||%import \.|%ignore _SPACE$", rule), rule


def evaluated(text: str) -> dict[str, Any]:
    """Return the tables of a module's text."""
    module: dict[str, Any] = {}
    exec(text, module)  # noqa: S102 - our own text
    saved: dict[str, Any] = module["SAVED"]
    return saved


def saved_tables(start: str) -> dict[str, Any]:
    saved: dict[str, Any] = lean.load(f"{loader.TABLES[start]}:SAVED")
    return saved


def test_the_tables_are_those_of_the_grammar() -> None:
    for start in loader.TABLES:
        assert saved_tables(start)["made_of"][1] == loader.made_of(start)[1], "stale: run make tables"
        if saved_tables(start)["made_of"][0] == lark.__version__:
            saved = (ROOT / f"{loader.TABLES[start].replace('.', '/')}.py").read_text()
            assert saving.tables(start) == saved, "stale: run make tables"
    fresh = built()
    for name, rule, sample in productions():
        text = WHOLE[rule].format(sample)
        assert parser.parse(text) == fresh.parse(text), name


def test_without_fitting_tables_the_grammar_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lark, "__version__", "0")
    made = loader.parser.__wrapped__()
    assert made.parse("a=1,[2]") == parser.parse("a=1,[2]")
    assert isinstance(made, lark.Lark)
    assert {terminal.name for terminal in made.terminals} == {terminal.name for terminal in built().terminals}


def test_the_tables_of_expressions_are_those_of_the_grammar() -> None:
    fresh = loader.built("expression")
    for name, _, sample in productions("expression.lark"):
        assert loader.parser("expression").parse(sample) == fresh.parse(sample), name


@pytest.mark.parametrize("start", loader.TABLES)
def test_no_two_terminals_collide(start: str) -> None:
    """Lark's own strict check; the package that it needs slows every parser down, so it is kept in a folder apart."""
    folder = Path(sys.prefix) / "strict"
    code = (
        "import sys; sys.path.append(sys.argv[1]); import lark; from lark.lexer import has_interegular;"
        "assert has_interegular;"
        "lark.Lark.open_from_package('heracles.grammar', f'{sys.argv[2]}.lark', parser='lalr', start=sys.argv[2], "
        "strict=True)"
    )
    command = [sys.executable, "-c", code, str(folder), start]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_errors_of_lark_stay_inside() -> None:
    for text in ("a", "a=[", "a=f()", "a=\x00", "a={a:'}"):
        with pytest.raises(OverrideError) as caught:
            front_end.parse([text])
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_new_tables_are_used_without_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = saving.tables()
    new, saved = evaluated(text), saved_tables("override")
    assert new["made_of"] == loader.made_of()
    assert new.keys() == saved.keys()
    assert list(new) == sorted(new)
    assert text.endswith("}\n")
    fresh = built()
    monkeypatch.setattr(loader, "load", lambda name: new if name.endswith(":SAVED") else lean.load(name))
    monkeypatch.delattr(loader, "built")
    made = loader.parser.__wrapped__()
    for name, rule, sample in productions():
        assert made.parse(WHOLE[rule].format(sample)) == fresh.parse(WHOLE[rule].format(sample)), name


def test_a_grammar_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "get_data", lambda _, name: b"" if name == "terminals.lark" else b"x")
    with pytest.raises(ImportError) as caught:
        loader.made_of()
    assert str(caught.value) == "the grammar of heracles is not installed: run pip install on its folder"


@pytest.mark.parametrize("version", ["0", "99"])
def test_tables_of_another_lark_are_not_read(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "load", lambda _: {"made_of": [version, ""]})
    assert loader.parser.__wrapped__().parse("a=1,[2]") == parser.parse("a=1,[2]")
