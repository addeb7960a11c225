"""Overrides: keys, values of every kind, and sweeps that are their product."""

from functools import cache

from hypothesis import strategies as st

from heracles.errors import OverrideError
from heracles.ir.casts import CASTS
from heracles.language.front_end import parse
from heracles.language.functions import FUNCTIONS

__all__ = [
    "bare_values",
    "choices",
    "flags",
    "functions",
    "hostile_values",
    "joined",
    "keys",
    "lists",
    "long_ranges",
    "numbers",
    "overrides",
    "quoted_values",
    "random_values",
    "ranges",
    "spaces",
    "sweeps",
    "values",
    "wide_values",
]

_NAME_START = "abcXYZ_"
_NAME = _NAME_START + "019-"
_WORD = "abcXYZ019_/-+.$%*@?|"
_ESCAPED = "\\()[]{}:=, \t"
_SHELL = "$`\"'\\;&|<>(){}[]*?~!#^ \n\t"


def joined(parts: st.SearchStrategy[list[str]], separator: str = "") -> st.SearchStrategy[str]:
    """Return texts of parts, with a separator between them."""
    return parts.map(separator.join)


def _names(start: str = _NAME_START, rest: str = _NAME) -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from(start), st.text(rest, max_size=6))


def flags() -> st.SearchStrategy[str]:
    """Keys of programs that do not use Hydra: `--lr`, `-x`."""
    return st.builds("{}{}".format, st.sampled_from(["-", "--"]), _names())


def keys() -> st.SearchStrategy[str]:
    """Keys with their prefix and package: `lr`, `+env.name`, `~env/robot@eval`, `layers[0]`."""
    paths = joined(st.lists(_names(), min_size=1, max_size=3), ".")
    groups = joined(st.lists(_names(), min_size=2, max_size=3), "/")
    packages = st.one_of(st.just(""), st.just("@"), paths.map("@{}".format))
    prefixes = st.sampled_from(["", "+", "++", "~"])
    items = st.builds("{}[{}]".format, paths, st.integers(0, 99))
    return st.one_of(
        st.builds("{}{}{}".format, prefixes, st.one_of(paths, groups), packages),
        st.builds("{}{}".format, prefixes, items),
    )


def numbers() -> st.SearchStrategy[str]:
    """Integers and decimals, in all their spellings: `8`, `-0`, `1_000`, `1e-5`, `.5`, `inf`."""
    whole = st.integers(-(10**20), 10**20).map(str)
    small = st.integers(-100, 100).map(str)
    decimals = st.floats(allow_nan=False).map(repr)
    odd = st.sampled_from(["1_000", "+3", "-0", "1e-5", "1E5", ".5", "5.", "1_0.0_1", "inf", "-inf", "nan"])
    return st.one_of(small, whole, decimals, odd)


def bare_values() -> st.SearchStrategy[str]:
    r"""Unquoted values that Hydra's grammar accepts too: `HalfCheetah`, `a b`, `${env.name}/x`, `a\,b`, `true`."""
    characters = st.text(_WORD, min_size=1, max_size=8)
    escapes = st.sampled_from(_ESCAPED).map("\\{}".format)
    interpolations = st.builds("${{{}}}".format, _names())
    colons = st.sampled_from([":a", "a:b", "a: b", "::"])
    spaced = st.builds("{}{}{}".format, characters, st.sampled_from([" ", "  ", "\t"]), characters)
    pieces = joined(st.lists(st.one_of(characters, escapes, interpolations, colons, spaced), min_size=1, max_size=3))
    words = st.sampled_from(["true", "False", "null", "NULL", "007", "1__0", "a\\n"])
    return st.one_of(characters, words, pieces)


def quoted_values() -> st.SearchStrategy[str]:
    """Values in quotes, with commas, spaces and escaped quotes inside."""

    def quoted(quote: str, parts: list[str]) -> str:
        return quote + "".join(part.replace("Q", quote) for part in parts) + quote

    parts = st.sampled_from(["a", "b c", ",", "\\Q", "\\\\", "=", "[", "${x}", "\\n", "é", "#"])
    return st.builds(quoted, st.sampled_from("'\""), st.lists(parts, max_size=5))


