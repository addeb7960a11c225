"""Rows of a file, `@rows.csv`: keys that move together, a column of the file for each.

In CSV and TSV, the first row has the keys; a quoted cell is text, any other one a value as an override has it, and an
empty one no override. In JSON Lines, each line is an object whose strings are text; a row has no override of the keys
that its object lacks.
"""

import json
import os.path
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from heracles.errors import OverrideError
from heracles.ir import Axis, Choice, Zip
from heracles.ir.values import MISSING, Bare, List, Value, from_bare, from_data
from heracles.language.delimited import Record, records
from heracles.text import counted, printable

__all__ = ["read"]

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_WORD = r"[A-Za-z0-9_./+-]+"
_ESCAPED = r"[\\()\[\]{}:=, \t]"
_Lower = Callable[[str], Any]
_Span = tuple[int, int]


def read(name: str, text: str, lower: _Lower) -> Zip:
    """Return the rows of a file.

    Args:
        name: The path of the file, as the override `@PATH` has it; how it ends says what the text is.
        text: The text of the file.
        lower: Returns what an override stands for, such as that of one cell.

    Raises:
        OverrideError: If there are no rows, or one of them is not valid.

    """
    file = _File(name, text.removeprefix("\ufeff"), lower)
    nul = file.text.find("\0")
    if nul >= 0:
        raise file.error("this is no text: it has a NUL character", (nul, nul + 1))
    delimiter = _DELIMITERS.get(os.path.splitext(name)[1].lower())
    columns = file.of_cells(delimiter) if delimiter else file.of_objects()
    if not columns or not any(columns.values()):
        raise file.error(
            "this file has no rows: the first one has the keys" if delimiter else "this file has no rows", (0, 0)
        )
    return Zip(f"@{name}", tuple(Axis(key, Choice(tuple(values))) for key, values in columns.items()))


