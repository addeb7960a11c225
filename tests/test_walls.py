"""The house: who may import whom, as the map in `heracles/README.md` says, and that the map is of this house."""

import ast
import re
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support import PACKAGE

from heracles import ir

MAP = (PACKAGE / "README.md").read_text()
MOST_ROOMS, MOST_FLOORS = 20, 8
THIRD_PARTY = {
    "language": {"lark", "yaml"},
    "cli": {"click"},
    "strategies": {"hypothesis"},
    "hydra_plugins": {"hydra", "omegaconf"},
}


def may_import() -> dict[str, set[str]]:
    """Return what each room may import besides itself, as the map's table has it."""
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", MAP, re.MULTILINE)
    return {name: set(re.findall(r"\w+", others)) for name, others in rows}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def imported(path: Path, *, for_types: bool = True) -> set[str]:
    """Return the modules that a file imports: Heracles' own and others; with or without those that only types need."""
    names, tree = set(), ast.parse(path.read_text())
    if not for_types:
        tree.body = [
            node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node))
        ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            base = node.module or ""
            here = PACKAGE.parent / base.replace(".", "/")
            for alias in node.names:
                is_module = (here / f"{alias.name}.py").exists() or (here / alias.name / "__init__.py").exists()
                names.add(f"{base}.{alias.name}" if is_module else base)
    return names | loaded(path)


def loaded(path: Path) -> set[str]:
    """Return the modules that a file loads by name, or has in a table: `load("heracles.cli.hints:unknown_option")`."""
    text = path.read_text()
    return {*re.findall(r'"(heracles\.[a-z_.]+):\w+"', text), *re.findall(r'\bload\("(heracles\.[a-z_.]+)"\)', text)}


@cache
def own_imports(module: str, *, for_types: bool = True) -> frozenset[str]:
    names = (name for name in imported(modules()[module], for_types=for_types) if room(name) == "heracles")
    return frozenset(name.removeprefix("heracles").lstrip(".") or "__init__" for name in names)


def room(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_it_may(module: str) -> None:
    assert set(map(room, own_imports(module))) - {room(module), "grammar"} <= may_import()[room(module)]


@cache
def defined(module: str) -> frozenset[str]:
    """Return the names that a module defines."""
    body = ast.parse(modules()[module].read_text()).body
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    made = {node.name for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    return frozenset(made | {target.id for target in targets if isinstance(target, ast.Name)})


@pytest.mark.parametrize("module", modules())
def test_what_is_loaded_by_name_is_there(module: str) -> None:
    names = re.findall(r'"heracles\.([a-z_.]+):(\w+)"', modules()[module].read_text())
    assert [name for other, name in names if name not in defined(other)] == []


@pytest.mark.parametrize("name", may_import())
def test_the_map_allows_nothing_that_is_not_needed(name: str) -> None:
    used = {room(other) for module in modules() if room(module) == name for other in own_imports(module)}
    assert may_import()[name] <= used


def test_the_road_runs_one_way() -> None:
    known = modules().keys()
    order = TopologicalSorter({module: own_imports(module, for_types=False) & known for module in known})
    order.prepare()  # which raises CycleError


def test_there_are_few_rooms_and_floors() -> None:
    floors: dict[str, int] = {}
    for name in TopologicalSorter(may_import()).static_order():
        floors[name] = 1 + max((floors[other] for other in may_import()[name]), default=0)
    assert len(floors) <= MOST_ROOMS
    # The doors into the house are no floors of it.
    assert max(floor for name, floor in floors.items() if name not in ("__main__", "hydra_plugins")) <= MOST_FLOORS


def test_the_map_shows_every_module_and_what_it_is_about() -> None:
    shown = re.findall(r"^- `([\w.]+)`: (.*)$", MAP.partition("## The rooms")[2], re.MULTILINE)
    subjects = {
        path: " ".join((ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0].split())
        for path in modules().values()
        if path.name != "__init__.py"
    }
    assert sorted(shown) == sorted((path.stem, subject) for path, subject in subjects.items())


def test_what_the_map_names_is_there() -> None:
    """A module, `store/files`, a name in one, `jobs/launch.write`, or a file, `tests/golden/messages.txt`."""
    for name in re.findall(r"`([a-z_]+(?:/[a-z_.]+)+)`", MAP):
        path, _, inner = name.partition(".")
        module = PACKAGE / f"{path}.py"
        is_in_module = inner and module.exists() and re.search(rf"\b{inner}\b", module.read_text())
        places = (PACKAGE.parent / name, PACKAGE / name, PACKAGE / f"{name}.py")
        assert is_in_module or any(place.exists() for place in places), name


@pytest.mark.parametrize("module", modules())
def test_other_packages_are_used_in_one_place(module: str) -> None:
    outer = set(map(room, imported(modules()[module]))) - set(sys.stdlib_module_names)
    assert outer - {"heracles"} <= THIRD_PARTY.get(room(module), set())


def test_only_the_command_line_prints() -> None:
    for module, path in modules().items():
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        prints = calls & {"print", "click.echo", "sys.stdout.write", "sys.exit"}
        assert room(module) in ("cli", "__main__") or not prints


def test_modules_are_imported_at_the_top_or_loaded_by_name() -> None:
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                assert not any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)), module
        known = ("lean", "__init__", "strategies.texts")
        assert module in known or "import_module" not in path.read_text(), module


def test_a_kind_is_asked_what_it_is_like_and_not_which_it_is() -> None:
    """Only the registries, which have a row for each kind of what `ir` consists of, know the kinds by their names."""
    kinds = {kind.__name__ for kind in (*ir.GENERATORS, *ir.DIMENSIONS, *ir.RUNS)}
    for module, path in modules().items():
        if room(module) in ("cli", "jobs", "store", "hydra", "lint", "backends") and module != "backends.bash_values":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                    assert kinds.isdisjoint(re.findall(r"\w+", ast.unparse(node.args[1]))), ast.unparse(node)


def test_functions_are_short() -> None:
    """Without their docstrings, the median is at most 6 lines and none is over 45."""
    lengths = []
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                docstring = node.body[0] if ast.get_docstring(node) else None
                documented = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
                lengths.append(((node.end_lineno or 0) - node.lineno + 1 - documented, f"{module}.{node.name}"))
    assert sorted(lengths)[len(lengths) // 2][0] <= 6
    assert [each for each in lengths if each[0] > 45] == []


def test_the_public_names_are_there() -> None:
    import heracles  # noqa: PLC0415

    assert sorted(heracles.__all__) == heracles.__all__
    for name in heracles.__all__:
        assert getattr(heracles, name).__doc__
