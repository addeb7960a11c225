"""What Heracles says to common mistakes, word for word, and that anything at all gets an answer."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import GOLDEN, ROOT, parsed

import heracles
from heracles import HeraclesError, OverrideError, strategies
from heracles.language.parser import MAX_DEPTH


def golden(name: str) -> list[list[str]]:
    return [block.split("\n", 1) for block in (GOLDEN / name).read_text().rstrip("\n").split("\n\n")[1:]]


MISTAKES, SWEEP_MISTAKES = golden("mistakes.txt"), golden("sweep_mistakes.txt")


@pytest.mark.parametrize(("override", "answer"), MISTAKES, ids=[override for override, _ in MISTAKES])
def test_mistake(override: str, answer: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override])
    assert str(caught.value) == answer
    assert caught.value.source == override
    assert answer.startswith(caught.value.message)


def test_there_are_many_mistakes() -> None:
    assert len({override for override, _ in MISTAKES}) == len(MISTAKES) >= 40


@pytest.mark.parametrize(("words", "answer"), SWEEP_MISTAKES, ids=[words for words, _ in SWEEP_MISTAKES])
def test_mistake_in_a_sweep(words: str, answer: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        parsed(words)
    assert str(caught.value) == answer
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ({"exclude": [" "]}, "this rule is empty: write which runs it is about, KEY=VALUE\n   \n  ^"),
        ({"where": [""]}, "this rule is empty: write an expression, such as 'lr < 0.1'\n  \n  ^"),
        ({"where": ["lr <\n\n'a"]}, "this quote is never closed: expected another '\n  'a\n  ^"),
    ],
)
def test_empty_rules(rules: dict[str, list[str]], answer: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["lr=1,2"], **rules)  # type: ignore[call-overload]
    assert str(caught.value) == answer


@pytest.mark.parametrize("name", ["overrides", "cases", "exclude", "where"])
def test_one_string_is_no_sequence_of_strings(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^parse\(\) takes a sequence of {name}, not one string$"):
        heracles.parse(**{"overrides": ["a=1"], name: "a=1"})  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("override", "answer"),
    [
        ("", "an override is empty: write key=value\n  \n  ^"),
        ("a=x\0y", "a NUL character cannot be passed to a program\n  a=x\\x00y\n     ^^^^"),
        ("a=x\ny", "'\\n' can only stand inside quotes\n  a=x\n     ^"),
        ("a='\n',\x1b", "'\\x1b' can only stand inside quotes\n  ',\\x1b\n    ^^^^"),
        ("a=\u00a0x", "'\\xa0' can only stand inside quotes\n  a=\\xa0x\n    ^^^^"),
        (
            "a='日本語',é'",
            "a quote cannot stand inside an unquoted value: quote the whole value\n  a='日本語',é'\n" + " " * 14 + "^",
        ),
    ],
)
def test_mistakes_with_odd_characters(override: str, answer: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override])
    assert str(caught.value) == answer


def test_a_long_override_is_shown_in_part() -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["a=" + "x" * 10**6 + "'" + "y" * 100])
    assert str(caught.value) == (
        "a quote cannot stand inside an unquoted value: quote the whole value\n"
        f"  …{'x' * 48}'{'y' * 23}…\n"
        f"   {' ' * 48}^"
    )


@pytest.mark.parametrize("bracket", ["[", "{a:", "f("])
def test_deep_brackets(bracket: str) -> None:
    with pytest.raises(OverrideError, match="nest more than 500 deep"):
        heracles.parse(["a=" + bracket * 10_000])
    with pytest.raises(OverrideError, match="never closed"):
        heracles.parse(["a=" + bracket * MAX_DEPTH])


def test_deep_lists_work_up_to_the_limit() -> None:
    override = "a=" + "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert heracles.parse([override])[0] == (override,)
    assert heracles.parse([f"a={'[1],' * 2 * MAX_DEPTH}[2]"]).size == 2 * MAX_DEPTH + 1


def test_long_values_work() -> None:
    override = f"a='{'x' * 10**6}'"
    assert heracles.parse([override])[0] == (override,)
    assert heracles.parse(["a=" + ",".join(map(str, range(20_000)))]).size == 20_000
    digits = "9" * 5000
    assert heracles.parse([f"a={digits}"])[0] == (f"a={digits}",)
    with pytest.raises(OverrideError, match="this number has too many digits"):
        heracles.parse([f"a=range({digits})"])


@given(st.lists(strategies.texts(), max_size=3))
def test_any_text_is_a_sweep_or_an_error_with_a_place(texts: list[str]) -> None:
    try:
        sweep = heracles.parse(texts)
    except OverrideError as error:
        assert error.source in texts
        assert error.span is not None
        start, end = error.span
        assert 0 <= start <= end <= len(error.source)
        lines = str(error).split("\n")
        assert lines[-1].strip(" ") == "^" * lines[-1].count("^") != ""
        assert len(lines) == 3
        assert lines[-2].isprintable()
    else:
        assert sweep.size >= 0


def test_extremes_are_answered_with_little_memory_and_time() -> None:
    program = ROOT / "tests" / "laws" / "extremes.py"
    result = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert (result.stderr, result.returncode) == ("", 0)
    assert int(result.stdout) > 500


RARER = {
    "this '(' is never closed: expected ')'": ["a=range «(»1", "a=f«(»g(1)", "a=f«(»x="],
    "expected ']' to close the '[', found ')'": ["a=[1  «)»"],
    "expected ')' to close the '(', found ']'": ["a=f(1 2  «]»"],
    "expected a comma or ')'": ["a=f($« »", "a=f(b« »'c'"],
    "expected a comma or ']'": ["a=[.« »", "a=[1 b« »'c'", "a=[b« »{c:1}]"],
    "expected a dict key or '}'": ["a={«~»", "a={«:»1}", "a={«[»1]:2}"],
    "expected a comma or the end of the override": ["a=__randseed__«(»x)"],
    "expected a value": ["a=f(x=«)»", "a={b:«}»"],
    "expected the end of the override": ['a="x" «X»]', "a=__randseed__ «x»", 'a="x" «y»'],
    "this '{' is never closed: expected '}'": ["a={b:1}, «{»", "a=«{»b:{c:1}, d"],
    "expected a dict's key before this comma": ["a={«,»"],
    "expected a dict's key after this comma": ["a={b:1«,»"],
    "expected a value after this comma": ["a=[1«,»", "a=f(1«,»", "a=1«,»]", "a=[b,'c'«,»]", "a=b«,» ,c", "a=b«,»,"],
    "expected a value after the last comma; if a space follows the comma, quote the whole override": ["a=[1]«,»"],
    "this interpolation is never closed: expected '}'": ["a=${b}«${»", "a=x«${»b,c"],
    "this interpolation is empty: expected a name between the braces": ["a=${b},x«${»}"],
    "nothing is open that this '}' could close": ["a=${a}«}»", "a=${b},x${c}«}»", "a=1«}»", "a=${b}-x«}»"],
    "an interpolation inside another one needs quotes around the whole value": [
        "a=x«${b:${c}}»y",
        "a=[«${b:${c}}»]",
        "a=${b},«${c:${d}}»",
        "a=«${b:${c},x}»",
        "a={k:«${b:${c}}}»",
        "a=${b:${c},«${d:${e}}»",
    ],
    "Hydra refuses extend_list() for a key with '+': write k=": ["+k=«extend_list(1)»"],
    "Hydra refuses extend_list() for a key with '++': write a.b=": ["++a.b=1,«extend_list(1)»"],
    "Hydra refuses extend_list() for a key with '~': write k=": ["~k=«extend_list()»"],
    "a typographic quote does not quote: use ' or \"": [
        "a='x',«\u201c»y\u201d",
        "a=«\u2018»x",
        "a=x«\u2019»",
        "a=x«\u201d»",
        "a=${b},${c}«\u201d»",
    ],
    "expected ']' to close the '[', found '}'": ["a=[1«}»", "a=[[1«}»]", "a={b:[1,2«}»"],
    "expected '}' to close the '{', found ']'": ["a={b:1«]»"],
    "expected ')' to close the '(', found '}'": ["a=f(1«}»"],
    "expected ')__' after the number of seeds, as in __randseed(90)__": ["a=__randseed(5«}»", "a=__randseed(5« »)x"],
    "did you mean __randseed(N)__, __randperm(N)__ or __run(N)__?": ["a=«__foo»(1)__", "a=f(«__x»(1"],
    "nothing can follow the closing ')' but a comma or the end": ["a=f(1)«g»(2)"],
    "nothing can follow the closing ']' but a comma or the end": ["a=[1]«X»", "a=[1]«[»2]"],
    "nothing can follow the closing '}' but a comma or the end": ["a={b:1}«x»"],
    "a quoted value ends at its closing quote: expected a comma or the end": [
        "a='x'«$»{b",
        'a="x"«X»',
        "a='x'«y»",
        "a='x'«[»1]",
    ],
    "'{' cannot stand inside an unquoted value: quote the value, or write '\\{'": ["a=x«{»b}"],
    "'[' cannot stand inside an unquoted value: quote the value, or write '\\['": ["a=b «[»1]"],
    "an override is empty: write key=value": ["«\t »", "« »"],
    "expected '=' and a value after the key": ["+«»", "~«1»", "a@«»", "a@b«»", "a«:»b", r"a\=b«»", r"a\=«»"],
    "a key has no spaces in it or around it": ["a«\t»=1", "a« »b:c=1"],
    "a key has no quotes: quote the value alone, key='a b'": ['a«"»b=1'],
    "a key cannot have '.' here: expected names joined by '.' or '/'": ["a«.»=1"],
    "'\\n' can only stand inside quotes": ["a=b«\n»"],
    "'\\u3000' can only stand inside quotes": ["a=b«\u3000»c"],
    "'\\ufeff' can only stand inside quotes": ["a=b«\ufeff»"],
    "'\\x7f' can only stand inside quotes": ["a=b«\x7f»"],
    "'\\u2029' can only stand inside quotes": ["a=[b«\u2029»]"],
    "'`' can only stand inside quotes": ["a=«`»`", "a=${b},${c}«`»"],
    "expected a value before this comma": ["a= «,»b", "a=f( «,»b", "a={b:«,»c:1}", "a=f(x=«,»y=1)"],
    "this '[' is never closed: expected ']'": ["a=«[»1,2", "a=[1,«[»2", "a=[1],«[»2"],
    "this quote is never closed: expected another ' at the end of the value": ["a=«'»x\\'", "a={b:«'»x}", "a='a',«'»b"],
    'this quote is never closed: expected another " at the end of the value': ['a=[«"»x,1]'],
    "nothing is open that this ')' could close": ["a=f(1)«)»", "a=1«)»"],
    "nothing is open that this ']' could close": ["a=[1]«]»", "a=__randseed(5)__«]»"],
    "an argument without a name cannot follow one with a name": ["a=f(1,x=2,«3»)"],
    "expected ':' and a value after the dict's key": ["a={b«,»c:1}", "a={b c«}»", "a={1:2,b«}»", "a={b« »'c'}"],
    "expected a dict key": ["a={b:1,«:»2}"],
    "a key cannot have 'b' here: expected names joined by '.' or '/'": ["a[0]«b»=1"],
    "'(' cannot stand inside an unquoted value: quote the value, or write '\\('": ["a=$«(»ls)"],
    "a value cannot begin with '(': a list is written [1,2], and text with parentheses is quoted": [
        "a=[«(»1)]",
        "a={b:«(»1)}",
        "a=f(«(»1)",
        "a=__x,«(»1",
        "a={__x:«(»1)}",
    ],
    "a quote cannot stand inside an unquoted value: quote the whole value": ['a=x«"»y"', "a=1 «'»x'"],
    "a dict's key is written without quotes": ["a={«'»b':1", 'a={b:1,«"»c":2}'],
    "the number of seeds must be 1 or more": ["a=__randseed(«-99999999999»)__", "a=x,__randseed(«+0»)__"],
    "there are only 2,147,483,648 seeds that do not repeat": [
        "a=__randseed(«2147483649»)__",
        "a=x,__randseed(«99999999999»)__",
    ],
    "a list or dict cannot hold a sweep: write whole lists, as in [1,2],[3,4]": ["a=x,[b, «range(2)»]"],
    "extend_list() cannot be in a list: Hydra reads it as a whole": ["a={k: «extend_list(1)»}"],
}


@pytest.mark.parametrize(("marked", "message"), [(marked, message) for message in RARER for marked in RARER[message]])
def test_rarer_mistakes(marked: str, message: str) -> None:
    """Between « and » is what the carets stand under."""
    override = marked.replace("«", "").replace("»", "")
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override])
    assert caught.value.message == message
    assert caught.value.span == (marked.index("«"), marked.index("»") - 1)


@pytest.mark.parametrize(
    ("override", "answer"),
    [
        ("\0a=1", "a NUL character cannot be passed to a program\n  \\x00a=1\n  ^^^^"),
        ("a\x1b=1", "a key cannot have '\\x1b' here: expected names joined by '.' or '/'\n  a\\x1b=1\n   ^^^^"),
    ],
)
def test_a_key_with_an_odd_character(override: str, answer: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override])
    assert str(caught.value) == answer


def test_bracket_depth_is_that_of_brackets_and_not_of_quoted_ones() -> None:
    many = "[{(" * MAX_DEPTH
    assert heracles.parse([f"a='{many}',[{'[],' * MAX_DEPTH}1]"]).size == 2
    assert heracles.parse([f"a={'[' * MAX_DEPTH}{']' * MAX_DEPTH},[1]"]).size == 2
    with pytest.raises(OverrideError) as caught:
        heracles.parse([f"a='(',{'[' * (MAX_DEPTH + 1)}{']' * (MAX_DEPTH + 1)}"])
    assert caught.value.message == "brackets nest more than 500 deep"
    assert caught.value.span == (6 + MAX_DEPTH, 7 + MAX_DEPTH)
    deepest = "[" * (MAX_DEPTH - 2) + "{a:choice(1)}" + "]" * (MAX_DEPTH - 2)
    with pytest.raises(OverrideError, match="cannot hold a sweep"):
        heracles.parse([f"a={deepest}"])
    with pytest.raises(OverrideError, match="nest more"):
        heracles.parse([f"a=[{deepest}]"])
