"""What Heracles says to common mistakes, word for word, and that anything at all gets an answer."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import OverrideError, strategies
from heracles.syntax import MAX_DEPTH

CORPUS = Path(__file__).parent / "corpus" / "mistakes.txt"
MISTAKES = [block.split("\n", 1) for block in CORPUS.read_text().rstrip("\n").split("\n\n")[1:]]


@pytest.mark.parametrize(("override", "answer"), MISTAKES, ids=[override for override, _ in MISTAKES])
def test_mistake(override: str, answer: str) -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse([override])
    assert str(caught.value) == answer
    assert caught.value.source == override
    assert answer.startswith(caught.value.message)


def test_there_are_many_mistakes() -> None:
    assert len({override for override, _ in MISTAKES}) == len(MISTAKES) >= 40


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
    program = Path(__file__).with_name("extremes.py")
    result = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert (result.stderr, result.returncode) == ("", 0)
    assert int(result.stdout) > 500
