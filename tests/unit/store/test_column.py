"""A column holds what a list holds, in as few bytes as its largest number needs."""

from hypothesis import given
from hypothesis import strategies as st

from heracles.store.column import Column

NUMBERS = st.one_of(st.integers(0, 300), st.sampled_from([2**16 - 1, 2**16, 2**32 - 1, 2**32, 2**64 - 1]))


@given(st.integers(0, 9), NUMBERS, st.lists(st.tuples(st.integers(0, 8), NUMBERS)), st.integers(0, 5))
def test_a_column_is_a_list_of_numbers(size: int, most: int, changes: list[tuple[int, int]], more: int) -> None:
    column, plain = Column(size, most), [0] * size
    for place, number in changes:
        if place < size:
            column[place] = plain[place] = number
            most = max(most, number)
    assert list(column) == plain
    column.grow(more)
    plain += [0] * more
    assert (list(column), len(column)) == (plain, size + more)
    width = column.numbers.itemsize
    assert most < 256**width
    assert width == 1 or most >= 256 ** (width // 2)


@given(st.lists(NUMBERS, min_size=3, max_size=9), st.sampled_from([1, 2, -1, -2]), NUMBERS)
def test_ranges_of_places(plain: list[int], step: int, number: int) -> None:
    column = Column(len(plain))
    column.assign(range(len(plain)), plain)
    places = range(len(plain))[::step]
    assert list(column[places]) == plain[::step]
    column.assign(places, [number] * len(places))
    assert list(column) == [number if place in places else each for place, each in enumerate(plain)]
