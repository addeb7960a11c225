"""Functions that others add to the language: what they are given, what they may give, and what goes wrong."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import heracles
from heracles import Generator, HeraclesError, OverrideError
from heracles.backends import array_script
from heracles.backends.array_layout import Array
from heracles.ir.values import Bare, Int, Value
from heracles.language import plugins
from heracles.schedulers.registry import NONE
from heracles.script.job_script import JobScript


@pytest.fixture
def add() -> Iterator[Callable[[Callable[..., Any]], None]]:
    """Register a function for one test, as `f`."""
    added: list[str] = []

    def register(function: Callable[..., Any]) -> None:
        plugins.register("f")(function)
        added.append("f")

    yield register
    for name in added:
        plugins.unregister(name)


Add = Callable[[Callable[..., Any]], None]


def values(text: str) -> list[str]:
    return [run[0].removeprefix("x=") for run in heracles.parse([f"x={text}"])]


def test_arguments_are_python_data(add: Add) -> None:
    seen: list[object] = []

    def f(*arguments: object, last: object = None) -> list[int]:
        seen.append((arguments, last))
        return [1]

    add(f)
    assert values("f(1,1.5,true,null,a b,'c, d',[1,[x]],{k: 2},range(3),choice(a,'b'),last=sort(2,1))") == ["1"]
    assert seen == [((1, 1.5, True, None, "a b", "c, d", [1, ["x"]], {"k": 2}, [0, 1, 2], ["a", "b"]), [1, 2])]


def test_results_are_values(add: Add) -> None:
    add(lambda: [None, True, 7, 0.5, "a b", "it's", "1", [1, ("x",)], {"k": "v w"}, Bare("p q"), float("inf")])
    assert values("f()") == [
        *("null", "true", "7", "0.5", "'a b'", '"it\'s"', "'1'", "[1,[x]]", "{k:'v w'}", "p q", "inf"),
    ]


def test_results_stand_among_others(add: Add) -> None:
    add(lambda n: list(range(n)))
    assert values("f(2),9,str(f(2)),sort(f(3),reverse=true)") == ["0", "1", "9", "'0'", "'1'", "2", "1", "0"]
    assert sorted(values("shuffle(f(5))")) == ["0", "1", "2", "3", "4"]
    assert values("f(0),1") == ["1"]


@dataclass(frozen=True)
class Squares(Generator):
    """The squares below `n` squared, none of them listed."""

    n: int

    @property
    def size(self) -> int:
        return self.n

    def at(self, index: int) -> Value:
        return Int(str(index * index))

    def __str__(self) -> str:
        return f"f({self.n})"


def test_a_generator_of_its_own_is_not_listed(add: Add, tmp_path: Path) -> None:
    add(Squares)
    huge = heracles.parse(["x=f(1000000000)"])
    assert huge[999_999_999] == ("x=999999998000000001",)
    assert str(huge) == "x=f(1000000000)"
    small = heracles.parse(["x=f(1000)", "y=shuffle(f(70)),f(2)"])
    script = JobScript("job.sh", b"#!/bin/bash\necho\n")
    (tmp_path / "all.sh").write_bytes(array_script.content(small, Array(script, NONE, small.size)))
    for run in (0, 71, 71_999):
        shown = subprocess.check_output(["bash", "all.sh", str(run)], cwd=tmp_path, text=True)
        assert shown == f"{' '.join(small[run])}\n"
    with pytest.raises(HeraclesError, match=r"^x=f\(1000000000\): bash has 64-bit numbers and cannot"):
        array_script.content(huge, Array(script, NONE, huge.size))
    with pytest.raises(HeraclesError, match=r"^f\(1000000000\): JSON would have to list these 1,000,000,000 values"):
        huge.to_json()


class Mixed(Generator):
    """Numbers, and one value that is none."""

    @property
    def size(self) -> int:
        return 3

    def at(self, index: int) -> Value:
        return Bare("x") if index == 2 else Int(str(index))


def test_each_value_of_a_generator_is_cast_before_any_run(add: Add) -> None:
    add(Mixed)
    assert values("str(f())") == ["'0'", "'1'", "x"]
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["x=int(f())"])
    assert str(caught.value) == "int(): 'x' is not a whole number\n  x=int(f())\n        ^^^"


def test_parameters_of_every_kind(add: Add) -> None:
    def f(first: int, /, second: int = 2, *, third: int = 3, **others: int) -> list[int]:
        return [first, second, third, *others.values()]

    add(f)
    assert values("f(1)") == ["1", "2", "3"]
    assert values("f(1,third=9,fourth=4)") == ["1", "2", "9", "4"]
    with pytest.raises(OverrideError, match=r"f\(\) takes at most 2 arguments: first, second"):
        values("f(1,2,3)")


def test_nothing_but_a_call_of_an_unknown_function_looks_for_installed_ones() -> None:
    code = (
        "import sys, heracles\n"
        "heracles.parse(['a=range(3)', 'b=sort(2,1)'])\n"
        "assert not {'importlib.metadata', 'difflib', 'heracles.language.installed'} & set(sys.modules)\n"
        "try: heracles.parse(['a=rnge(3)'])\n"
        "except heracles.OverrideError as error: print(error.message)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "no function 'rnge': did you mean range()?\n"


def endless() -> Iterator[int]:
    while True:
        yield 1


@pytest.mark.parametrize(
    ("function", "text", "message"),
    [
        (lambda n: [n], "f()", "f() needs an argument 'n'\n  x=f()\n    ^^^"),
        (lambda n: [n], "f(1,2)", "f() takes at most 1 argument: n\n  x=f(1,2)\n        ^"),
        (lambda *, n: [n], "f()", "f() needs an argument 'n'\n  x=f()\n    ^^^"),
        (lambda n: [n], "f(m=1)", "f() has no argument named 'm': it has n\n  x=f(m=1)\n        ^"),
        (lambda n: [1 // n], "f(0)", None),
        (lambda n: [int(n)], "f(a)", "f(): invalid literal for int() with base 10: 'a'\n  x=f(a)\n    ^^^^"),
        (lambda: "abc", "f()", "f(): the function did not return a sequence of values\n  x=f()\n    ^^^"),
        (lambda: None, "f()", "f(): 'NoneType' object is not iterable\n  x=f()\n    ^^^"),
        (
            lambda: [object()],
            "f()",
            "f(): the function returned a value of type object, which an override cannot hold\n  x=f()\n    ^^^",
        ),
        (
            endless,
            "f()",
            "f(): the function returned more than 1,000,000 values: let it return a Generator\n  x=f()\n    ^^^",
        ),
        (
            lambda n: [n],
            "f(__randseed__)",
            "f() takes neither seeds nor extend_list()\n  x=f(__randseed__)\n      ^^^^^^^^^^^^",
        ),
        (
            lambda n: [n],
            "f(range(2000000))",
            "f() takes 1,000,000 values at most\n  x=f(range(2000000))\n      ^^^^^^^^^^^^^^",
        ),
        (
            lambda: ["a\0b"],
            "f()",
            "f(): the function returned a NUL character, which cannot be passed to a program\n  x=f()\n    ^^^",
        ),
    ],
)
def test_what_goes_wrong(add: Add, function: Callable[..., Any], text: str, message: str | None) -> None:
    add(function)
    if message is None:  # a defect of the function's is not the user's mistake
        with pytest.raises(ZeroDivisionError):
            heracles.parse([f"x={text}"])
        return
    with pytest.raises(OverrideError) as caught:
        heracles.parse([f"x={text}"])
    assert str(caught.value) == message


def test_names(add: Add) -> None:
    add(lambda: [1])
    for name, message in (
        ("f", "there is a function 'f' already"),
        ("1f", "'1f' is not a function name: use letters, digits, _ and -, and begin with a letter or _"),
        ("range", "'range' is a built-in function"),
    ):
        with pytest.raises(ValueError, match=f"^{message}$"):
            plugins.register(name)(lambda: [2])
    with pytest.raises(OverrideError, match=r"no function 'ff': did you mean f\(\)\?"):
        heracles.parse(["x=ff(1)"])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("g = nosuch:g", "g() of nosuch:g cannot be loaded: No module named 'nosuch'"),
        ("g = mine:absent", "g() of mine:absent cannot be loaded: module 'mine' has no attribute 'absent'"),
        ("g = mine:broken", "g(): it is broken"),
        ("gg = mine:broken", "no function 'g': did you mean gg()?"),
    ],
)
def test_installed_functions_that_fail(tmp_path: Path, entries: str, message: str) -> None:
    (tmp_path / "mine.py").write_text("def broken():\n    raise ValueError('it is broken')\n")
    (tmp_path / "mine-1.dist-info").mkdir()
    (tmp_path / "mine-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n")
    (tmp_path / "mine-1.dist-info" / "entry_points.txt").write_text(f"[heracles.functions]\n{entries}\n")
    command = [sys.executable, "-m", "heracles", "--print=commands", "x=g()"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.partition("\n")[0] == f"Error: {message}"
