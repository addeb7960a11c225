"""The quoting of words: as short as it can be, and read back by the shells that it is for."""

import shlex
import string
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.shell import quoting

WORDS = st.one_of(
    st.text(st.sampled_from("ab~=' \"$`\\!\n\t\x01\x7f\u201c\u2032é*"), max_size=12),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)


def read_by_bash(quoted: list[str]) -> list[str]:
    """Give the words of an array, where bash alone has quirks of its own."""
    lines = f"words=({' '.join(quoted)})\nprintf '%s\\0' \"${{words[@]}}\"\n"
    result = subprocess.run(["bash"], input=lines.encode(), capture_output=True, check=True)
    assert result.stderr == b""
    return result.stdout.decode().split("\0")[:-1]


@given(WORDS)
def test_a_posix_word_is_read_back(word: str) -> None:
    assert shlex.split(quoting.quote(word)) == [word]


@pytest.mark.parametrize("character", [chr(code) for code in range(1, 128)])
def test_a_posix_word_has_quotes_where_it_needs_them(character: str) -> None:
    safe = string.ascii_letters + string.digits + "@%+=:,./_-"
    assert (quoting.quote(f"a{character}") == f"a{character}") == (character in safe)
    assert (quoting.quote(character) == character) == (character in safe and character != "=")
    assert quoting.quote(f"it's{character}")[0] == ("'" if character in '"$`\\!' else '"')


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("", "''"),
        ("lr=0.1", "lr=0.1"),
        ("=ls", "'=ls'"),
        ("a b", "'a b'"),
        ("$HOME", "'$HOME'"),
        ("it's", '"it\'s"'),
        ("it's $5", "'it'\\''s $5'"),
        ("''!", "''\\'''\\''!'"),
        ("é", "'é'"),
        ("a\nb", "'a\nb'"),
    ],
)
def test_posix_words(word: str, quoted: str) -> None:
    assert quoting.quote(word) == quoted


@pytest.mark.parametrize(
    ("word", "escaped"),
    [
        ("", "$''"),
        ("X", "$'X'"),
        (" ~\x7f\x1f", "$' ~\\177\\037'"),
        ("'\\!", "$'\\'\\\\\\041'"),
        ("b\udcff", "$'b\\377'"),
    ],
)
def test_escaped_words(word: str, escaped: str) -> None:
    assert quoting.escaped(word) == escaped


@given(WORDS)
def test_a_shown_word_is_printable(word: str) -> None:
    assert quoting.shown(word).isprintable()
    assert quoting.shown(word) == (quoting.quote(word) if word.isprintable() else quoting.escaped(word))


@given(st.lists(WORDS, min_size=1, max_size=40))
def test_bash_reads_escaped_words_back(words: list[str]) -> None:
    assert read_by_bash(list(map(quoting.escaped, words))) == words
