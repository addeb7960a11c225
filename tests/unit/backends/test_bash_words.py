"""Words of bash scripts: as short as they can be, read back by bash, and nothing that shellcheck would ask about."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.backends import bash_words

WORDS = st.one_of(
    st.text(st.sampled_from("ab~=' \"$`\\!\n\t\x01\x7f\u201c\u2032é*"), max_size=12),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)


def printed(script: str) -> list[str]:
    """Return the texts, each with a NUL after it, that a script of bash prints."""
    result = subprocess.run(["bash"], input=script.encode(), capture_output=True, check=True)
    assert result.stderr == b""
    return result.stdout.decode().split("\0")[:-1]


def read_by_bash(quoted: list[str]) -> list[str]:
    """Return the words of an array, where bash alone has quirks of its own."""
    return printed(f"words=({' '.join(quoted)})\nprintf '%s\\0' \"${{words[@]}}\"\n")


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("", '""'),
        ("0.1", "0.1"),
        ("Az09@%+:./_-", "Az09@%+:./_-"),
        ("lr=0.1", '"lr=0.1"'),
        ("a b", '"a b"'),
        ("it's", '"it\'s"'),
        ('a"$b`c\\d', '"a\\"\\$b\\`c\\\\d"'),
        ("a!", "$'a\\041'"),
        ("é$", "$'\\303\\251$'"),
        ("~", '"~"'),
        ("~a", '"~"a'),
        ("~/x", '"~"/x'),
        ("~a=b", '"~""a=b"'),
        ("~'\n", "$'~\\'\\012'"),
        ("a~b", '"a~b"'),
        ("é", '"é"'),
        ("\x01a\n\\'\x7f", "$'\\001a\\012\\\\\\'\\177'"),
        ("\u201cx\u201d", "$'\\342\\200\\234x\\342\\200\\235'"),
        ("\u2018", "$'\\342\\200\\230'"),
        ("\u201f", "$'\\342\\200\\237'"),
        ("\u2017", '"\u2017"'),
        ("\u2020", '"\u2020"'),
        ("5\u2032 6\u2037", "$'5\\342\\200\\262 6\\342\\200\\267'"),
        ("\u2031", '"\u2031"'),
        ("\u2038", '"\u2038"'),
        ("\x1f", "$'\\037'"),
        (" ", '" "'),
    ],
)
def test_words_of_bash(word: str, quoted: str) -> None:
    assert bash_words.quote(word) == quoted
    assert read_by_bash([quoted]) == [word]


@given(st.lists(WORDS, min_size=1, max_size=40))
def test_bash_reads_its_words_back_from_one_line(words: list[str]) -> None:
    quoted = list(map(bash_words.quote, words))
    assert not any(set(word) & set(map(chr, [*range(32), 127])) for word in quoted)
    assert read_by_bash(quoted) == words


@given(st.lists(WORDS.filter(lambda text: not any(c in text for c in "\x01\x7f")), min_size=1, max_size=40))
def test_literal_text_stands_between_double_quotes(texts: list[str]) -> None:
    assert read_by_bash([f'"{bash_words.literal(text)}"' for text in texts]) == texts
    assert bash_words.literal("a$b") == r"a\$b"


@given(st.lists(WORDS, max_size=60))
def test_an_array_has_its_words_on_short_lines(words: list[str]) -> None:
    quoted = list(map(bash_words.quote, words))
    lines = bash_words.array("words", quoted)
    assert printed("\n".join([*lines, 'printf "%s\\0" "${words[@]}" end'])) == [*words, "end"]
    longest = max(map(len, quoted), default=0)
    assert all(len(line) <= max(100, longest + 4) for line in lines)
    assert len(lines) <= 2 + len(quoted)


@given(st.integers(0, 50), st.integers(1, 20), st.integers(1, 9))
def test_braces_are_a_range_of_numbers(first: int, size: int, step: int) -> None:
    numbers = range(first, first + size * step, step)
    word = bash_words.braces(numbers)
    assert read_by_bash([word]) == list(map(str, numbers))
