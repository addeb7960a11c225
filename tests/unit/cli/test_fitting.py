"""Text that fits: nothing is wider than it may be, and nothing is cut that fits."""

from hypothesis import given
from hypothesis import strategies as st

from heracles.cli.views.fitting import cut, fits, listing, packed, padded, shortened, start
from heracles.text import columns

TEXTS = st.one_of(st.text("abc /", max_size=40), st.text("日本ｗa\u0301", max_size=20))
WIDTHS = st.integers(1, 30)


@given(TEXTS, WIDTHS)
def test_cut_text_fits(text: str, width: int) -> None:
    for cutting in (cut, shortened):
        shown = cutting(text, width)
        assert columns(shown) <= width
        assert (shown == text) == fits(text, width) or "…" in text
        assert cutting(text, None) == text
    assert text.startswith(cut(text, width).removesuffix("…"))
    assert columns(start(text, width)) <= width


@given(TEXTS, WIDTHS)
def test_a_shortened_text_keeps_both_ends(text: str, width: int) -> None:
    before, mark, after = shortened(text, width).partition("…")
    assert text.startswith(before) and (not mark or text.endswith(after))


@given(TEXTS, st.integers(40, 60))
def test_padded_text_is_as_wide_as_wanted(text: str, width: int) -> None:
    assert padded(text, width).startswith(text)
    assert columns(padded(text, width)) == max(width, columns(text))


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=12), st.integers(9, 30), st.integers(1, 3))
def test_packed_items_are_all_there_and_no_line_has_room_for_one_more(items: list[str], width: int, gap: int) -> None:
    lines = list(packed(items, width, gap))
    assert [item for line in lines for item in line] == items
    lengths = [len((" " * gap).join(line)) for line in lines]
    assert all(length <= width for length in lengths)
    for length, following in zip(lengths, lines[1:], strict=False):
        assert length + gap + len(following[0]) > width
    assert list(packed(items, None)) == ([items] if items else [])


def test_a_listing() -> None:
    assert [listing([]), listing(["a"]), listing(["a", "b", "c"])] == [[], ["a"], ["a,", "b,", "c"]]
