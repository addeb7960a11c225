"""Who may import whom: every package is a stage of one road, and the road runs one way."""

import ast
import sys
from pathlib import Path

import pytest
from support import PACKAGE

EVERYWHERE = {"errors", "text", "paths", "version"}
"""The ground floor."""

MAY_IMPORT = {
    "text": set(),
    "paths": set(),
    "version": set(),
    "errors": {"text"},
    "ir": EVERYWHERE,
    "shell": EVERYWHERE,
    "language": EVERYWHERE | {"ir"},
    "script": EVERYWHERE | {"shell"},
    "schedulers": EVERYWHERE | {"shell"},
    "backends": EVERYWHERE | {"ir", "shell", "script", "schedulers"},
    "lint": EVERYWHERE | {"shell", "script", "schedulers"},
    "store": EVERYWHERE | {"ir", "schedulers"},
    "jobs": EVERYWHERE | {"ir", "shell", "language", "script", "schedulers", "backends", "lint", "store"},
    "cli": EVERYWHERE
    | {"ir", "shell", "language", "script", "schedulers", "backends", "lint", "store", "jobs", "__init__"},
    "strategies": EVERYWHERE | {"ir", "language"},
    "hydra_plugins": EVERYWHERE | {"__init__"},
    "__init__": {"errors", "ir", "language", "version"},
    "__main__": {"cli"},
}
"""What a package may import besides itself, as the table of `heracles/README.md` has it."""

ORDER = {
    "ir": ["record", "serialize", "values", "casts", "permutation", "generators", "dimensions", "sweep", "__init__"],
    "shell": ["quoting", "syntax", "lexer", "parser", "__init__"],
    "script": [
        "vocabulary",
        "commands",
        "embedded",
        "parameters",
        "placement",
        "job_script",
        "excerpt",
        "syntax_check",
        "__init__",
    ],
    "store": ["events", "codec", "journal", "history", "exit_records", "files", "__init__"],
    "jobs": [
        *("reporter", "clients", "plan", "local", "submit", "launch", "recover"),
        *("status", "query", "logs", "cancel", "retry", "delete", "__init__"),
    ],
}
"""The modules of a package, each of which may import those before it alone."""

THIRD_PARTY = {"language": {"lark"}, "cli": {"click"}, "hydra_plugins": {"hydra", "omegaconf"}}
THIRD_PARTY["strategies"] = {"hypothesis"}

NOT_YET: set[tuple[str, str]] = set()
"""What is still to be moved."""


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def imported(path: Path) -> set[str]:
    """Return the modules of Heracles, without its name, and of others, that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            base = node.module or ""
            here = PACKAGE.parent / base.replace(".", "/")
            for alias in node.names:
                is_module = (here / f"{alias.name}.py").exists() or (here / alias.name / "__init__.py").exists()
                names.add(f"{base}.{alias.name}" if is_module else base)
    return names


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_it_may(module: str) -> None:
    package, _, name = module.partition(".")
    inner = {
        name.removeprefix("heracles").lstrip(".") or "__init__"
        for name in imported(modules()[module])
        if name.partition(".")[0] == "heracles"
    }
    others = {name.partition(".")[0] for name in inner} - {package, "grammar"}
    assert {(package, other) for other in others - MAY_IMPORT[package]} <= NOT_YET
    if package in ORDER:
        order = ORDER[package]
        below = order[: order.index(name or "__init__")]
        own = {other.partition(".")[2] or "__init__" for other in inner if other.partition(".")[0] == package}
        assert own <= set(below)


@pytest.mark.parametrize("module", modules())
def test_other_packages_are_used_in_one_place(module: str) -> None:
    outer = {name.partition(".")[0] for name in imported(modules()[module])} - set(sys.stdlib_module_names)
    assert outer - {"heracles"} <= THIRD_PARTY.get(module.partition(".")[0], set())


def test_only_the_command_line_prints() -> None:
    for module, path in modules().items():
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        prints = calls & {"print", "click.echo", "sys.stdout.write", "sys.exit"}
        assert module.startswith("cli.") or not prints


def test_the_public_names_are_there() -> None:
    import heracles  # noqa: PLC0415

    assert sorted(heracles.__all__) == heracles.__all__
    for name in heracles.__all__:
        assert getattr(heracles, name).__doc__
