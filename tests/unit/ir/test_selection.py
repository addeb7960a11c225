"""What is not a product: its JSON, which is a schema's, and what no such thing can be made of."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given

import heracles as package
from heracles import HeraclesError, Sweep, strategies
from heracles.ir import (
    Axis,
    Choice,
    Diagram,
    Filtered,
    Geomspace,
    Grown,
    Interval,
    Linspace,
    Logspace,
    Rule,
    Runs,
    Sample,
    Step,
    Union,
    Zip,
    steps,
)
from heracles.ir.diagram import everything
from heracles.ir.values import Float, Int

VALIDATOR = jsonschema.Draft202012Validator(json.loads(files(package.ir).joinpath("ir.schema.json").read_text("utf-8")))
WHOLE = package.parse(
    ["mo=zip(m=[cnn,vit],bs=[32,64])", "lr=geomspace(1e-3,1e-1,3)", "n=int(interval(1,9))", "s=__randseed(2)__"],
    cases=[["w=expr(bs * n)", "x=linspace(0,1,2)"], ["v=expr(bs * 2)", "y=logspace(0,1,2)", "out=__run__"]],
    exclude=["m=vit lr=1e-3"],
    sample=4,
)

NO_DIAGRAM = "a filtered sweep is a product, and a diagram with a level for each of its dimensions"
NO_UNION = "a union has cases, which are products or what rules leave of them"
NO_INTERVAL = "an interval goes up, and if its logarithm is drawn, from a positive number"


@given(strategies.studies())
def test_the_json_is_that_of_the_schema(study: dict[str, Any]) -> None:
    try:
        runs = package.parse(**study)
    except HeraclesError:
        return
    VALIDATOR.validate(json.loads(runs.to_json()))


@given(strategies.studies(), strategies.studies())
def test_the_json_of_a_continued_sweep_is_that_of_the_schema(one: dict[str, Any], other: dict[str, Any]) -> None:
    try:
        earlier, later = package.parse(**{**one, "seed": 1}), package.parse(**{**other, "seed": 1})
    except HeraclesError:
        return
    grown = Grown(Grown(earlier, later[:2]), later[:1])
    VALIDATOR.validate(json.loads(grown.to_json()))
    assert Runs.from_json(grown.to_json()) == grown


def test_the_json_of_all_of_it() -> None:
    data = json.loads(WHOLE.to_json())
    VALIDATOR.validate(data)
    assert (data["heracles"], data["kind"], data["draws"]) == (3, "sample", 4)
    first, second = data["runs"]["cases"]
    assert [axis.get("kind", "axis") for axis in first["sweep"]["axes"]] == [
        *("zip", "axis", "axis", "repeat", "derived", "axis"),
    ]
    assert first["rules"] == [{"rule": "exclude", "text": "m=vit lr=1e-3", "matched": 2, "removed": 2}]
    assert first["diagram"] == [
        [[[0, 1, 0], [1, 2, 1]]],
        [[[0, 3, 0]], [[1, 3, 0]]],
        [[[0, 1, 0]]],
        *[[[[0, 1, 0]]]] * 2,
        [[[0, 2, 0]]],
    ]
    assert second["sweep"]["axes"][4]["over"] == [0]
    assert [value["text"] for value in second["sweep"]["axes"][4]["values"]] == ["64", "128"]
    assert Runs.from_json(WHOLE.to_json()) == WHOLE


@pytest.mark.parametrize(
    ("words", "version"),
    [
        (["a=1,2"], 1),
        (["a=linspace(0,1,2)"], 3),
        (["z=zip(a=[1],b=[2])"], 3),
        (["a=out/__run__"], 3),
        (["a=1", "b=expr(a)"], 3),
    ],
)
def test_a_sweep_is_written_in_the_first_version_that_has_it(words: list[str], version: int) -> None:
    sweep = package.parse(words)
    assert json.loads(sweep.to_json())["heracles"] == version
    assert json.loads(sweep[:1].to_json())["heracles"] == max(2, version)
    assert Sweep.from_json(sweep.to_json()) == sweep


def changed(**fields: Any) -> str:
    """Return the JSON of a filtered sweep, with other fields."""
    data = json.loads(package.parse(["a=1,2,3", "b=1,2", "c=expr(a * b)"], where=["a < 3"]).to_json())
    return json.dumps({**data, **fields})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed(diagram=[]), NO_DIAGRAM),
        (changed(sweep=json.loads(package.parse(["a=1"])[:1].to_json())), NO_DIAGRAM),
        (
            changed(diagram=[[[[0, 4, 0]]], [[[0, 2, 0]]], [[[0, 1, 0]]]]),
            NO_DIAGRAM,
        ),
        (
            changed(diagram=[[[[0, 2, 1]]], [[[0, 2, 0]]], [[[0, 1, 0]]]]),
            "this is not a sweep: diagram has ranges that are not in order, or that lead nowhere",
        ),
        (
            changed(diagram=[[[[1, 2, 0], [0, 1, 0]]], [[[0, 2, 0]]], [[[0, 1, 0]]]]),
            "this is not a sweep: diagram has ranges that are not in order, or that lead nowhere",
        ),
        (
            changed(diagram=[[[[0, 0, 0]]], [[[0, 2, 0]]], [[[0, 1, 0]]]]),
            "this is not a sweep: diagram[0][0][0] is not a first position, the one after the last, and a node",
        ),
        (changed(rules=[{}]), "this sweep is incomplete: it has no rules[0].rule"),
        (changed(rules=3), "this is not a sweep: rules is not a list"),
        (
            '{"heracles":3,"kind":"union","cases":[]}',
            NO_UNION,
        ),
        (
            '{"heracles":3,"kind":"sample","draws":-1,"runs":{"seed":0,"axes":[]}}',
            "this is not a sweep: draws is negative",
        ),
        (
            '{"heracles":3,"kind":"sample","draws":2,"runs":{"seed":0,"axes":[]}}',
            "there is 1 combination, fewer than the 2 to draw",
        ),
        (
            '{"heracles":3,"seed":0,"axes":[{"kind":"derived","key":"a","text":"b","over":[3],"values":[],"by_draw":false}]}',
            "this is not a sweep: a has fewer values than it needs",
        ),
        (
            '{"heracles":3,"seed":0,"axes":[{"kind":"derived","key":"a","text":"b","over":[],"values":[],"by_draw":0}]}',
            "this is not a sweep: axes[0].by_draw is not true or false",
        ),
        (
            '{"heracles":3,"seed":0,"axes":[{"kind":"zip","name":"a","members":[],"shuffle":""}]}',
            "a zip has one member or more, of one size",
        ),
        (
            '{"heracles":3,"seed":0,"axes":[{"kind":"zip","name":"a","members":[{"kind":"repeat","dimension":'
            '{"key":"s","values":{"kind":"randseed","seeds":1}}}],"shuffle":""}]}',
            "this is not a sweep: axes[0].members has a member that is no axis without seeds",
        ),
        (
            '{"heracles":3,"seed":0,"axes":[{"key":"a","values":{"kind":"linspace","start":{"kind":"int","text":"1"},'
            '"stop":{"kind":"float","text":"inf"},"number":1,"endpoint":true}}]}',
            "this is not a sweep: axes[0].values.stop is not a finite number",
        ),
    ],
)
def test_json_that_is_none(text: str, message: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        Runs.from_json(text)
    assert str(caught.value) == message


def test_what_cannot_be_made() -> None:
    one, two, seeds = Int("1"), Int("2"), package.parse(["s=__randseed(2)__"])
    huge, many = package.parse(["a=range(5000000000000000000)"]), package.parse([f"s=__randseed({2**30})__"])
    short, long = Axis("a", Choice((one,))), Axis("b", Choice((one, two)))
    wrong: list[tuple[Any, str]] = [
        (lambda: Zip("z", (short, long)), "a zip has one member or more, of one size"),
        (lambda: Geomspace(Int("0"), one, 2), "the ends of a geometric space are both positive or both negative"),
        (lambda: Logspace(one, two, 2, True, Int("0")), "the base of a logarithmic space is positive"),  # noqa: FBT003
        (lambda: Interval(two, one), NO_INTERVAL),
        (lambda: Interval(Int("0"), one, is_log=True), NO_INTERVAL),
        (lambda: Filtered(seeds, (), Diagram(())), NO_DIAGRAM),
        (lambda: Union(()), NO_UNION),
        (lambda: Sample(seeds[:1], 1), "a sample is drawn from a product, a filtered one or a union"),
        (lambda: Sample(huge, 1), "a sample is drawn from 2**62 combinations at most"),
        (lambda: Union((many,) * 3), "3,221,225,472 seeds are needed, but only 2,147,483,648 do not repeat"),
    ]
    for make, message in wrong:
        with pytest.raises(HeraclesError) as caught:
            make()
        assert caught.value.message == message


def test_odd_ends_of_spaces() -> None:
    assert [each.text for each in Linspace(Float("1e-5"), Int("+1"), 1)] == ["1e-5"]
    assert list(Linspace(one := Int("1_0"), Int("10"), 3)) == [one, Float("10.0"), Int("10")]
    assert [each.text for each in Linspace(Float("1e-999"), Int("1"), 3)] == ["1e-999", "0.5", "1"]
    assert Geomspace(Float("-1.0"), Float("-4"), 3).at(1) == Float("-2.0")
    assert str(Logspace(Int("0"), Int("1"), 2, False, Float("2.5"))) == "logspace(0,1,2,base=2.5,endpoint=false)"  # noqa: FBT003
    assert Linspace(Int("0"), Int("1"), 10**18 + 1).at(10**18 // 2) == Float("0.5")


def test_the_text_of_all_of_it() -> None:
    assert str(WHOLE) == (
        "--case mo=zip(m=choice(cnn,vit),bs=choice(32,64)) lr=geomspace(1e-3,1e-1,3) n=int(interval(1,9)) "
        "s=__randseed(2)__ w=expr(bs * n) x=linspace(0,1,2) --exclude m=vit lr=1e-3 "
        "--case mo=zip(m=choice(cnn,vit),bs=choice(32,64)) lr=geomspace(1e-3,1e-1,3) n=int(interval(1,9)) "
        "s=__randseed(2)__ v=expr(bs * 2) y=logspace(0,1,2) out=__run__ --exclude m=vit lr=1e-3 --sample 4"
    )


def test_a_whole_diagram_keeps_the_product() -> None:
    sweep = package.parse(["a=range(3)", "b=x,y"])
    runs = Filtered(sweep, (Rule("where", "true", 0, 0),), everything([3, 2]))
    assert list(runs) == list(sweep)
    assert steps(runs) == (Step("product", "", 6), Step("where", "true", 6, 0, 0))
    assert everything([2, 0]).size == 0
    assert everything([]).size == 1
