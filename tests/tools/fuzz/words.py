"""What inputs are made of: the words of the language, texts to begin with, and changes that keep most of a text."""

import inspect
import json
import random
import re
import shlex
from functools import cache
from pathlib import Path

import heracles
from heracles import HeraclesError
from heracles.language.functions import FUNCTIONS

__all__ = ["FOUND", "dictionary", "mutated", "seeds", "words"]

_TESTS = Path(__file__).parents[2]
_GRAMMAR = _TESTS.parent / "grammar"
FOUND = _TESTS / "corpus" / "regressions"
"""The folder of what was found, a file for each input."""

_TOKEN = re.compile(r"\n\n|[A-Za-z_][\w-]*|[\d._]+|\s+|.", re.DOTALL)
_ODD = [
    "\n\n",
    "\n",
    "\t",
    "\\",
    "\\\\",
    "'",
    '"',
    "\\'",
    "${a}",
    "${",
    "é",
    "日",
    "\x7f",
    "~",
    "&",
    "\u2019",
    "\udcff",
]
_NUMBERS = ["0", "-1", "1_0", "1e5", "1e-7", ".5", "5.", "0.1", "1e400", "-0.0", "inf", "nan", "9223372036854775808"]
_NUMBERS += ["1000000000000000", "99999999999999999999", "2147483648", "65", "1e300", "5e-324", "+3", "007"]
_PLAIN = ["true", "False", "null", "None", "a", "b", "a b", "[1,2]", "{a:b}", "[]", "{}", "''", "--a", "a/b@c", "a[0]"]
_AROUND = [("[", "]"), ("{a:", "}"), ("'", "'"), ('"', '"'), ("${", "}"), ("(", ")"), ("choice(", ")"), (" ", " ")]


@cache
def words() -> list[str]:
    """Return the words of the language: its grammar's, its functions and their arguments, and values of all kinds."""
    source = "".join(path.read_text() for path in sorted(_GRAMMAR.glob("*.lark")))
    named = re.findall(r'"([^"\\\n]+)"', re.sub(r"//.*", "", source))
    samples = [sample for line in re.findall(r"\s//\s+(.*)", source) for sample in re.split(r"\s{3,}", line)]
    calls = [f"{name}(" for name in FUNCTIONS]
    arguments = {name for function in FUNCTIONS.values() for name in list(inspect.signature(function).parameters)[1:]}
    others = ["__randseed__", "__randseed(2)__", ",", "=", *(f"{name}=" for name in sorted(arguments))]
    return list(dict.fromkeys([*named, *samples, *calls, *others, *_ODD, *_NUMBERS, *_PLAIN]))


def dictionary() -> str:
    """Return the words as libFuzzer reads a dictionary."""
    return "".join(f'"{_escaped(word)}"\n' for word in words())


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in word.encode("utf-8", "surrogateescape")
    )


@cache
def seeds() -> list[bytes]:
    """Return the first inputs: the texts of the corpus, as they are, in pairs and as JSON, and what was found."""
    texts = [json.loads(line)["text"] for name in ("hydra", "more") for line in _lines(f"{name}.jsonl")]
    texts += [block.partition("\n")[0] for block in _blocks("mistakes.txt")]
    texts += [_options_apart(shlex.split(block.partition("\n")[0])) for block in _blocks("sweep_mistakes.txt")]
    lines = re.findall(r"^\| `(.*? --.*?)` \| `", (_GRAMMAR / "README.md").read_text("utf-8"), re.MULTILINE)
    texts += [_options_apart(shlex.split(line)) for line in lines]
    texts += ["\n\n".join(pair) for pair in zip(texts[::7], texts[3::7], strict=False)]
    texts += [_as_json(text) for text in texts[::9]]
    found = [path.read_bytes() for path in sorted(FOUND.glob("*.txt"))]
    return found + [text.encode("utf-8", "surrogateescape") for text in texts if not re.search("[\ud800-\udc7f]", text)]


def _blocks(name: str) -> list[str]:
    return (_TESTS / "golden" / name).read_text("utf-8").rstrip("\n").split("\n\n")[1:]


def _options_apart(words: list[str]) -> str:
    """Return the words of a command line as an input, each option with its argument."""
    return re.sub(r"(--(?:exclude|where|sample))\n\n", r"\1 ", "\n\n".join(words))


def _lines(name: str) -> list[str]:
    return (FOUND.parent / name).read_text("utf-8").splitlines()


def _as_json(text: str) -> str:
    try:
        return heracles.parse(text.split("\n\n")).to_json()
    except HeraclesError:
        return text


def mutated(text: str, chance: random.Random) -> str:
    """Return the text with a few of its words changed: half of the time so that it stays what it was by and large."""
    pieces = _TOKEN.findall(text)
    change = _replaced if chance.random() < 0.5 else _changed
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        change(pieces, chance)
    return "".join(pieces)


def _replaced(pieces: list[str], chance: random.Random) -> None:
    """Put a value in the place of a word, or beside it, where it may well be read as one."""
    begin = pieces.index("=") + 1 if "=" in pieces else 0
    places = [place for place in range(begin, len(pieces)) if re.match(r"[\w.]", pieces[place])]
    place = chance.choice(places or [len(pieces)])
    element = _element(chance, 3)
    pieces[place : place + 1] = _TOKEN.findall(chance.choice([element, f"{element},{''.join(pieces[place:][:1])}"]))


def _element(chance: random.Random, depth: int) -> str:
    """Return a value, most of the time one that can be read."""
    way = chance.randrange(8) if depth else 0
    parts = [_element(chance, depth - 1) for _ in range(chance.choice([1, 2, 2, 3]))] if way > 1 else []
    if way < 2:
        return chance.choice([*_PLAIN, *_NUMBERS, str(chance.randint(-9, 99)), "__randseed(2)__", "'a b'"])
    if way == 2:
        return f"[{','.join(parts)}]"
    if way == 3:
        return f"{{{','.join(f'{name}:{part}' for name, part in zip('abc', parts, strict=False))}}}"
    if way == 4:
        numbers = [chance.choice([*_NUMBERS[:8], str(chance.randint(-20, 20))]) for _ in range(chance.randint(1, 3))]
        return f"range({','.join(numbers)})"
    return f"{chance.choice(list(FUNCTIONS))}({','.join(parts)}{chance.choice(['', '', '', ',reverse=true'])})"


def _changed(pieces: list[str], chance: random.Random) -> None:
    """Change a part of the words, whatever it is."""
    start = chance.randint(0, len(pieces))
    end = min(len(pieces), start + chance.choice([0, 1, 1, 1, 2, 3, 5, 9]))
    span = pieces[start:end]
    before, after = chance.choice([*_AROUND, (f"{chance.choice(list(FUNCTIONS))}(", ")")])
    other = _TOKEN.findall(chance.choice(seeds()).decode("utf-8", "surrogateescape"))
    word = chance.choice(words())
    parts = [_part(pieces, chance), _part(other, chance)]
    ways = [[], span * 2, span * 3, [word], [word, *span], span[::-1], [before, *span, after], *parts]
    pieces[start:end] = chance.choice(ways)


def _part(pieces: list[str], chance: random.Random) -> list[str]:
    place = chance.randint(0, len(pieces))
    return pieces[place : place + chance.randint(1, 12)]
