"""Named tuples are those of `typing`, as far as they are used, and what is loaded by name is there."""

import copy
import pickle
import pkgutil
import re
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import PACKAGE

from heracles import lean


class Ours(lean.NamedTuple):
    """A place."""

    name: str
    size: int = 1

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


class Theirs(typing.NamedTuple):
    """A place."""

    name: str
    size: int = 1


@pytest.mark.parametrize("arguments", [{"name": "a"}, {"name": "a", "size": 3}])
def test_a_named_tuple_is_that_of_typing(arguments: dict[str, Any]) -> None:
    ours, theirs = Ours(**arguments), Theirs(**arguments)
    assert tuple(ours) == tuple(theirs)
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.name, ours.size, ours.double) == (theirs.name, theirs.size, 2 * theirs.size)
    assert (ours._asdict(), Ours._fields) == (theirs._asdict(), Theirs._fields)
    assert tuple(ours._replace(size=7)) == tuple(theirs._replace(size=7))
    for again in (copy.copy(ours), pickle.loads(pickle.dumps(ours))):  # noqa: S301 - our own bytes
        assert (type(again), again) == (Ours, ours)


def test_what_is_left_out_at_the_end_has_its_default() -> None:
    assert [tuple(Ours("a")), tuple(Ours("a", 3))] == [tuple(Theirs("a")), tuple(Theirs("a", 3))]


def test_a_named_tuple_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Ours("a").size = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours("a").other = 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a", 1, 2), {}), (("a",), {"name": "b"}), (("a",), {"x": 1})]
)
def test_a_named_tuple_refuses_other_fields(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_what_is_no_field_cannot_be_replaced() -> None:
    changed: dict[str, Any] = {"size": 7, "x": 1}
    with pytest.raises(TypeError, match="Ours has no field x"):
        Ours("a")._replace(**changed)


def test_a_name_is_that_of_a_module_or_of_what_is_in_it() -> None:
    assert lean.load("heracles.lean") is lean
    assert lean.load("heracles.lean:load") is lean.load


def needy_patterns() -> dict[str, lean._NeedyPattern]:
    """Return the expressions of all modules that say what they need, by their places and names."""
    modules = (module.name for module in pkgutil.walk_packages([str(PACKAGE)], "heracles."))
    return {
        f"{module}:{name}": value
        for module in modules
        if not module.endswith("__main__")
        for name, value in vars(lean.load(module)).items()
        if isinstance(value, lean._NeedyPattern)
    }


NEEDY = needy_patterns()


@pytest.mark.parametrize("name", NEEDY)
@given(data=st.data())
def test_a_text_that_matches_has_what_the_expression_needs(name: str, data: st.DataObject) -> None:
    expression = NEEDY[name]
    text = data.draw(st.from_regex(re.compile(expression.pattern, expression.flags)))
    assert expression._may_match(text)
    assert not expression._may_match("")


@given(st.text("ab ", max_size=9), st.sampled_from(["match", "fullmatch", "search", "finditer"]))
def test_an_expression_with_needs_finds_what_it_finds_without(text: str, method: str) -> None:
    def spans(expression: re.Pattern[str]) -> list[tuple[int, int]]:
        found = getattr(expression, method)(text, 1)
        return [match.span() for match in (found if method == "finditer" else filter(None, [found]))]

    expression = lean.pattern(" ?b+", needs="b")
    wanted = spans(re.compile(" ?b+"))
    assert spans(expression) == wanted
    assert spans(expression) == wanted


def test_an_expression_is_compiled_only_for_a_text_that_has_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_ = re.compile

    def recorded(text: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(text)
        return compile_(text, flags)

    monkeypatch.setattr(re, "compile", recorded)
    expression = lean.pattern("a+b", needs="b")
    assert (expression.match("aaa", 1), expression.search("a"), expression.fullmatch(""), compiled) == (*[None] * 3, [])
    assert not list(expression.finditer("aaa"))
    assert (expression.pattern, compiled) == ("a+b", [])
    for _ in range(2):
        assert expression.match("aab", 1)
        assert expression.sub("-", "xab") == "x-"
    assert compiled == ["a+b"] * 2  # once for what has no result without a match, once for the rest
    assert lean.pattern("a+b", needs="b").match("a" * 10_000) is None
    assert compiled == ["a+b"] * 3


def test_a_lazy_dictionary_makes_a_value_once() -> None:
    made: list[int] = []

    def make(key: int) -> str:
        made.append(key)
        return str(key)

    lazy = lean.Lazy(make)
    assert lazy
    assert [lazy[1], lazy[2], lazy[1], made, dict(lazy)] == ["1", "2", "1", [1, 2], {1: "1", 2: "2"}]
    assert 3 not in lazy
