"""Which command of a job script gets the overrides, and finding it again after the script was edited."""

import pytest

from heracles.script.candidate import Refusal
from heracles.script.parameters import Parameters
from heracles.script.placement import Candidates
from heracles.shell.parser import parse


def candidates(text: str) -> Candidates:
    tree = parse(text)
    return Candidates(tree, Parameters(tree))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "a"),
        ("a\nb", "b"),
        ("a; b | c", None),
        ("a\necho", "a"),
        ("a\nb\necho", None),
        ("srun a \\\n  --x\nwait", "srun a --x"),
        ("for i in 1; do\n  a $i\ndone\necho", "a $i"),
        ("f() { a; }\nf", "a"),
        ("f() { a; }\nf\nf", None),
        ("bash -c 'cd x; a; echo'", "a"),
        ("bash -c 'a; b'", None),
        ("echo", "echo"),
        ("srun hostname", "srun hostname"),
        ("cd x", None),
        ("pip install x", None),
        ("a\nsbatch $0", "a"),
        ("server &\na\nkill %1", "a"),
        ("server &\na\nwait", None),
    ],
)
def test_the_command_that_can_be_meant(text: str, shown: str | None) -> None:
    if shown is None:
        with pytest.raises(Refusal):
            candidates(text).choose()
    else:
        assert candidates(text).choose().shown == shown


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ("a\nb", 1, "a"),
        ("a \\\n  --x", 2, "a --x"),
        ("echo; a", 1, "a"),
        ("bash -c '\na\nb'", 2, "a"),
        ("bash <<E\na\nE\n", 2, "a"),
        ("f() {\n  a\n}", 2, "a"),
        ("echo", 1, "echo"),
    ],
)
def test_the_command_on_a_line(text: str, line: int, shown: str) -> None:
    assert candidates(text).at(line).shown == shown


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a", 2, "the script has no line 2"),
        ("a", 0, "the script has no line 0"),
        ("a\n# b\n", 2, "no command begins or ends on line 2"),
        ("a | b", 1, "several commands begin or end on line 1: put each on a line of its own"),
        ("parallel a", 1, "parallel joins its words"),
    ],
)
def test_no_command_on_a_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        candidates(text).at(line)
    assert caught.value.reason.startswith(reason)


def test_the_choices() -> None:
    found = candidates("a\necho\nb | c\nfor i in 1; do d; done\nbash -c '\ne'\n").choices()
    assert {line: each.shown for line, each in found.items()} == {1: "a", 4: "d", 6: "e"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\npython b.py --x\nc", 2),
        ("a\n\n\npython b.py --x\nc", 4),
        ("a\npython b.py --y\nc", 2),
        ("a\n\npython b.py --y\nc", 3),
        ("python b.py --x\npython b.py --x", 2),
        ("python b.py --y\n\npython b.py --z", None),
        ("a\nc", None),
    ],
)
def test_a_command_that_was_chosen_before(text: str, line: int | None) -> None:
    assert candidates(text).again(2, "python b.py --x") == line
