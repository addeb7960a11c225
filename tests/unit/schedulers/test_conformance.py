"""What holds for every scheduler of the registry, and that nobody else knows one of them by name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import PACKAGE

from heracles.schedulers.registry import SCHEDULERS

KEYS = {*SCHEDULERS} - {"none"}


def comparisons(tree: ast.AST) -> Iterator[ast.expr]:
    """Return what a module compares, looks up, or switches on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.Dict):
            yield from filter(None, node.keys)
        elif isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.MatchValue):
            yield node.value


def names_scheduler(node: ast.expr) -> bool:
    inner = [*node.elts] if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(
        (isinstance(each, ast.Constant) and each.value in KEYS)
        or (isinstance(each, ast.Attribute) and each.attr == "key" and "scheduler" in ast.unparse(each.value))
        for each in inner
    )


@pytest.mark.parametrize(
    "path", [path for path in PACKAGE.rglob("*.py") if path.parent.name != "schedulers"], ids=lambda path: path.stem
)
def test_nobody_else_compares_a_schedulers_key(path: Path) -> None:
    found = [ast.unparse(node) for node in comparisons(ast.parse(path.read_text())) if names_scheduler(node)]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "scheduler.key == 'slurm'",
        "a in ('pbs',)",
        "layout.scheduler.key in x",
        "{'lsf': 1}",
        "x['slurm']",
        "match a:\n    case 'pbs': pass",
    ],
)
def test_a_comparison_is_found(text: str) -> None:
    assert any(map(names_scheduler, comparisons(ast.parse(text))))
