"""Rows of files: any text survives the way through CSV, TSV and JSON Lines, and each error names its cell."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import heracles
from heracles import FileError, OverrideError, strategies
from heracles.ir import Zip
from heracles.ir.values import Missing

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
CELLS = st.one_of(TEXTS, st.sampled_from(["0.1", "null", "a,b", 'say "x"', "a\r\nb", " a ", "", "range(3)", "é", "\t"]))


def rows(text: str, name: str = "rows.csv") -> Zip:
    sweep = heracles.parse([f"@{name}"], files=lambda _: text)
    (dimension,) = sweep.dimensions
    assert isinstance(dimension, Zip)
    return dimension


def data(dimension: Zip) -> list[dict[str, Any]]:
    """Return the Python data of what each row sets."""
    found = []
    for index in range(dimension.size):
        pairs = zip(dimension.keys, dimension.values_at(index), strict=True)
        found.append({key: value.data for key, value in pairs if not isinstance(value, Missing)})
    return found


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), st.sampled_from(["excel", "excel-tab", "unix"]))
def test_quoted_cells_are_text(cells: list[tuple[str, str]], dialect: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, dialect, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "+b.c"), *cells])
    found = rows(file.getvalue(), "x.tsv" if dialect == "excel-tab" else "x.csv")
    assert data(found) == [{"a": first, "+b.c": second} for first, second in cells]


@given(st.lists(strategies.values(), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_other_cells_are_what_they_are_in_an_override(texts: list[str], end: str, has_mark: bool) -> None:  # noqa: FBT001 - drawn
    assume(not any(set(text) & set("\t\r\n") or text.strip(" ").startswith('"') for text in texts))
    lines = end.join(["k\tother", *(f"{text}\t1" for text in texts)])
    found = rows(("\ufeff" if has_mark else "") + lines, "x.tsv")
    values = [heracles.parse([f"k={text}"]).dimensions[0].values_at(0) if text.strip() else None for text in texts]
    kept = [row[:1] for row in map(found.values_at, range(found.size))]
    assert [None if isinstance(row[0], Missing) else row for row in kept] == values


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), CELLS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b c", "d:e", "f_1", "g[h]"]), inner)
    ),
    max_leaves=4,
)


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "+b", "c/d@e"]), JSON), min_size=1, max_size=4).filter(any),
    st.booleans(),
)
def test_json_lines_are_their_data(objects: list[dict[str, Any]], is_ascii: bool) -> None:  # noqa: FBT001 - drawn
    text = "\n\n".join(json.dumps(each, ensure_ascii=is_ascii) for each in objects)
    assert data(rows(text, "x.jsonl")) == objects


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ("a,b\n1e-3,\n,x y\n", [("a=1e-3",), ("b=x y",)]),
        ("a\n1\n\n \n2", [("a=1",), ("a=2",)]),
        ('a , "b"\n "x" ,\'y\'\n', [("a=x", "b='y'")]),
        ('a,b\n"",""\n,\n', [("a=''", "b=''"), ()]),
        ("--lr,--n\n'a b',\"it's\"\n", [("--lr=a b", "--n=it's")]),
        ('out\nruns/__run__\n"__run(3)__"\n', [("out=runs/0",), ("out='001'",)]),
    ],
)
def test_cells(text: str, overrides: list[tuple[str, ...]]) -> None:
    assert list(heracles.parse(["@rows.csv"], files=lambda _: text)) == overrides


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "a.csv:1: this file has no rows: the first one has the keys\n  \n  ^"),
        ("a.csv", "lr\n", "a.csv:1: this file has no rows: the first one has the keys\n  lr\n  ^"),
        ("a.jsonl", "\n", "a.jsonl:1: this file has no rows\n  \n  ^"),
        ("a.csv", "lr\n1\0\n", "a.csv:2: this is no text: it has a NUL character\n  1\\x00\n   ^^^^"),
        (
            "a.csv",
            "lr,m\n1,2\n1,2,3,4\n",
            "a.csv:3: this row has 4 cells, and the first one has 2 keys\n  1,2,3,4\n      ^^^",
        ),
        ("a.csv", "lr,m\n1\n", "a.csv:2: this row has 1 cell, and the first one has 2 keys\n  1\n   ^"),
        (
            "a.csv",
            "lr,m\r\n[1,2],x\r\n",
            "a.csv:2: this row has 3 cells, and the first one has 2 keys: a list has commas, which separate cells "
            "here: use .tsv or .jsonl\n  [1,2],x\n        ^",
        ),
        (
            "a.csv",
            "lr;m\n1;2\n",
            "a.csv:1: this is no key of an override: this file has ';' between its cells, and .csv is read with "
            "commas\n  lr;m\n  ^^^^",
        ),
        ("a.csv", "a b\n1\n", "a.csv:1: this is no key of an override\n  a b\n  ^^^"),
        (
            "a.csv",
            ",m\n0,2\n",
            "a.csv:1: column 1 has no key in the first row: pandas writes none for its index, unless index=False\n"
            "  ,m\n  ^",
        ),
        ("a.csv", "m,\n0,2\n", "a.csv:1: column 2 has no key in the first row\n  m,\n    ^"),
        ("a.csv", "m,m\n0,2\n", "a.csv:1: m is the key of two columns\n  m,m\n    ^"),
        (
            "a.csv",
            "~m\n0\n",
            "a.csv:1: rows set keys and cannot delete any: write the deletion beside the file\n  ~m\n  ^^",
        ),
        (
            "a.csv",
            "m,n\n 5,range(3)\n",
            "a.csv:2: a cell is one value: write what is no value of its own beside the file\n"
            "   5,range(3)\n     ^^^^^^^^",
        ),
        (
            "a.csv",
            "m\n__randseed__\n",
            "a.csv:2: a cell is one value: write what is no value of its own beside the file\n"
            "  __randseed__\n  ^^^^^^^^^^^^",
        ),
        ("a.csv", "m,n\n x(,1\n", "a.csv:2: this '(' is never closed: expected ')'\n   x(,1\n    ^"),
        (
            "a.csv",
            'm,n\n1,"a"b\n',
            'a.csv:2: this quote is not closed at the end of the cell: in quoted text, "" is a quote\n  1,"a"b\n    ^',
        ),
        ("a.jsonl", '{"a":1}\n{"a":}', 'a.jsonl:2: this line is no JSON: expecting value\n  {"a":}\n       ^'),
        ("a.jsonl", "[1]", 'a.jsonl:1: a line is an object, such as {"lr": 0.1}\n  [1]\n  ^^^'),
        (
            "a.jsonl",
            '{"a":1,"a":2}',
            'a.jsonl:1: this line is not valid: a key is in an object twice\n  {"a":1,"a":2}\n  ^^^^^^^^^^^^^',
        ),
        (
            "a.jsonl",
            '{"a":{"1":2}}',
            'a.jsonl:1: the key \'1\' of a dict would not be read as text\n  {"a":{"1":2}}\n   ^^^',
        ),
        (
            "a.jsonl",
            '{"b":1}\n{"é b":1}',
            'a.jsonl:2: this is no key of an override\n  {"é b":1}\n   ^^^^^',
        ),
    ],
)
def test_what_is_no_row(name: str, text: str, message: str) -> None:
    with pytest.raises(OverrideError) as caught:
        rows(text, name)
    assert str(caught.value) == message


def test_without_a_reader_of_files() -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["@rows.csv"])
    assert caught.value.message == "the rows of this file are unknown here: files= returns its text"


def test_equal_runs_in_two_cases_where_a_row_lacks_a_key() -> None:
    texts = {"a.csv": "m,n\n1,\n2,5\n", "b.csv": "m,k\n1,\n2,\n3,4\n"}
    sweep = heracles.parse([], cases=[["@a.csv"], ["m=1,3"], ["@b.csv"], ["n=null", "m=1"]], files=texts.__getitem__)
    assert list(sweep) == [("m=1",), ("m=2", "n=5"), ("m=3",), ("m=2",), ("m=3", "k=4"), ("m=1", "n=null")]


def test_files_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffa\r\né\r\n".encode())
    assert heracles.read_rows(str(path)) == "\ufeffa\r\né\r\n"
    path.write_bytes(b"a\n\xff\n")
    for place, message in {
        path: f"cannot read {path}: it is no text in UTF-8",
        tmp_path / "no.csv": f"no such file of rows: {tmp_path}/no.csv",
        tmp_path: f"{tmp_path} is a directory: @ takes a file of rows",
        path / "x": f"cannot read {path}/x: Not a directory",
    }.items():
        with pytest.raises(FileError) as caught:
            heracles.read_rows(str(place))
        assert caught.value.message == message
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileError) as caught:
        heracles.read_rows(str(tmp_path / "pipe.csv"))
    assert caught.value.message == f"{tmp_path}/pipe.csv is not a plain file"
