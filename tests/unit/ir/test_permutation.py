"""Laws of the permutation that seeds are drawn from."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.ir.permutation import Permutation


@given(st.integers(1, 3000), st.text(max_size=5))
def test_it_is_a_permutation(size: int, key: str) -> None:
    permutation = Permutation(size, key)
    assert sorted(map(permutation, range(size))) == list(range(size))


@given(st.integers(1, 2**62), st.text(max_size=5), st.data())
def test_images_are_in_range_and_differ(size: int, key: str, data: st.DataObject) -> None:
    permutation = Permutation(size, key)
    indices = data.draw(st.lists(st.integers(0, size - 1), unique=True, max_size=20))
    images = [permutation(index) for index in indices]
    assert all(0 <= image < size for image in images)
    assert len(set(images)) == len(images)


def test_every_order_of_a_few_is_reached_about_as_often() -> None:
    orders: dict[tuple[int, ...], int] = {}
    for key in range(2400):
        order = tuple(map(Permutation(4, str(key)), range(4)))
        orders[order] = orders.get(order, 0) + 1
    assert len(orders) == 24
    assert max(orders.values()) < 3 * min(orders.values())


def test_images_are_spread_evenly() -> None:
    """Pearson's statistic of 40,000 images of neighbours in 256 bins, and of their differences."""
    permutation = Permutation(2**31, "0")
    images = [permutation(index) for index in range(40_000)]
    for numbers in (images, [(b - a) % 2**31 for a, b in itertools.pairwise(images)]):
        for shift in (23, 0):
            bins = [0] * 256
            for number in numbers:
                bins[number >> shift & 255] += 1
            expected = len(numbers) / 256
            statistic = sum((count - expected) ** 2 / expected for count in bins)
            assert 150 < statistic < 380, (shift, statistic)


@pytest.mark.parametrize("size", [2**bits + more for bits in range(1, 11) for more in (-1, 0, 1)])
def test_it_is_one_about_each_power_of_two(size: int) -> None:
    assert sorted(map(Permutation(size, "k"), range(size))) == list(range(size))


def test_a_key_may_have_what_no_utf8_has() -> None:
    """As from a word of the command line that is no UTF-8."""
    assert [Permutation(9, key)(0) for key in ("a\udcff", "a\udcfe")] == [5, 2]


def test_images_do_not_change_from_version_to_version() -> None:
    images = {size: [Permutation(size, "k")(index) for index in range(size)] for size in (1, 2, 3, 4, 5, 8, 9)}
    assert images == {
        1: [0],
        2: [1, 0],
        3: [1, 2, 0],
        4: [1, 2, 3, 0],
        5: [4, 2, 1, 0, 3],
        8: [6, 2, 1, 0, 7, 5, 4, 3],
        9: [5, 0, 7, 2, 4, 6, 3, 1, 8],
    }
    assert [Permutation(2, str(key))(0) for key in range(16)] == [0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1]
    far = [Permutation(2**62, "k")(index) for index in (0, 1, 2**62 - 1)]
    assert far == [2186477759770361695, 49305771855420751, 885934997803630424]