def hostile_values() -> st.SearchStrategy[str]:
    """Values, in single quotes, of any characters but NUL: newlines, shell syntax, controls, any alphabet."""
    characters = st.one_of(
        st.text(_SHELL, max_size=12),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
    )
    return characters.map(lambda text: "'" + text.replace("\\", "").replace("'", "\\'") + "'")


def wide_values() -> st.SearchStrategy[str]:
    """Unquoted values with a character that Hydra's grammar refuses unquoted: `epoch=9.ckpt`, `é`, `#1`, `a;b`."""
    wide = st.sampled_from(["=", "#", "&", "!", ";", "<", ">", "^", "~", "é", "日本", "ß"])
    word = st.text("abc019._-", min_size=1, max_size=4)
    return st.builds("{}{}{}".format, word, wide, word)


def lists() -> st.SearchStrategy[str]:
    """Lists and dicts, nested ones too: `[1,2]`, `{lr:0.1, name:[a]}`."""
    leaves = st.one_of(numbers(), bare_values(), quoted_values())
    separators = st.sampled_from([",", ", ", " , "])

    def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(inner, max_size=3)
        pairs = st.lists(st.builds("{}:{}".format, _names(), inner), max_size=3)
        in_list = st.builds(lambda separator, parts: f"[{separator.join(parts)}]", separators, items)
        in_dict = st.builds(lambda separator, parts: f"{{{separator.join(parts)}}}", separators, pairs)
        return st.one_of(in_list, in_dict)

    return st.one_of(nested(leaves), nested(nested(leaves)))


def values() -> st.SearchStrategy[str]:
    """One value of any kind that each run receives exactly as it was typed."""
    return st.one_of(numbers(), bare_values(), quoted_values(), lists(), hostile_values())


def ranges() -> st.SearchStrategy[str]:
    """`range(...)` of integers or decimals, with at least one value and at most a hundred."""

    def text(start: int, count: int, step: int, scale: int) -> str:
        def number(scaled: int) -> str:
            return f"{scaled / 10**scale}" if scale else str(scaled)

        return f"range({number(start)},{number(start + step * count)},{number(step)})"

    steps = st.integers(-20, 20).filter(bool)
    return st.builds(text, st.integers(-50, 50), st.integers(1, 100), steps, st.integers(0, 3))


def long_ranges(most: int = 10**6, *, random: bool = False) -> st.SearchStrategy[str]:
    """`range(...)` of up to `most` integers or decimals, as they are or shuffled, cast, or among other values.

    With `random`, there are seeds among the values.
    """

    def text(start: int, count: int, step: int, scale: int) -> str:
        return f"range({','.join(_scaled(number, scale) for number in (start, start + step * count, step))})"

    numbers = st.builds(
        text,
        st.integers(-(10**6), 10**6),
        st.integers(1, most),
        st.integers(-1000, 1000).filter(bool),
        st.sampled_from([0, 0, 1, 2, 3, 5, 6]),
    )
    cast = st.builds("{}({})".format, st.sampled_from(sorted(CASTS)), numbers)
    twice = st.builds("{}({})".format, st.sampled_from(["str", "json_str"]), cast)
    alone = st.one_of(numbers, cast, twice)
    ordered = st.one_of(alone, st.builds("shuffle({})".format, alone), numbers.map("sort({},reverse=true)".format))
    if not random:
        return st.one_of(ordered, st.builds("{},{}".format, values(), ordered))
    among = st.builds("{},{},{}".format, values(), ordered, random_values())
    return st.one_of(among, st.builds("shuffle({},{})".format, ordered, random_values()))


def _scaled(number: int, scale: int) -> str:
    """Return number / 10**scale in digits, without an exponent."""
    digits = str(abs(number)).rjust(scale + 1, "0")
    point = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"{'-' * (number < 0)}{point}"


def random_values(most: int = 20) -> st.SearchStrategy[str]:
    """`__randseed(N)__` and its other spellings, for N up to `most`."""
    counted = st.builds("__rand{}({})__".format, st.sampled_from(["seed", "perm"]), st.integers(1, most))
    return st.one_of(st.sampled_from(["__randseed__", "__randperm__"]), counted)


