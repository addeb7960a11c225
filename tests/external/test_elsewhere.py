"""The grammar without Heracles: the parsers that are generated from its files give the trees that Heracles works with.

One is Lark's own stand-alone parser, run by a Python that has no packages; the other is in JavaScript.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from support import CORPUS, GOLDEN, ROOT, need

from heracles import OverrideError
from heracles.language import loader, parser

HERE = Path(__file__).parent
GRAMMAR = ROOT / "grammar" / "override.lark"

TREES = "c3c5597e3c6e362707be0a1dea08f584"

REPAIRS = [  # of Lark.js 0.1.4
    # It knows the options of an older Lark only. Those that are newer make a parser, which is made by now.
    ('throw new ConfigurationError(format("Unknown options: %s", dict_keys(o)));', ""),
    # Where nothing but the end can follow, its lexer compiles a regular expression of no words with the flags "null".
    ("  yield [last_k, buffer];\n}", "  if (buffer.length) yield [last_k, buffer];\n}"),
]


def corpus() -> list[str]:
    rows = [row for name in ("hydra.jsonl", "more.jsonl") for row in (CORPUS / name).read_text().splitlines()]
    mistakes = (GOLDEN / "mistakes.txt").read_text().split("\n\n")[1:]
    return [json.loads(row)["text"] for row in rows] + [block.partition("\n")[0] for block in mistakes]


def characters() -> list[str]:
    """Return texts with characters that a language may read as spaces, letters or halves, and their neighbours."""
    spans = [(0, 0x300), (0x1680, 0x1690), (0x180E, 0x180F), (0x2000, 0x2070), (0x3000, 0x3010), (0xD7F0, 0xD810)]
    some = [code for span in spans for code in range(*span)] + [0xDFFF, 0xFEFF, 0xFFFE, 0x1F600, 0x10FFFF]
    places = ("a=%s", "a=x%sy", "a='%s'", "a=${%s}", "a={b%s:1}", "a%s=1", "--a%s=1")
    return [place % chr(code) for code in some for place in places]


TEXTS = [*corpus(), *characters(), "@rows.csv"]


@cache
def lark() -> Lark:
    return Lark.open(str(GRAMMAR), parser="lalr", start="override", maybe_placeholders=False)


@pytest.fixture(scope="module")
def trees() -> list[Any]:
    """What Lark itself gives for each of the texts."""
    return [answer(lark().parse, text) for text in TEXTS]


def answer(parse: Callable[[str], Tree[Token]], text: str) -> Any:
    try:
        return plain(parse(text))
    except (UnexpectedInput, OverrideError):
        return None


def plain(part: Tree[Token] | Token) -> list[Any]:
    if isinstance(part, Tree):
        return [part.data, [plain(child) for child in part.children]]
    return [part.type, part.value]


def generate(module: str, parser: Path, start: str = "override") -> None:
    grammar = GRAMMAR.with_name(f"{start}.lark")
    command: list[str | Path] = [sys.executable, "-m", module, "--start", start, "--out", parser, grammar]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def repair(parser: Path) -> None:
    source = parser.read_text(encoding="utf-8")
    for broken, repaired in REPAIRS:
        assert source.count(broken) == 1
        source = source.replace(broken, repaired)
    parser.write_text(source, encoding="utf-8")


def answers(*command: str | Path, texts: list[str] = TEXTS) -> list[Any]:
    """Run a program that parses the texts, all at once."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    result = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.split("\n")[:-1]]


def differences(found: list[Any], wanted: list[Any]) -> list[tuple[str, Any, Any]]:
    assert len(found) == len(wanted)
    return [all_three for all_three in zip(TEXTS, found, wanted, strict=True) if all_three[1] != all_three[2]]


def test_a_python_without_packages(trees: list[Any], tmp_path: Path) -> None:
    parser = tmp_path / "parser.py"
    generate("lark.tools.standalone", parser)
    found = answers(sys.executable, "-IS", HERE / "elsewhere" / "parse.py", parser)
    assert differences(found, trees) == []


def test_javascript(trees: list[Any], tmp_path: Path) -> None:
    need("node")
    parser = tmp_path / "parser.js"
    generate("larkjs", parser)
    repair(parser)
    found = answers("node", HERE / "elsewhere" / "parse.js", parser)
    assert differences(found, trees) == []


def expressions() -> list[str]:
    """Return expressions, and texts that are nearly some: all beginnings and ends of those."""
    source = (GRAMMAR.with_name("expression.lark")).read_text().partition("// ---- words")[0]
    samples = [sample for line in re.findall(r"\s//\s(.*)", source) for sample in re.split(r"\s{3,}", line)]
    longer = ["not (a.b == 'x' and -2 ** c <= 3) or d in [1, min(e, 2)]", "x if y else z if 1_0.5e3 % 2 else null"]
    whole = [sample for sample in samples if sample] + longer
    return whole + [part for text in whole for i in range(len(text)) for part in (text[:i], text[i:])]


def test_expressions_elsewhere(tmp_path: Path) -> None:
    need("node")
    texts = expressions()
    own = Lark.open(
        str(GRAMMAR.with_name("expression.lark")), parser="lalr", start="expression", maybe_placeholders=False
    )
    wanted = [answer(own.parse, text) for text in texts]
    assert wanted == [answer(loader.parser("expression").parse, text) for text in texts]
    generate("lark.tools.standalone", tmp_path / "parser.py", "expression")
    found = answers(sys.executable, "-IS", HERE / "elsewhere" / "parse.py", tmp_path / "parser.py", texts=texts)
    assert found == wanted
    generate("larkjs", tmp_path / "parser.js", "expression")
    repair(tmp_path / "parser.js")
    assert answers("node", HERE / "elsewhere" / "parse.js", tmp_path / "parser.js", texts=texts) == wanted


def test_heracles(trees: list[Any]) -> None:
    assert differences([answer(parser.parse, text) for text in TEXTS], trees) == []


def test_texts_keep_their_trees() -> None:
    """A digest of the trees that 0.1.0 gave to the corpus; calls of zip and expr were of functions that nobody had."""
    texts = [json.loads(row)["text"] for row in (CORPUS / "hydra.jsonl").read_text().splitlines()]
    found = [answer(lark().parse, text) for text in texts if "zip(" not in text and "expr(" not in text]
    assert blake2b(json.dumps(found).encode(), digest_size=16).hexdigest() == TREES


def test_what_heracles_adds_is_a_limit_to_the_depth() -> None:
    deep = "a=" + "[" * (parser.MAX_DEPTH + 1) + "]" * (parser.MAX_DEPTH + 1)
    assert lark().parse(deep)
    with pytest.raises(OverrideError, match="brackets nest more than 500 deep"):
        parser.parse(deep)


def test_the_texts_use_the_whole_grammar(trees: list[Any]) -> None:
    rules = {rule.alias or rule.origin.name for rule in lark().rules}
    words = {word.name for word in lark().terminals}
    hidden = {name for name in rules | words if name.startswith("_")} | {
        "element",
        "argument",
        "PLUS",
        "PLUS_PLUS",
        "TILDE",
    }
    assert names(trees) == (rules | words) - hidden


def names(trees: list[Any]) -> set[str]:
    """Return the names of the rules and the words in trees."""
    found = set()
    stack = [tree for tree in trees if tree]
    while stack:
        name, inside = stack.pop()
        found.add(name)
        stack += inside if isinstance(inside, list) else []
    return found
