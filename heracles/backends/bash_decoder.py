"""Bash code that works out the value at a position of a generator, with nothing but bash 4.2.

Each generator becomes statements of a function's body, where any are needed, and a fragment: text between double
quotes that expands to the value. Both readers of the IR, Python's and this one, are tested against each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from heracles.errors import HeraclesError
from heracles.ir import Axis, Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle, Sweep
from heracles.ir.casts import cast
from heracles.ir.permutation import Permutation
from heracles.ir.values import Int, Quoted, Value
from heracles.shell.quoting import escaped

__all__ = ["HELPERS", "Decoder", "array", "literal", "quote"]

_LISTED = 64
_MOST_LISTED = 100_000
_WIDTH = 100
_INT = 2**63
_EXACT = 10**15  # decimals of up to 15 digits are what the floats nearest to them print as (IEEE 754, binary64)
_MOST_PLACES = 300
_DIGITS = 19
_PLAIN = re.compile(r"[A-Za-z0-9@%+:./_-]+")
# Control characters; `!`, which `bash -i` expands; and what shellcheck takes for a quote that was mistyped.
_ODD = re.compile("[\x00-\x1f\x7f!\u2018-\u201f\u2032-\u2037]")
_SPECIAL = re.compile(r'[\\"$`]')
_MARK = "0"
_TAKEN = ["run", "runs", "part", "parts", "item", "ids", "heracles_overrides", "heracles_shift", "heracles_offset"]


def quote(word: str) -> str:
    """Give `word` as bash reads it back, on one line, and so that shellcheck does not ask what `$` or `“` is for.

    Some words are ASCII with escapes (`$'…'`): in an array's `"…"`, bash (5.2 too) puts a 0x01 before a 0x01 or 0x7F,
    and in GBK or Big5 the last byte of a character in UTF-8 takes the backslash behind it.
    """
    if _PLAIN.fullmatch(word):
        return word
    if not _is_literal(word):
        return escaped(word)
    return f'"{literal(word)}"' if word[:1] != "~" else f'"~"{quote(word[1:]) if word[1:] else ""}'


def _is_literal(text: str) -> bool:
    """Tell whether `literal` text means itself everywhere."""
    return not _ODD.search(text) and (text.isascii() or not _SPECIAL.search(text))


def literal(text: str) -> str:
    """Give `text` as it stands between double quotes."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def array(name: str, words: Iterable[str]) -> list[str]:
    """Give the lines that make a local array of words, which are quoted already."""
    listed = list(words)
    line = f"local {name}=({' '.join(listed)})"
    if len(line) <= _WIDTH:
        return [line]
    lines, width = [f"local {name}=("], _WIDTH
    for word in listed:
        if width + len(word) < _WIDTH:
            lines[-1] += f" {word}"
            width += 1 + len(word)
        else:
            lines.append(f"    {word}")
            width = 4 + len(word)
    return [*lines, ")"]


HELPERS = {
    "heracles_permute": """\
# Number $1 of the permutation of 0 .. $2 - 1 that the other numbers make: rounds of add, multiply and fold.
heracles_permute() {
    local number=$1 size=$2 mask=$3 bits=$4 round
    while true; do
        for round in "${@:5}"; do
            number=$(((number + ${round%:*}) * ${round#*:} & mask))
            number=$((number ^ number >> bits))
        done
        ((number >= size)) || break
    done
    REPLY=$number
}""",
    "heracles_decimal": """\
# The number $1 / 10**$2, printed as Python prints it.
heracles_decimal() {
    local digits=${1#-} sign=${1%%[0-9]*} places=$2 exponent fraction
    exponent=$((${#digits} - 1 - places))
    if ((digits != 0 && exponent < -4)); then
        while [[ $digits == *0 ]]; do digits=${digits%0}; done
        [[ ${#digits} == 1 ]] || digits=${digits:0:1}.${digits:1}
        printf -v REPLY '%s%se-%02d' "$sign" "$digits" "$((-exponent))"
    else
        while ((${#digits} <= places)); do digits=0$digits; done
        fraction=${digits:${#digits}-places}
        while [[ $fraction == ?*0 ]]; do fraction=${fraction%0}; done
        REPLY=$sign${digits:0:${#digits}-places}.$fraction
    fi
}""",
}
"""Functions that a decoder's statements may call, each of which leaves its result in `REPLY`."""


