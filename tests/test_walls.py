"""Who may import whom: every module is a stage of one road, and the road runs one way."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "heracles"
VALUES, IR = {"errors", "values"}, {"errors", "generators", "permutation", "values", "ir"}
MAY_IMPORT = {
    "errors": set(),
    "permutation": set(),
    "shell": set(),
    "reader": {"errors"},
    "values": {"errors"},
    "casts": {"errors", "values"},
    "generators": {"casts", "errors", "permutation", "values"},
    "interchange": {"casts", "errors", "generators", "values"},
    "ir": IR - {"ir"} | {"interchange"},
    "calls": IR,
    "functions": IR | {"calls"},
    "library": IR | {"calls", "casts", "functions"},
    "syntax": {"errors"},
    "lowering": IR | {"calls", "functions", "library", "syntax"},
    "configs": {"errors"},
    "script": {"errors", "reader", "shell"},
    "schedulers": {"errors"},
    "directives": {"errors", "schedulers"},
    "traps": {"directives", "errors", "reader", "schedulers", "script"},
    "arrays": {"directives", "errors", "schedulers", "script"},
    "backends": set(),
    "backends.scripts": IR | {"script", "shell"},
    "backends.bash": IR | {"casts", "shell"},
    "backends.lines": IR | {"shell"},
    "backends.tasks": {"arrays", "backends.bash"},
    "backends.array": IR | {"arrays", "backends", "backends.bash", "backends.tasks", "directives", "shell"},
    "backends.listing": IR | {"arrays", "script", "shell", "backends", "backends.scripts"},
    "journal": {"errors"},
    "processes": {"errors", "shell"},
    "engines": {"errors"},
    "engines.options": {"directives", "errors", "schedulers", "shell"},
    "engines.slurm": {"engines", "errors", "processes", "schedulers"},
    "engines.gridengine": {"directives", "engines", "errors", "processes", "schedulers", "shell"},
    "engines.choice": {"directives", "engines", "engines.gridengine", "engines.options", "engines.slurm", "errors"}
    | {"processes", "schedulers"},
    "ledger": {"engines", "errors", "ir"},
    "records": {"errors"},
    "status": {"engines", "ledger", "records", "schedulers"},
    "submission": {"engines", "errors", "journal", "ledger"},
    "runner": {"engines", "errors", "processes"},
    "backends.report": IR | {"backends", "backends.listing", "backends.scripts", "engines", "status"},
    "files": {"backends", "backends.listing", "backends.scripts", "errors", "journal"},
    "launch": {"directives", "errors", "schedulers", "script", "shell"},
    "terminal": {"errors", "backends.listing"},
    "hydra_plugins.heracles_sweeper": {"__init__", "errors"},
    "strategies": IR | {"syntax"},
    "__init__": {"errors", "ir", "lowering"},
    "__main__": {"cli"},
}
THIRD_PARTY = {
    "syntax": {"lark"},
    "lowering": {"lark"},
    "cli": {"click"},
    "terminal": {"click"},
    "hydra_plugins.heracles_sweeper": {"hydra", "omegaconf"},
    "strategies": {"hypothesis"},
}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            base = node.module or ""
            here = PACKAGE.parent / base.replace(".", "/")
            for alias in node.names:
                names.add(f"{base}.{alias.name}" if (here / f"{alias.name}.py").exists() else base)
    return names


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_it_may(module: str) -> None:
    names = imported(modules()[module])
    inner = {name.removeprefix("heracles").lstrip(".") or "__init__" for name in names if name.startswith("heracles")}
    outer = {name.partition(".")[0] for name in names if not name.startswith("heracles")}
    if module not in ("cli", "session", "project", "launching", "following"):
        assert inner <= MAY_IMPORT[module]
    assert outer - set(sys.stdlib_module_names) == THIRD_PARTY.get(module, set())
    assert "strategies" not in inner


def test_only_the_command_line_prints() -> None:
    for module, path in modules().items():
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        assert module in ("cli", "terminal") or not calls & {"print", "click.echo", "sys.stdout.write", "sys.exit"}


def test_the_public_names_are_there() -> None:
    import heracles  # noqa: PLC0415

    assert sorted(heracles.__all__) == heracles.__all__
    for name in heracles.__all__:
        assert getattr(heracles, name).__doc__
