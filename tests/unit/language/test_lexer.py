"""The lexer: which terminals it compiles, and that it reads as Lark's own does."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.language import lexer, loader

CODE = """
import re
from heracles.language.parser import parse
compiled, compile_ = [], re.compile
re.compile = lambda text, flags=0: compiled.append(text) or compile_(text, flags)
parse("lr=0.1,0.01")
print(*(text.partition(">")[0].removeprefix("(?P<") for text in compiled if text.startswith("(?P<")))
"""


def test_a_terminal_is_compiled_once_and_only_where_a_text_may_have_it() -> None:
    result = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    compiled = result.stdout.split()
    assert len(compiled) == len(set(compiled))
    assert {"PATH", "_EQUAL", "BARE", "_COMMA"} <= set(compiled)
    assert {"FLAG", "ROWS", "QUOTED", "DICT_KEY", "ARGUMENT", "COUNT", *lexer._NEEDS}.isdisjoint(compiled)


@pytest.mark.parametrize("name", lexer._NEEDS)
@given(data=st.data())
def test_an_override_has_what_its_terminals_need(name: str, data: st.DataObject) -> None:
    (terminal,) = (terminal for terminal in loader.built().terminals if terminal.name == name)
    text = data.draw(st.from_regex(terminal.pattern.to_regexp()))
    assert any(need in text for need in lexer._NEEDS[name])


@pytest.mark.parametrize("start", loader.TABLES)
def test_no_word_of_the_grammar_is_also_what_a_pattern_of_its_priority_matches(start: str) -> None:
    """Lark's lexer tells these apart, and `LazyLexer` does not."""
    terminals = loader.built(start).terminals
    words = [terminal for terminal in terminals if terminal.pattern.type == "str"]
    for terminal in set(terminals) - set(words):
        matches = re.compile(terminal.pattern.to_regexp()).fullmatch
        assert [word for word in words if word.priority == terminal.priority and matches(word.pattern.value)] == []
