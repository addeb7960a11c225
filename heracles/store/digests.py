"""Digests: what the journal calls contents of files, and sweeps."""

from collections.abc import Sequence
from hashlib import blake2b
from json import dumps

from heracles.ir import DIMENSION_KINDS, Runs

__all__ = ["digest", "sweep_name"]


def digest(content: bytes) -> str:
    """Return the BLAKE2b hash of some content, as 16 hexadecimal digits."""
    return blake2b(content, digest_size=8).hexdigest()


def sweep_name(sweep: Runs, arguments: Sequence[str] = ()) -> str:
    """Return what the journal calls a sweep: a digest of overrides, seed, size, the script's arguments, and the rows of
    files."""
    given: list[object] = [list(arguments)] if arguments else []
    dimensions = dict.fromkeys(each for product in sweep.sweeps for each in product.dimensions)
    given += (DIMENSION_KINDS.write(each) for each in dimensions if each.is_file)
    return digest(dumps([str(sweep), sweep.seed, str(sweep.size), *given]).encode())
