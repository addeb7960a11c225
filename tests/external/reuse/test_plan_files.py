"""A sweep tool of another kind: plans of several steps, whose values are Heracles' in a language of its own."""

from lark import Lark, Tree
from lark.load_grammar import FromPackageLoader

import heracles

PLAN = Lark(
    r"""
    plan  : step+
    step  : "[" NAME "]" _END axis+
    axis  : key _IS value _END

    %import override (key, value)
    %import terminals (QUOTED)
    NAME  : /[a-z]+/ | QUOTED
    _IS   : / +is +/
    _END  : /\n+/
    """,
    start="plan",
    parser="lalr",
    propagate_positions=True,
    maybe_placeholders=False,
    import_paths=[FromPackageLoader("heracles.grammar", ("",))],
)

TEXT = """\
[train]
optimizer.lr is 0.1,0.01
model is choice(small,large)
['the test']
seed is range(3),__randseed(2)__
name is 'a, b',[1,{c: d}]
"""


def steps(text: str) -> dict[str, heracles.Sweep]:
    """Read a plan: a sweep for each of its steps."""

    def spelled(tree: Tree[object]) -> str:
        return text[tree.meta.start_pos : tree.meta.end_pos]

    found = {}
    for step in PLAN.parse(text).children:
        name, *axes = step.children  # type: ignore[union-attr]
        overrides = [f"{spelled(axis.children[0])}={spelled(axis.children[1])}" for axis in axes]  # type: ignore[union-attr, arg-type]
        found[str(name).strip("'")] = heracles.parse(overrides)
    return found


def test_a_plan_of_two_steps() -> None:
    plan = steps(TEXT)
    assert {name: sweep.size for name, sweep in plan.items()} == {"train": 4, "the test": 10}
    assert plan["train"][3] == ("optimizer.lr=0.01", "model=large")
    assert plan["the test"][1] == ("seed=0", "name=[1,{c: d}]")