def functions() -> st.SearchStrategy[str]:
    """Calls of functions: `sort(3,1,2,reverse=true)`, `shuffle(range(5))`, `int(1.5,[2.5])`, `tag(a,choice(1,2))`.

    Those are left out that depend on the key: `extend_list`, and `glob`, which needs to know the config groups.
    """
    return st.sampled_from(_shapes()).flatmap(lambda shape: _filled(*shape))


_NUMBERS = st.lists(st.integers(-9, 9), min_size=2, max_size=3).map(lambda numbers: ",".join(map(str, numbers)))
_WORDS = st.lists(_names(), min_size=2, max_size=3).map(",".join)
_ARGUMENTS = {
    "1,2": _NUMBERS,
    "a,b": _WORDS,
    "[1,2]": _NUMBERS.map("[{}]".format),
    "1,2,reverse=true": st.builds("{},reverse={}".format, _NUMBERS, st.sampled_from(["true", "false"])),
    "choice(1,2)": _NUMBERS.map("choice({})".format),
    "range(3)": ranges(),
    "shuffle(1,2)": _NUMBERS.map("shuffle({})".format),
    "a,choice(1,2)": st.builds("{},choice({})".format, _names(), _NUMBERS),
}
"""Arguments to try with every function: an example, and the strategy of those that are like it."""


@cache
def _shapes() -> list[tuple[str, str]]:
    """Return the functions of the language, each with the examples of arguments that it accepts among other values."""
    return [(name, example) for name in FUNCTIONS for example in _ARGUMENTS if _is_valid(f"+a=0,{name}({example})")]


def _filled(name: str, example: str) -> st.SearchStrategy[str]:
    return (
        _ARGUMENTS[example].map(lambda arguments: f"{name}({arguments})").filter(lambda call: _is_valid(f"+a={call}"))
    )


def _is_valid(override: str) -> bool:
    try:
        parse([override])
    except OverrideError:
        return False
    return True


def choices() -> st.SearchStrategy[str]:
    """Comma lists, with `choice(...)`, ranges and seeds among the values."""
    element = st.one_of(values(), ranges(), spaces(), random_values(), functions())
    listed = joined(st.lists(st.one_of(element, wide_values()), min_size=1, max_size=4), ",")
    arguments = joined(st.lists(element, min_size=1, max_size=4), ",")
    return st.one_of(listed, arguments.map("choice({})".format))


def overrides() -> st.SearchStrategy[str]:
    """One override of any form: `lr=0.1,0.01`, `~lr`, `+a/b@c=choice(1,2)`, `seed=__randseed(5)__`."""
    assignments = st.builds("{}={}".format, keys(), st.one_of(st.just(""), choices()))
    return st.one_of(assignments, _names().map("~{}".format))


def sweeps(most_axes: int = 4) -> st.SearchStrategy[list[str]]:
    """Overrides with no two of the same key."""
    return st.lists(overrides(), max_size=most_axes, unique_by=lambda override: override.partition("=")[0])


def spaces() -> st.SearchStrategy[str]:
    """Evenly spaced numbers: `linspace(0,1,5)`, `geomspace(1e-5,0.1,9,endpoint=false)`, `logspace(-3,0,4,base=2)`."""
    number = st.one_of(st.integers(-999, 999).map(str), st.floats(-1e9, 1e9).map(repr), st.sampled_from(["1e-5", ".5"]))
    positive = st.one_of(st.integers(1, 999).map(str), st.floats(1e-9, 1e9).map(repr))
    exponent = st.integers(-30, 30).map(str)
    rest = st.builds("{}{}".format, st.integers(1, 12), st.sampled_from(["", ",endpoint=false", ",endpoint=true"]))
    return st.one_of(
        st.builds("linspace({},{},{})".format, number, number, rest),
        st.builds("geomspace({},{},{})".format, positive, positive, rest),
        st.builds("logspace({},{},{})".format, exponent, exponent, rest),
        st.builds("logspace({},{},{},base={})".format, exponent, exponent, st.integers(1, 12), st.integers(2, 20)),
    )
