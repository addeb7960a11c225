"""Keyed permutations of the integers: seeds that never repeat, and shuffles that need no memory."""

try:  # as `random` does in the standard library: `hashlib` loads OpenSSL, which takes longer than all of this package
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - a Python that is built otherwise
    from hashlib import blake2b

__all__ = ["ROUNDS", "Permutation", "digest"]

ROUNDS = 4


def digest(text: str, size: int) -> bytes:
    """Return the BLAKE2b digest of a text, of so many bytes; surrogates are encoded too."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


class Permutation:
    """A permutation of `range(size)`, chosen by a key, that computes each image alone, in O(1).

    Each round adds a constant, multiplies by an odd one and folds the high half onto the low half, all modulo the
    next power of two: three bijections. An image that falls outside of `range(size)` is sent through again
    ("cycle walking": Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002). Every step fits a shell's
    signed 64-bit arithmetic, where the product wraps and is masked.

    Args:
        size: How many integers are permuted, up to 2**62.
        key: What chooses the permutation; the same key always chooses the same one.

    """

    __slots__ = ("constants", "mask", "shift", "size")

    def __init__(self, size: int, key: str) -> None:
        bits = (size - 1).bit_length()
        self.size = size
        self.mask = (1 << bits) - 1
        self.shift = max(1, bits // 2)  # a shift by 0 would fold every bit onto itself, which is no bijection
        bits_of_key = digest(key, 16 * ROUNDS)
        words = [int.from_bytes(bits_of_key[8 * i : 8 * i + 8], "big") & self.mask for i in range(2 * ROUNDS)]
        self.constants = tuple((words[2 * i], words[2 * i + 1] | 1) for i in range(ROUNDS))

    def __call__(self, index: int) -> int:
        """Return the image of `index`, for `0 <= index < size`."""
        mask, shift = self.mask, self.shift
        while True:
            for addend, factor in self.constants:
                index = (index + addend) * factor & mask
                index ^= index >> shift
            if index < self.size:
                return index