class Decoder:
    """The body of the bash function that works out the overrides of run number `run` of a sweep.

    Args:
        sweep: The sweep, of at least one run.

    Attributes:
        words: The overrides, as shell words; they hold once the lines are run.
        lines: The statements, with a comment above those of each axis.
        helpers: The names of the `HELPERS` that they call.
        lengths: How many characters the statements and the word of each axis take.

    Raises:
        HeraclesError: If an axis cannot be worked out by a shell.

    """

    def __init__(self, sweep: Sweep) -> None:
        self.lines: list[str] = []
        self.helpers: set[str] = set()
        self.words: list[str] = []
        self.lengths: list[int] = []
        self._sweep = sweep
        self._names = set(_TAKEN)
        self._axis = Axis("", Choice(()))
        self._stream = -1
        stride = sweep.size
        for axis in sweep.dimensions:
            assert isinstance(axis, Axis)
            whole, stride = stride, stride // axis.size
            self._axis = axis
            self._stream += axis.values.is_random
            position = "run" if stride == 1 else f"run / {stride}"
            before = len(self.lines)
            self.words.append(self._word(position if whole == sweep.size else f"{position} % {axis.size}"))
            self.lengths.append(sum(map(len, [*self.lines[before:], self.words[-1]])))

    def _word(self, position: str) -> str:
        axis, values = self._axis, self._axis.values
        if values.size == 1 and not values.is_random:
            return quote(axis.at(0)[0])
        own = ", and every run has a random number of its own" if values.is_random else ""
        self.lines.append(f"# Axis {axis.key}: {values.size:,} value{'' if values.size == 1 else 's'}{own}")
        return f'"{literal(axis.key)}={self._fragment(_simplified(values), position)}"'

    def _fragment(self, values: Generator, position: str) -> str:
        """Give the text, between double quotes, of the value at a position, and write the statements that it needs."""
        if isinstance(values, RandSeed):
            streams = len(self._sweep.random_dimensions)
            place = "run" if streams == 1 else f"run * {streams} + {self._stream}"
            return f"${{{self._permuted(self._sweep.seeds, place, self._name())}}}"
        if isinstance(values, Concat):
            return self._chosen(values, position)
        if isinstance(values, Shuffle) and not _is_listed(values.values):
            return self._fragment(values.values, self._permuted(values.permutation, position, "order"))
        number = None if isinstance(values, Shuffle) else _number(values)
        if number is None or (number.is_printed and values.size <= _LISTED):
            return self._listed(values, position)
        before, after = (
            self._text(Quoted(number.before + _MARK + number.after)).split(_MARK) if number.before else ("", "")
        )
        return literal(before) + self._printed(number, position) + literal(after)

    def _listed(self, values: Generator, position: str) -> str:
        if values.size == 1 and _is_literal(text := self._text(values.at(0))):
            return literal(text)
        if values.size > _MOST_LISTED and not isinstance(values, Choice):
            raise HeraclesError(
                f"{self._axis}: a shell has 64-bit numbers and cannot work out these {values.size:,} values; "
                f"up to {_MOST_LISTED:,} would be listed"
            )
        name = self._fresh(self._name())
        self.lines += array(name, (quote(self._text(value)) for value in values))
        return f"${{{name}[{position}]}}"

    def _chosen(self, values: Concat, position: str) -> str:
        """Write an `if` with a branch for each part."""
        place, name = self._fresh("place"), self._fresh(self._name())
        self.lines += [f"local {place}=$(({position}))", f"local {name}="]
        start = 0
        for part, end in zip(values.parts, values.ends, strict=True):
            condition = f"if (({place} < {end})); then" if end < values.size else "else"
            self.lines.append(f"el{condition}" if start and condition != "else" else condition)
            outer, self.lines = self.lines, []
            fragment = self._fragment(part, f"{place} - {start}" if start else place)
            outer += [f"    {line}" for line in (*self.lines, f'{name}="{fragment}"')]
            self.lines = outer
            start = end
        self.lines.append("fi")
        return f"${{{name}}}"

    def _permuted(self, permutation: Permutation, position: str, name: str) -> str:
        """Write the call that permutes a position; give the name of the variable that has the result."""
        self.helpers.add("heracles_permute")
        numbers = [permutation.size, permutation.mask, permutation.shift]
        rounds = [f"{addend}:{factor}" for addend, factor in permutation.constants]
        name = self._fresh(name)
        place = f"${position}" if position.isidentifier() else f"$(({position}))"
        self.lines += [
            f'heracles_permute "{place}" {" ".join(map(str, numbers))} \\',
            f"    {' '.join(rounds)}",
            f"local {name}=$REPLY",
        ]
        return name

    def _printed(self, number: "_Number", position: str) -> str:
        is_bare = position.isidentifier() or number.expression == "POSITION"
        expression = number.expression.replace("POSITION", position if is_bare else f"({position})")
        if number.places:
            self.helpers.add("heracles_decimal")
            name = self._fresh(self._name())
            self.lines += [f'heracles_decimal "$(({expression}))" {number.places}', f"local {name}=$REPLY"]
            return f"${{{name}}}"
        if number.is_truth:
            name = self._fresh(self._name())
            self.lines.append(f"local {name}=(false true)")
            return f"${{{name}[{expression}]}}"
        return f"$(({expression}))"

    def _text(self, value: Value) -> str:
        """Give what stands behind the key and its `=`."""
        return self._axis.override(value)[len(self._axis.key) + 1 :]

    def _name(self) -> str:
        """Give a shell's name for the axis: the last part of its key."""
        parts = re.findall(r"[a-z0-9_]+", self._axis.key.lower())
        name = next((part for part in reversed(parts) if not part.isdigit()), "_".join(["value", *parts[-1:]]))
        return name if not name[0].isdigit() else f"_{name}"

    def _fresh(self, name: str) -> str:
        """Give a name that no other variable has."""
        name = name if name.strip("_") else "value"
        chosen, number = name, 2
        while chosen in self._names:
            chosen, number = f"{name}_{number}", number + 1
        self._names.add(chosen)
        return chosen


