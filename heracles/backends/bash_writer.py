"""Bash statements under construction: indented lines, names that are not taken, and the helpers that they call."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from heracles.backends.bash_words import INDENT, WIDTH, array

__all__ = ["RUNTIME", "BashWriter", "variable_name"]

# fmt: off
_RESERVED = frozenset([
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "local", "select",
    "then", "time", "until", "while",
])
# The variables of `runtime/`: shellcheck would take an array of such a name for them.
RUNTIME = frozenset([
    "caught", "code", "end", "ended", "exits", "failed", "ids", "item", "job", "label", "labels", "next", "passed",
    "pid", "round", "run", "running", "signal", "stopped", "tasks", "warned",
])
# fmt: on


class BashWriter:
    """The body of a bash function.

    Attributes:
        lines: The statements so far.
        helpers: The pieces of `runtime/` that they call, in the order of the first calls.
        names: The variables that they assign.

    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.helpers: dict[str, None] = {}
        self.names: list[str] = []
        self._taken = {"heracles_overrides", *_RESERVED, *RUNTIME}
        self._indent = ""
        self._scratch: dict[str, str] = {}
        self._shared: dict[tuple[str, ...], str] = {}
        self._shared_place: int | None = None
        self._shared_indent = ""

    def write(self, *lines: str) -> None:
        """Add lines."""
        self.lines += [self._indent + line for line in lines]

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Indent the lines that are added meanwhile, as those of a branch."""
        outer, self._indent = self._indent, self._indent + INDENT
        yield
        self._indent = outer

    @contextmanager
    def sharing_lists(self) -> Iterator[None]:
        """Put the arrays of all that is added meanwhile before it, each once: branches have many in common."""
        outer = self._shared, self._shared_place, self._shared_indent
        self._shared, self._shared_place, self._shared_indent = {}, len(self.lines), self._indent
        yield
        self._shared, self._shared_place, self._shared_indent = outer

    def listed(self, wanted: str, words: Sequence[str]) -> str:
        """Add an array of words, which are quoted already; return its name, if possible the wanted one."""
        if self._shared_place is None:
            name = self.new_name(wanted)
            self.write(*array(name, words))
            return name
        key = wanted, *words
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = self.new_name(wanted)
            lines = [self._shared_indent + line for line in array(known, words)]
            self.lines[self._shared_place : self._shared_place] = lines
            self._shared_place += len(lines)
        return known

    @contextmanager
    def titled(self, comment: str) -> Iterator[None]:
        """Put a comment before what is added meanwhile, if that is anything and does not stand before branches."""
        place = len(self.lines)
        yield
        if self._shared_place is None and len(self.lines) > place:
            self.lines.insert(place, f"{self._indent}# {comment}")

    def scratch(self, name: str) -> str:
        """Return the name of a variable that statements assign anew wherever they need it."""
        if name not in self._scratch:
            self._scratch[name] = self.new_name(name)
        return self._scratch[name]

    def new_name(self, wanted: str) -> str:
        """Return a name that no other variable has: the wanted one, if need be with a number."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        self.names.append(name)
        return name

    def call(self, helper: str, arguments: Sequence[str], result: str) -> str:
        """Add a call of a helper.

        Args:
            helper: The piece of `runtime/` that has it: `permute` for the function `heracles_permute`.
            arguments: Its arguments, as shell text; the last item has a line of its own if they are long.
            result: The wanted name of a variable for its result.

        Returns:
            The name of that variable.

        """
        self.helpers[helper] = None
        name = self.new_name(result)
        words = [f"heracles_{helper}", *arguments]
        line = " ".join(words)
        lines = [line] if len(line) <= WIDTH else [" ".join(words[:-1]) + " \\", INDENT + words[-1]]
        self.write(*lines, f"{name}=$REPLY")
        return name


def variable_name(key: str) -> str:
    """Return a name for a variable that holds values of a key: the key's last part that is not a number."""
    parts = re.findall(r"[a-z0-9_]+", key.lower())
    name = next((part for part in reversed(parts) if not part.isdigit()), "_".join(["value", *parts[-1:]]))
    name = f"_{name}" if name[0].isdigit() else name
    return name if name.strip("_") else "value"
