"""Numbers, lists and widths, for people to read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.text import columns, counted, listed, printable, spelled

CHARACTERS = st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (10**30 - 1, ",".join(["999"] * 10)),
        (10**30, "about 10**30"),
        (2**10_000, "about 10**3010"),
    ],
)
def test_numbers(number: int, text: str) -> None:
    assert spelled(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1000, "1,000 runs"), (10**40, "about 10**40 runs")],
)
def test_counts(number: int, text: str) -> None:
    assert counted(number, "run") == text


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=12))
def test_a_list_is_cut_only_where_that_saves_something(items: list[str]) -> None:
    shown = listed(items).split(", ") if items else []
    if len(items) <= 6:
        assert shown == items
    else:
        assert shown == [*items[:4], "…", items[-1]]
        assert len(shown) < len(items)


@given(st.text(CHARACTERS))
def test_what_is_shown_is_one_line_and_says_all(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert not text.isprintable() or shown == text
    assert text.isprintable() or "\\" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\n\r", r"a\tb\n\r"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u200b", r"\u200b"),
        ("\U000e0001", r"\U000e0001"),
        ("é", "é"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable("\udcff") == r"\udcff"


@given(st.text(CHARACTERS), st.text(CHARACTERS))
def test_widths_add_up(one: str, other: str) -> None:
    assert columns(one + other) == columns(one) + columns(other)


@given(CHARACTERS)
def test_the_width_of_a_character(character: str) -> None:
    is_mark = unicodedata.category(character) in ("Mn", "Me")
    is_wide = unicodedata.east_asian_width(character) in ("W", "F")
    assert columns(character) == (not is_mark) + is_wide