class _File:
    """The text of a file of rows, and how a part of it is read."""

    def __init__(self, name: str, text: str, lower: _Lower) -> None:
        self.text = text
        self._name = name
        self._lower = lower
        self._known: dict[str, Value] = {"": MISSING}
        self._is_word = re.compile(_WORD).fullmatch

    def error(self, message: str, span: _Span) -> OverrideError:
        """Return the error to raise about a place in the text."""
        start, stop = span
        ends = [match.span() for match in re.finditer(r"\r?\n|\r", self.text)]
        before = [end for end in ends if end[1] <= start]
        first = before[-1][1] if before else 0
        last = ends[len(before)][0] if len(before) < len(ends) else len(self.text)
        line = self.text[first:last]
        place = f"{printable(self._name)}:{len(before) + 1}"
        return OverrideError(f"{place}: {message}", line, (start - first, min(stop, last) - first))

    def of_cells(self, delimiter: str) -> Mapping[str, Sequence[Value]]:
        """Return the values of each column of CSV or TSV, by the keys in its first row."""
        rows = records(self.text, delimiter, self.error)
        header = next(rows, None)
        if header is None:
            return {}
        self._check_header(header)
        columns: list[list[Value]] = [[] for _ in header.texts]
        for row in rows:
            if len(row.texts) != len(columns):
                raise self._uneven(row, len(columns))
            for number, (column, text) in enumerate(zip(columns, row.texts, strict=True)):
                known = None if row.quoted else self._known.get(text)
                column.append(known or self._value(row, number))
        return dict(zip(header.texts, columns, strict=True))

    def _check_header(self, header: Record) -> None:
        known: set[str] = set()
        for number, key in enumerate(header.texts):
            span = header.span(number)
            if not key:
                hint = "" if number else ": pandas writes none for its index, unless index=False"
                raise self.error(f"column {number + 1} has no key in the first row{hint}", span)
            self._check_key(key, span)
            if key in known:
                raise self.error(f"{printable(key)} is the key of two columns", span)
            known.add(key)

    def _check_key(self, key: str, span: _Span) -> None:
        """Raise an OverrideError if a text is no key of the override language, or one that deletes."""
        if key.startswith("~"):
            raise self.error("rows set keys and cannot delete any: write the deletion beside the file", span)
        try:
            found = self._lower(f"{key}=0")
            is_key = isinstance(found, Axis) and found.key == key
        except OverrideError:
            is_key = False
        if not is_key:
            separated = next((name for mark, name in ((";", "';'"), ("\t", "tabs")) if mark in key), "")
            hint = f": this file has {separated} between its cells, and .csv is read with commas" if separated else ""
            raise self.error(f"this is no key of an override{hint}", span)

    def _uneven(self, row: Record, keys: int) -> OverrideError:
        number = len(row.texts)
        last = row.span(number - 1)
        span = (row.span(keys)[0], last[1]) if number > keys else (last[1], last[1])
        message = f"this row has {counted(number, 'cell')}, and the first one has {counted(keys, 'key')}"
        is_list = number > keys and any(text[:1] in ("[", "{") for text in row.texts)
        hint = ": a list has commas, which separate cells here: use .tsv or .jsonl" if is_list else ""
        return self.error(f"{message}{hint}", span)

    def _value(self, row: Record, number: int) -> Value:
        text = row.texts[number]
        if row.quoted and row.quoted[number]:
            return from_data(text)
        if text not in self._known:
            is_word = self._is_word(text) and "__" not in text
            self._known[text] = from_bare(text) if is_word else self._typed(text, row.span(number))
        return self._known[text]

    def _typed(self, text: str, span: _Span) -> Value:
        """Return the value that a text stands for, as in an override."""
        start = span[0]
        try:
            found = self._lower(f"x={text}")
        except OverrideError as error:
            first, last = error.span or (2, len(text) + 2)
            within = min(start + max(0, first - 2), span[1]), min(start + max(1, last - 2), span[1])
            raise self.error(error.message, within) from None
        values = found.values if isinstance(found, Axis) else None
        if not isinstance(values, Choice) or values.size != 1:
            raise self.error("a cell is one value: write what is no value of its own beside the file", span)
        return values.at(0)

    def of_objects(self) -> Mapping[str, Sequence[Value]]:
        """Return the values of each key of JSON Lines, in the order in which the keys come."""
        rows = [(start, row) for start, row in self._objects()]
        places: dict[str, int] = {}
        for start, row in rows:
            for key in row.keys() - places.keys():
                places[key] = start
        keys = list(dict.fromkeys(key for _, row in rows for key in row))
        for key in keys:
            self._check_key(key, self._place(key, places[key]))
        return {key: [self._in_object(row, key, start) for start, row in rows] for key in keys}

    def _in_object(self, row: Mapping[str, Any], key: str, start: int) -> Value:
        return self._of_json(row[key], key, start) if key in row else MISSING

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield where each line starts that is not empty, and the object on it."""
        for match in re.finditer(r"[^\r\n]*[^\s][^\r\n]*", self.text):
            start = match.start()
            try:
                row = _DECODER.decode(match[0])
            except json.JSONDecodeError as error:
                span = start + error.pos, start + error.pos + 1
                raise self.error(f"this line is no JSON: {error.msg.lower()}", span) from None
            except (ValueError, RecursionError) as error:
                raise self.error(f"this line is not valid: {error}", match.span()) from None
            if not isinstance(row, dict):
                raise self.error('a line is an object, such as {"lr": 0.1}', match.span())
            yield start, row

    def _place(self, key: str, start: int) -> _Span:
        """Return where a key stands on the line that starts there."""
        for spelling in (json.dumps(key, ensure_ascii=False), json.dumps(key)):
            place = self.text.find(spelling, start)
            if place >= 0:
                return place, place + len(spelling)
        return start, start + 1

    def _of_json(self, data: Any, key: str, start: int) -> Value:
        """Return the value of JSON data, whose numbers are kept as they are spelled."""
        if isinstance(data, _Number):
            return from_bare(data)
        if isinstance(data, list):
            return List.of(tuple(self._of_json(item, key, start) for item in data))
        if isinstance(data, dict):
            pairs = ((self._dict_key(name, key, start), self._of_json(item, key, start)) for name, item in data.items())
            return self._typed(f"{{{','.join(f'{name}:{item}' for name, item in pairs)}}}", self._place(key, start))
        return from_data(data)

    def _dict_key(self, name: str, key: str, start: int) -> str:
        spelled = re.sub(_ESCAPED, r"\\\g<0>", name)
        if not name or not isinstance(from_bare(spelled), Bare):
            message = f"the key {printable(name)!r} of a dict would not be read as text"
            raise self.error(message, self._place(key, start))
        return spelled


class _Number(str):
    """A number of JSON, as it is spelled."""

    __slots__ = ()


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is in an object twice")
    return found


_SPELLINGS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_Number,
    parse_int=_Number,
    parse_constant=lambda name: _Number(_SPELLINGS[name]),
)
