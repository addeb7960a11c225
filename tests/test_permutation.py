"""Laws of the permutation behind seeds."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from heracles.permutation import Permutation


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