@dataclass(frozen=True)
class _Number:
    """Values that are numbers, or texts with a number in them, which arithmetic gives.

    Attributes:
        expression: Gives the whole number, or the decimal times 10**places, from `POSITION`.
        bound: What no such number's absolute value is more than.
        places: The decimal places; 0 for a whole number.
        is_truth: Whether 0 and 1 stand for false and true.
        before, after: The quotes around it in a text; none around a number.

    """

    expression: str
    bound: int
    places: int = 0
    is_truth: bool = False
    before: str = ""
    after: str = ""

    @property
    def is_printed(self) -> bool:
        """Whether more than arithmetic is needed."""
        return bool(self.places or self.is_truth or self.before)

    def cast(self, name: str) -> "_Number | None":
        """Give the cast of such values, as `heracles.casts.cast` casts each; None if numbers grow too large."""
        if name == "json_str" or (name == "str" and not self.before):
            text = cast(name, Quoted(self.before + _MARK + self.after) if self.before else Int(_MARK)).text
            before, after = text.split(_MARK)
            return replace(self, before=before, after=after)
        if name == "str":
            return self
        bare = replace(self, before="", after="", is_truth=False)
        if name == "bool":
            return replace(bare, expression=f"({self.expression}) != 0", bound=1, places=0, is_truth=True)
        if name == "int" and self.places:
            divided = f"({self.expression}) / {10**self.places}" if self.places < _DIGITS else "0"
            return replace(bare, expression=divided, places=0)
        if name == "float" and not self.places:
            scaled = replace(bare, expression=f"({self.expression}) * 10", bound=self.bound * 10, places=1)
            return scaled if scaled.bound < _EXACT else None
        return bare


def _number(values: Generator) -> _Number | None:
    """Give the arithmetic of a range, or of casts of one; None if there is none."""
    if isinstance(values, Cast):
        number = _number(values.values)
        return number and number.cast(values.name)
    if not isinstance(values, Range):
        return None
    bound = max(abs(values.start), abs(values.start + (values.size - 1) * values.step))
    if bound >= (_EXACT if values.scale else _INT) or values.scale > _MOST_PLACES:
        return None
    step = "POSITION" if values.step == 1 else f"{values.step} * POSITION"
    return _Number(f"{values.start} + {step}" if values.start else step, bound, values.scale)


def _is_listed(values: Generator) -> bool:
    """Tell whether the values are written out, and not computed."""
    return not values.is_random and (isinstance(values, Choice) or values.size <= _LISTED)


def _simplified(values: Generator) -> Generator:
    """Give the same values with every cast on a range or nothing, and no concatenation of lists."""
    if isinstance(values, Shuffle):
        return Shuffle(_simplified(values.values), values.key)
    if isinstance(values, Concat):
        return _merged(map(_simplified, values.parts))
    return _cast(values.name, _simplified(values.values)) if isinstance(values, Cast) else values


def _cast(name: str, values: Generator) -> Generator:
    """Give the cast of simplified values, so that what is cast is a range or nothing."""
    if isinstance(values, Shuffle):
        return Shuffle(_cast(name, values.values), values.key)
    if isinstance(values, Concat):
        return _merged(_cast(name, part) for part in values.parts)
    if isinstance(values, Choice):
        return Choice(tuple(cast(name, value) for value in values.values))
    return values if isinstance(values, RandSeed) else Cast(name, values)


def _merged(parts: Iterable[Generator]) -> Generator:
    """Give the concatenation, with neighbours that are listed anyway as one list, and without what is empty."""
    merged: list[Generator] = []
    for part in (part for part in parts if part.size):
        if _is_listed(part) and merged and isinstance(merged[-1], Choice):
            merged[-1] = Choice((*merged[-1].values, *part))
        else:
            merged.append(Choice(tuple(part)) if _is_listed(part) else part)
    return merged[0] if len(merged) == 1 else Concat(tuple(merged))
