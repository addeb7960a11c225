"""A sweep as JSON, and its runs as lines, for other programs."""

import itertools
import json
import subprocess
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles as package
from heracles import HeraclesError, Sweep, strategies
from heracles.backends.exports import FORMATS
from heracles.ir import serialize
from heracles.ir.dimensions import DIMENSION_KINDS
from heracles.ir.generators import GENERATOR_KINDS
from heracles.ir.runs import RUN_KINDS
from heracles.ir.values import VALUE_KINDS

SCHEMA = json.loads(files(package.ir).joinpath("ir.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LONG = st.lists(strategies.long_ranges(), min_size=1, max_size=2).map(
    lambda ranges: [f"k{i}={text}" for i, text in enumerate(ranges)]
)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["heracles"]["enum"] == list(serialize.VERSIONS)


def kinds(schema: object) -> set[str]:
    """Return the kinds that a part of the schema describes."""
    if isinstance(schema, list):
        return set().union(*map(kinds, schema))
    if not isinstance(schema, dict):
        return set()
    kind = schema.get("properties", {}).get("kind", {})
    return {kind.get("const", ""), *kind.get("enum", ())}.union(*map(kinds, schema.values())) - {""}


def test_the_schema_has_every_kind() -> None:
    families = VALUE_KINDS, GENERATOR_KINDS, DIMENSION_KINDS, RUN_KINDS
    assert kinds(SCHEMA) == {kind.__name__.lower() for family in families for kind in family.classes}


FIRST = {
    *("null", "bool", "int", "float", "bare", "quoted", "extension", "list", "dict", "absent"),
    *("choice", "range", "randseed", "concat", "shuffle", "cast", "axis", "sweep"),
}
"""The kinds of the first version of the format; `subset` came with the second."""


def test_no_kind_is_written_in_a_version_whose_readers_do_not_know_it() -> None:
    later = kinds(SCHEMA) - FIRST - {"subset"}
    for kind in sorted(later):
        written = json.loads(serialize.dumps({"axes": [{"values": {"kind": kind}}]}))
        assert written["heracles"] >= 3, kind
    assert json.loads(serialize.dumps({"axes": [{"values": {"kind": "cast"}}]}))["heracles"] == 1


@given(st.one_of(strategies.sweeps(), LONG), st.integers())
def test_json_reads_back_as_an_equal_sweep(overrides: list[str], seed: int) -> None:
    sweep = package.parse(overrides, seed=seed)
    text = sweep.to_json()
    VALIDATOR.validate(json.loads(text))
    again = Sweep.from_json(text)
    assert again == sweep
    assert again.to_json() == text
    assert text.isascii() and "\n" not in text
    for run in itertools.islice(range(sweep.size), 3):
        assert again[run] == sweep[run]


def test_json_is_this() -> None:
    sweep = package.parse(["lr=0.1,'a b'", "n=shuffle(range(0,1,0.5)),[1,{a: b}],__randseed(2)__", "~old"], seed=3)
    assert json.loads(sweep.to_json()) == {
        "heracles": 1,
        "seed": 3,
        "axes": [
            {
                "key": "lr",
                "values": {
                    "kind": "choice",
                    "values": [{"kind": "float", "text": "0.1"}, {"kind": "quoted", "text": "'a b'"}],
                },
            },
            {
                "key": "n",
                "values": {
                    "kind": "concat",
                    "parts": [
                        {
                            "kind": "shuffle",
                            "key": "shuffle 3 1 n",
                            "values": {"kind": "range", "start": 0, "stop": 10, "step": 5, "scale": 1},
                        },
                        {
                            "kind": "choice",
                            "values": [
                                {
                                    "kind": "list",
                                    "text": "[1,{a: b}]",
                                    "items": [
                                        {"kind": "int", "text": "1"},
                                        {
                                            "kind": "dict",
                                            "text": "{a: b}",
                                            "items": [[{"kind": "bare", "text": "a"}, {"kind": "bare", "text": "b"}]],
                                        },
                                    ],
                                }
                            ],
                        },
                        {"kind": "randseed", "seeds": 2},
                    ],
                },
            },
            {"key": "~old", "values": {"kind": "choice", "values": [{"kind": "absent", "text": ""}]}},
        ],
    }


def node(**fields: Any) -> str:
    return json.dumps({"heracles": 1, "seed": 0, "axes": [{"key": "a", "values": fields}]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "this is not a sweep: it is not an object"),
        ("{}", "this sweep is incomplete: it has no heracles"),
        ('{"heracles":4}', "this sweep has version 4 of the format; this Heracles reads the versions up to 3"),
        ('{"heracles":true}', "this is not a sweep: heracles is not a whole number"),
        ('{"heracles":1,"seed":0,"axes":{}}', "this is not a sweep: axes is not a list"),
        ('{"heracles":1,"axes":[]}', "this sweep is incomplete: it has no seed"),
        ('{"heracles":1,"seed":0,"axes":[{"key":1}]}', "this is not a sweep: axes[0].key is not a string"),
        (
            node(kind="x"),
            "this is not a sweep: axes[0].values.kind is none of choice, range, randseed, concat, shuffle, cast, "
            "linspace, geomspace, logspace, interval",
        ),
        (node(kind="randseed", seeds=-1), "this is not a sweep: axes[0].values.seeds is negative"),
        (
            node(kind="range", start=0, stop=1, step=0, scale=0),
            "this is not a sweep: axes[0].values.step is 0",
        ),
        (
            node(kind="range", start=0, stop=1, step=1, scale=400),
            "this is not a sweep: axes[0].values.scale is not from 0 to 399",
        ),
        (
            node(kind="cast", name="complex", values={}),
            "this is not a sweep: axes[0].values.name is none of int, float, str, bool, json_str",
        ),
        (
            node(kind="choice", values=[{"kind": "seed", "text": ""}]),
            "this is not a sweep: axes[0].values.values[0].kind is none of absent, missing, null, bool, int, float, "
            "bare, quoted, extension, list, dict",
        ),
        (
            node(kind="choice", values=[{"kind": "bare", "text": "a\0"}]),
            "this is not a sweep: axes[0].values.values[0].text has a NUL character",
        ),
        (
            node(kind="choice", values=[{"kind": "dict", "text": "{}", "items": [[]]}]),
            "this is not a sweep: axes[0].values.values[0].items has an item that is not a pair",
        ),
        ("[" * 10**5, "the values nest too deep"),
    ],
)
def test_json_that_is_no_sweep(text: str, message: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        Sweep.from_json(text)
    assert str(caught.value) == message


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["choice", "range", "a", "int", "concat"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["kind", "values", "parts", "items", "text", "key", "start", "stop", "step", "scale", "axes"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_what_is_read_is_what_the_schema_allows(values: object, other: object) -> None:
    axes = [{"key": "a", "values": values}, other]
    for candidate in (*({"heracles": 1, "seed": 0, "axes": axes[:count]} for count in (1, 2)), other):
        try:
            Sweep.from_json(json.dumps(candidate))
        except HeraclesError:
            assert not VALIDATOR.is_valid(candidate)


@given(strategies.sweeps(3))
def test_lines_say_what_the_runs_are(overrides: list[str]) -> None:
    sweep = package.parse(overrides)
    runs = [sweep[i] for i in range(min(sweep.size, 20))]

    def lines(name: str) -> list[str]:
        shown = list(itertools.islice(FORMATS[name](sweep), 21))
        assert all(line.count("\n") == 1 and line.endswith("\n") for line in shown)
        return [line[:-1] for line in shown]

    assert [json.loads(line) for line in lines("jsonl")][:20] == [
        {"run": i, "overrides": list(run)} for i, run in enumerate(runs)
    ]
    rows = [row.split("\t") for row in lines("tsv")]
    assert rows[0] == ["run", *sweep.columns]
    assert all(len(row) == len(rows[0]) for row in rows)
    for row, run in zip(rows[1:], runs, strict=False):
        cells = [
            cell.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for cell in row
        ]
        assert [cell.replace("\0", "\\") for cell in cells[1:]] == [
            text.removeprefix(key).removeprefix("=") for key, text in zip(sweep.columns, run, strict=True)
        ]
    script = "\n".join(f"printf '%s\\0' begin {line}" for line in lines("commands")[:20])
    shown = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()
    assert shown == "".join(f"{word}\0" for run in runs for word in ("begin", *run))
