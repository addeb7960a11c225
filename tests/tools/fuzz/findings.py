"""What was found: made small, and kept as files."""

import re
import time
import zlib
from collections import Counter
from collections.abc import Callable

from tools.fuzz import checks, words

__all__ = ["Findings", "keep", "smaller"]

_MOST_OF_A_KIND = 5
_SECONDS = 10.0


class Findings:
    """Keeps each new finding as a file.

    Attributes:
        new: What was new: the file's name, and what is wrong.
        again: How often something came that is like what was found before, by its name.

    """

    def __init__(self) -> None:
        self.new: list[tuple[str, str]] = []
        self.again: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._known = {_shape(path.read_bytes()) for path in words.FOUND.glob("*.txt")}

    def add(self, data: bytes, name: str, detail: str) -> None:
        """Keep an input that is new; made small, if what is wrong with it is seen again."""
        if self._kinds[name] >= _MOST_OF_A_KIND:
            self.again[name] += 1
            return
        small = smaller(data, lambda candidate: checks.problem(candidate)[0] == name)
        if _shape(small) in self._known:
            self.again[name] += 1
            return
        self._known.add(_shape(small))
        self._kinds[name] += 1
        detail = checks.problem(small)[1] or detail
        self.new.append((keep(small, name), detail))


def keep(data: bytes, name: str) -> str:
    """Write an input to a file of its own; give the file's name."""
    text = data.decode("ascii", "ignore").lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", f"{name} {text}".lower()))[:60].strip("-")
    path = words.FOUND / f"{stem}.txt"
    if path.exists():
        path = path.with_name(f"{stem}-{zlib.crc32(data):08x}.txt")
    words.FOUND.mkdir(exist_ok=True)
    path.write_bytes(data.removesuffix(b"\n") + b"\n")
    return path.name


def smaller(data: bytes, is_bad: Callable[[bytes], bool]) -> bytes:
    """Return the input with as much taken out of it as possible while it stays bad, in some seconds."""
    end = time.monotonic() + _SECONDS
    text = data.decode("utf-8", "surrogateescape")
    if not is_bad(data):
        return data
    length = len(text) // 2
    while length and time.monotonic() < end:
        place = 0
        while place < len(text) and time.monotonic() < end:
            candidate = text[:place] + text[place + length :]
            if is_bad(candidate.encode("utf-8", "surrogateescape")):
                text = candidate
            else:
                place += length
        length //= 2
    return text.encode("utf-8", "surrogateescape")


def _shape(data: bytes) -> str:
    """Return the input with its names and numbers made alike."""
    text = data.decode("utf-8", "surrogateescape").removesuffix("\n")
    known = {word.rstrip("(=") for word in words.words()}
    named = re.sub(r"[A-Za-z_][\w-]*", lambda match: match[0] if match[0] in known - {"b"} else "a", text)
    return re.sub(r"[^\x00-\x7f]", "é", re.sub(r"\d+", "0", named))
