"""Text that fits a number of terminal columns: cut, packed and padded."""

from collections.abc import Iterable, Iterator, Sequence

from heracles.text import columns

__all__ = ["cut", "fits", "listing", "packed", "padded", "shortened", "start"]


def listing(items: Sequence[str]) -> list[str]:
    """Return the items, with a comma after each but the last."""
    return [f"{item}," if place < len(items) - 1 else item for place, item in enumerate(items)]


def packed(items: Iterable[str], width: int | None, gap: int = 1) -> Iterator[list[str]]:
    """Yield the items of each line, as many as fit; one that is wider than a line is cut.

    Args:
        items: The items.
        width: The columns of a line; None for one line.
        gap: The columns between two items.

    """
    line: list[str] = []
    used = 0
    for item in (cut(item, width) for item in items):
        wide = columns(item)
        if line and width is not None and used + gap + wide > width:
            yield line
            line, used = [], 0
        used += wide + (gap if line else 0)
        line.append(item)
    if line:
        yield line


def padded(text: str, width: int) -> str:
    """Return the text with spaces after it, `width` columns wide."""
    return text + " " * (width - columns(text))


def fits(text: str, width: int | None) -> bool:
    """Return whether the text takes at most `width` columns; None for any number of them."""
    return width is None or len(start(text, width)) == len(text)


def start(text: str, width: int) -> str:
    """Return as much of the text's start as fits."""
    if text.isascii():
        return text[: max(0, width)]
    used = 0
    for place, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:place]
    return text


def cut(text: str, width: int | None) -> str:
    """Return the text, with … in the place of an end that does not fit."""
    return text if width is None or fits(text, width) else f"{start(text, width - 1)}…"


def shortened(text: str, width: int | None) -> str:
    """Return the text, with … in the place of a middle that does not fit: names and paths differ at their ends."""
    if width is None or fits(text, width):
        return text
    after = width // 2
    return f"{start(text, width - 1 - after)}…{start(text[::-1], after)[::-1]}"
