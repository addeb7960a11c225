"""The railroad diagrams of the grammar: that they are what would be drawn now, and are shown."""

import re
from xml.etree import ElementTree as ET

import pytest
from lark import Lark
from tools import diagrams
from tools.diagrams import FOLDER, GRAMMAR

DRAWN = diagrams.pictures()


def test_the_pictures_are_those_of_the_grammar() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}
    assert kept == {f"{name}.svg": text for name, text in DRAWN.items()}, "stale: run make diagrams"


def test_every_rule_is_drawn() -> None:
    rules = set()
    for start in ("override", "expression"):
        lark = Lark.open(str(GRAMMAR / f"{start}.lark"), parser="lalr", start=start)
        rules |= {rule.origin.name for rule in lark.rules if not rule.origin.name.startswith("__")}
    assert {name for name in DRAWN if not name.isupper()} == rules


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_well_formed(name: str) -> None:
    picture = ET.fromstring(DRAWN[name])  # noqa: S314 - our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.findtext(".//{*}text") == name


@pytest.mark.parametrize(
    ("definition", "picture"),
    [
        ("BARE", "word BARE"),
        ("flag", "rule flag"),
        ("_COMMA", "sign ,"),
        ("RANDOM_CLOSE", "sign )__"),
        ("_BLANK", "word _BLANK"),
        ('"++"', "sign ++"),
        (r"/\(/", "sign ("),
        ("/a|b/", "pattern /a|b/"),
        ("key _EQUAL", "Sequence(rule key, sign =)"),
        ("key | flag _EQUAL -> x", "Choice(0, rule key, Sequence(Sequence(rule flag, sign =), comment x))"),
        ("key?", "Choice(1, Skip(), rule key)"),
        ("key+", "OneOrMore(rule key, repeat=Skip())"),
        ("key*", "Choice(1, Skip(), OneOrMore(rule key, repeat=Skip()))"),
        ("pair (_COMMA pair)*", "Sequence(OneOrMore(rule pair, repeat=sign ,))"),
        ("pair (_COMMA pair)+", "Sequence(rule pair, sign ,, OneOrMore(rule pair, repeat=sign ,))"),
        (
            "pair (_COMMA key)*",
            "Sequence(rule pair, Choice(1, Skip(), OneOrMore(Sequence(sign ,, rule key), repeat=Skip())))",
        ),
        ("pair (_COMMA pair)?", "Sequence(rule pair, Choice(1, Skip(), Sequence(sign ,, rule pair)))"),
    ],
)
def test_drawing(definition: str, picture: str) -> None:
    (body,) = diagrams.read(f"it : {definition}\n").values()
    shown = re.sub(r"(?:Non)?Terminal\('(.+?)', href=.*?, cls='(\w*)'\)", r"\2 \1", repr(diagrams.drawn(body)))
    assert re.sub(r"Comment\('(.+?)', href=.*?\)", r"comment \1", shown) == picture


def test_the_reference_shows_each_picture() -> None:
    shown = re.findall(r"^!\[(\w+)\]\(diagrams/(\w+)\.svg\)$", (GRAMMAR / "README.md").read_text(), re.MULTILINE)
    assert shown == [(name, name) for name in DRAWN]
