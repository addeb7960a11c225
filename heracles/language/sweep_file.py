"""Sweeps in files: YAML as Hydra has it, with keys for what the language has more.

A file has `params`, or `hydra.sweeper.params`: override keys and their values, as text of the override language. Beside
`params` it may have `cases` (each a mapping of such pairs), `exclude`, `where`, `sample`, `seed` and `with`. A key
without a value is a deletion, `~key`, or a file of rows, `@rows.csv`.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from typing import Any

from heracles.errors import FileError
from heracles.ir.values import from_text
from heracles.language.source import COUNTS, RULES, Source, replaced
from heracles.language.yaml_documents import Data, Scalar, document
from heracles.lean import NamedTuple
from heracles.text import printable

__all__ = ["SweepFile", "read", "write"]

_KEYS = ("params", "cases", *RULES, *COUNTS, "seed", "with", "hydra", "defaults")


class SweepFile(NamedTuple):
    """What a file says.

    Attributes:
        source: The text of a sweep.
        seed: Its seed.
        resources: The options that some of its runs are submitted with, each as `--with` has them.
        content: The whole file.

    """

    source: Source
    seed: int
    resources: tuple[str, ...] = ()
    content: bytes = b""

    def with_line(self, line: Source) -> "SweepFile":
        """Return it with what the command line says: its overrides and cases replace those of the file."""
        own = self.source
        overrides, cases = tuple(replaced(own.overrides, line.overrides)), line.cases or own.cases
        rules = {name: getattr(own, name) + getattr(line, name) for name in RULES}
        counts = {name: count for name in COUNTS if (count := getattr(line, name)) is not None}
        return self._replace(source=own._replace(overrides=overrides, cases=cases, **rules, **counts))


def read(path: str) -> SweepFile:
    """Return the sweep in a file.

    Raises:
        FileError: If it cannot be read, or holds something else.

    """
    name = printable(path)
    try:
        if stat.S_ISCHR(os.stat(path).st_mode):  # it may have no end
            raise FileError(f"{name} is not a plain file")
        with open(path, "rb") as file:
            content = file.read()
        data = document(content.decode("utf-8-sig"), path)
    except OSError as error:
        raise FileError(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileError(f"cannot read {name}: it is no text in UTF-8") from None
    if not isinstance(data, dict):
        raise FileError(f"{name} is no sweep: it needs params, with a line KEY: VALUES for each override")
    if unknown := sorted(data.keys() - set(_KEYS)):
        raise FileError(f"{name} has {printable(unknown[0])}, which is none of {', '.join(_KEYS[:-2])}")
    return _sweep(data, name)._replace(content=content)


def _sweep(data: dict[str, Data], name: str) -> SweepFile:
    params: Data | None = data
    for step in ("hydra", "sweeper", "params"):
        params = params.get(step) if isinstance(params, dict) else None
    cases = data.get("cases", [])
    if not isinstance(cases, list):
        raise FileError(f"{name}: cases is a list of mappings, each with a line KEY: VALUES for each override")
    overrides = *_pairs(params, name), *_pairs(data.get("params"), name)
    parts: dict[str, Any] = {key: tuple(_texts(data.get(key), name, key)) for key in RULES}
    parts |= {key: _number(data.get(key), name, key) for key in COUNTS}
    source = Source(overrides, tuple(tuple(_pairs(case, name)) for case in cases), **parts)
    resources = tuple(_resources(data.get("with"), name))
    return SweepFile(source, _number(data.get("seed"), name, "seed") or 0, resources)


def _pairs(data: Data | None, name: str) -> list[str]:
    """Return the overrides that a mapping stands for."""
    if data is None:
        return []
    if not isinstance(data, dict):
        raise FileError(f"{name}: overrides are a mapping, with a line KEY: VALUES for each")
    return [_override(key, value, name) for key, value in data.items()]


def _override(key: str, value: Data, name: str) -> str:
    if isinstance(value, Scalar) and value.is_null:
        if key.startswith(("~", "@")):
            return key
        raise FileError(f"{name}: {printable(key)} has no value; the value null is written in quotes, as 'null'")
    return f"{key}={_text(value)}"


def _text(value: Data) -> str:
    """Return a value in the override language: a list is one value, and in it what is quoted is text."""
    if isinstance(value, list):
        return f"[{','.join(map(_inner, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_inner(inner)}' for key, inner in value.items())}}}"
    return str(value)


def _inner(value: Data) -> str:
    if not isinstance(value, Scalar):
        return _text(value)
    if value.is_null:
        return "null"
    return str(from_text(value)) if value.is_quoted else str(value)


def _texts(data: Data | None, name: str, key: str) -> list[str]:
    """Return one text or a list of them; a mapping is the overrides that it stands for."""
    if data is None:
        return []
    found = []
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            found.append(" ".join(_pairs(item, name)))
        elif isinstance(item, Scalar) and not item.is_null:
            found.append(str(item))
        else:
            raise FileError(f"{name}: {key} is a text, or a list of texts")
    return found


def _resources(data: Data | None, name: str) -> Iterator[str]:
    """Yield texts as `--with` has them; YAML takes those without quotes for a mapping from rules to options."""
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict) and all(isinstance(options, Scalar) for options in item.values()):
            yield from (f"{rule}: {options}" for rule, options in item.items())
        else:
            yield from _texts(item, name, "with")


def _number(data: Data | None, name: str, key: str) -> int | None:
    if data is None:
        return None
    if isinstance(data, Scalar) and data.isascii() and data.lstrip("-").isdigit():
        return int(data)
    raise FileError(f"{name}: {key} is a whole number")


def write(path: str, source: Source, seed: int, resources: Sequence[str] = (), *, force: bool) -> None:
    """Write a sweep to a file that `read` reads.

    Args:
        path: The file.
        source: The text of the sweep.
        seed: Its seed.
        resources: The options that some of its runs are submitted with, each as `--with` has them.
        force: Whether a file that is there already is replaced.

    Raises:
        FileError: If it cannot be written, or is there already.

    """
    name = printable(path)
    if os.path.exists(path) and not force:
        raise FileError(f"{name} is there already: choose another name, or add --force to replace it")
    try:
        data = _document(source, seed, resources).encode()
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise FileError(f"cannot write {name}: {error.strerror}") from None
    except UnicodeEncodeError:
        raise FileError(f"cannot write {name}: a value has bytes that are no text in UTF-8") from None


def _document(source: Source, seed: int, resources: Sequence[str]) -> str:
    lines = ["params:" if source.overrides else "params: {}", *_lines(source.overrides, "  ")]
    if source.cases:
        lines.append("cases:")
        for case in source.cases:
            first, *rest = _lines(case, "    ") or ["    {}"]
            lines += [f"  - {first.lstrip()}", *rest]
    for key, texts in {**{rule: getattr(source, rule) for rule in RULES}, "with": resources}.items():
        lines += [f"{key}:", *(f"  - {_quoted(text)}" for text in texts)] if texts else []
    lines += [f"{key}: {count}" for key in COUNTS if (count := getattr(source, key)) is not None]
    lines += [f"seed: {seed}"] if seed else []
    return "".join(f"{line}\n" for line in lines)


def _lines(overrides: Sequence[str], margin: str) -> list[str]:
    """Return the lines of overrides: of those that have the same key the last, at the place of the first."""
    latest = {override.partition("=")[0]: override for override in overrides}
    return [f"{margin}{_quoted(key)}: {_value(key, override)}" for key, override in latest.items()]


def _value(key: str, override: str) -> str:
    return "null" if override == key else _quoted(override[len(key) + 1 :])


def _quoted(text: str) -> str:
    """Return a YAML scalar in quotes, with the escapes of YAML 1.1 where it needs some."""
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    is_surrogate = "\ud800" <= character <= "\udfff"  # which no file in UTF-8 can have
    return character if character.isprintable() or is_surrogate else f"\\U{ord(character):08x}"
