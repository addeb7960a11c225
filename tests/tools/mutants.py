"""Mutation testing, as `make mutants` runs it: whether some test fails for each small change of a module.

The changes are cosmic-ray's, and two more: of a text, and the removal of a statement. A mutant is never written to a
file: a process of its own imports the changed module from memory, and runs the tests that are the module's own.
"""

import ast
import contextlib
import importlib
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

WANTED = 0.9
ROOT = Path(__file__).parents[2]
EQUIVALENT = ROOT / "tests" / "corpus" / "equivalent.txt"
MEMORY = 4 * 2**30

MISTAKES, HYDRA = "unit/language/test_diagnostics.py", "external/test_hydra.py"
REFERENCE, SWEEP = "unit/grammar/test_reference.py", "laws/test_sweep.py"
SELECTION = "laws/test_selection.py"
PERMUTATION, QUOTING, BASH_WORDS, GRAMMAR = (
    "unit/ir/test_permutation.py",
    "unit/shell/test_quoting.py",
    "unit/backends/test_bash_words.py",
    "unit/grammar/test_grammar.py",
)
LANGUAGE = [MISTAKES, REFERENCE, SWEEP, f"{HYDRA}::test_what_only_heracles_accepts"]
TESTS = {
    "heracles/ir/permutation.py": [PERMUTATION, SWEEP],
    "heracles/shell/quoting.py": [QUOTING],
    "heracles/backends/bash_words.py": [BASH_WORDS],
    "heracles/ir/record.py": ["unit/ir/test_record.py", SWEEP],
    "heracles/ir/generators.py": ["unit/ir/test_generators.py", REFERENCE, SWEEP, PERMUTATION],
    "heracles/ir/dimensions.py": ["unit/ir/test_sweep.py", REFERENCE, SWEEP],
    "heracles/ir/runs.py": ["unit/ir/test_sweep.py", REFERENCE, SWEEP],
    "heracles/ir/sweep.py": ["unit/ir/test_sweep.py", REFERENCE, SWEEP],
    "heracles/ir/diagram.py": [SELECTION],
    "heracles/ir/selection.py": ["unit/ir/test_selection.py", REFERENCE, SELECTION],
    "heracles/ir/spaces.py": ["unit/ir/test_selection.py", REFERENCE, SELECTION],
    "heracles/language/columns.py": [SELECTION],
    "heracles/language/combinations.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/duplicates.py": [REFERENCE, SELECTION],
    "heracles/language/expressions.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/formulas.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/keys.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/operations.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/rules.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/selection.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/spaces.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/front_end.py": [MISTAKES, REFERENCE, SELECTION],
    "heracles/language/lowering.py": [*LANGUAGE, f"{HYDRA}::test_what_hydra_accepts"],
    "heracles/language/loader.py": [GRAMMAR],
    "heracles/language/saved_parser.py": [GRAMMAR],
    "heracles/language/parser.py": [*LANGUAGE, GRAMMAR],
    "heracles/language/diagnostics.py": [*LANGUAGE, f"{HYDRA}::test_what_hydra_accepts", GRAMMAR],
}
"""Which tests have to notice a change of a module: those that need no process of their own, the quick ones first."""

ONLY = {"heracles/backends/bash_words.py": {"quote", "is_literal", "literal", "_PLAIN", "_ODD", "_SPECIAL"}}
"""The definitions that are changed, where that is not all of a module."""

SLOW = [
    f"{GRAMMAR}::test_no_two_terminals_collide",
    f"{MISTAKES}::test_extremes_are_answered_with_little_memory_and_time",
    f"{MISTAKES}::test_a_long_override_is_shown_in_part",
    f"{MISTAKES}::test_long_values_work",
]

BINARY = {
    *("Add_Sub", "Sub_Add", "Mul_Add", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "Pow_Mul", "RShift_LShift"),
    *("LShift_RShift", "BitOr_BitAnd", "BitAnd_BitOr", "BitXor_BitOr"),
}
"""One other operator for each: with all of the twelve, a score would be mostly of what no test could miss."""

PYTEST = ["-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
PYTEST += ["-c", str(ROOT / "pyproject.toml"), "-W", "ignore::pytest.PytestAssertRewriteWarning"]
PYTEST += [f"--deselect=tests/{name}" for name in SLOW]


@dataclass(frozen=True)
class Mutant:
    """One change of one module: the `number`-th of the places where the operator could change it."""

    path: str
    source: str
    operator: Any
    number: int
    line: int

    def code(self) -> str:
        visitor = importlib.import_module("cosmic_ray.mutating").MutationVisitor
        return str(visitor.mutate_code(self.source, self.operator, self.number))

    def lines(self) -> str:
        """Return the lines that differ, as they were and as they are, as they stand in `equivalent.txt`."""
        old, new = self.source.splitlines(), self.code().splitlines()
        first, after = alike(old, new), alike(old[::-1], new[::-1])
        first, after = min(first, self.line - 1), min(after, len(old) - self.line)
        was, now = (" ".join(map(str.strip, text[first : len(text) - after])) for text in (old, new))
        return f"- {was}\n+ {now}"


def alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the equal lines in front."""
    return next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


class Text:
    """Adds a character to a text."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "fstring_string" or (node.type == "string" and node.parent.type != "simple_stmt"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _: int) -> Any:
        end = re.search("(\"\"\"|'''|\"|')?$" if node.type == "string" else "$", node.value)
        assert end
        node.value = f"{node.value[: end.start()]}X{end[0]}"
        return node


class Removal:
    """Removes a statement that is there for what it does: a call, a raise, or an assignment such as `+=`."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        statement = node.children[0] if node.type == "simple_stmt" else node
        updates = statement.type == "expr_stmt" and getattr(statement.children[1], "value", "=") != "="
        if node.type == "simple_stmt" and (updates or statement.type in ("atom_expr", "raise_stmt")):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _: int) -> Any:
        parse: Callable[[str], Any] = importlib.import_module("parso").parse
        code = node.get_code()
        node.children[0] = parse(code[: len(code) - len(code.lstrip())] + "pass")
        return node


def operators() -> Iterator[Any]:
    plugins = importlib.import_module("cosmic_ray.plugins")
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        binary = name.partition("ReplaceBinaryOperator_")[2]
        if not (operator.arguments() or (binary and binary not in BINARY) or re.search(r"Comparison.*_Is", name)):
            yield operator()
    yield from (Text(), Removal())


def skipped(path: str, tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the places that say nothing at run time, and those of definitions that are not asked for."""
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.FunctionDef):
            parts += [decorator for decorator in node.decorator_list if ast.unparse(decorator) == "overload"]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "_Mistake"):
            parts.append(node)
        for part in parts:
            if isinstance(part, ast.expr | ast.stmt):
                yield (part.lineno, part.col_offset - 1), (part.end_lineno or 0, part.end_col_offset or 0)
    for statement in tree.body if path in ONLY else []:
        name = getattr(statement, "name", None) or ast.unparse(getattr(statement, "targets", [statement])[0])
        if name not in ONLY[path]:
            first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
            yield (first, 0), (statement.end_lineno or 0, statement.end_col_offset or 0)


def mutants(path: str) -> Iterator[Mutant]:
    source = (ROOT / path).read_text(encoding="utf-8")
    tools = importlib.import_module("cosmic_ray.ast")
    nodes = list(tools.ast_nodes(tools.get_ast(source)))
    skip = list(skipped(path, ast.parse(source)))
    for operator in operators():
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for number, place in enumerate(places):
            if not any(start <= place < end for start, end in skip):
                yield Mutant(path, source, operator, number, place[0])


def argued() -> dict[tuple[str, str], str]:
    """Return why no test can tell a mutant from the code, by its module and its lines."""
    blocks = EQUIVALENT.read_text(encoding="utf-8").rstrip("\n").split("\n\n")[1:]
    parts = [block.split("\n") for block in blocks]
    return {(path, "\n".join(lines)): reason for path, *lines, reason in parts}


class Finder(MetaPathFinder):
    """Finds one module with other code than that of its file."""

    def __init__(self, path: str, code: str) -> None:
        self.path = path
        self.code = code

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        if name != self.path.removesuffix(".py").replace("/", "."):
            return None
        file = str(ROOT / self.path)
        code = compile(self.code, file, "exec")
        loader = SourceFileLoader(name, file)
        loader.get_code = lambda _: code  # type: ignore[method-assign, assignment]
        return spec_from_file_location(name, file, loader=loader)


def start(path: str, mutant: Mutant | None = None, seconds: int = 3600) -> int:
    """Start a process, of a group of its own, that ends with 0 if all tests pass; give its id."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        output = os.open(os.devnull if mutant else "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.meta_path.insert(0, Finder(path, mutant.code() if mutant else (ROOT / path).read_text(encoding="utf-8")))
        tests = [str(ROOT / "tests" / name) for name in TESTS[path]]
        status = int(pytest.main([*PYTEST, f"--basetemp={os.getpid()}", *tests]))
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def survivors(path: str, candidates: Sequence[Mutant]) -> Iterator[Mutant]:
    """Run the tests against each, a few at a time, and give those that they pass with. A test that hangs has failed."""
    began = time.monotonic()
    _, status, usage = os.wait4(start(path), 0)
    if status:
        raise SystemExit(f"{path}: the tests fail without any change\n{Path('output').read_text(encoding='utf-8')}")
    seconds = int(5 + 2 * (usage.ru_utime + usage.ru_stime))
    wall = 60 + 20 * (time.monotonic() - began)
    waiting = list(reversed(candidates))
    running: dict[int, tuple[Mutant, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                mutant = waiting.pop()
                running[start(path, mutant, seconds)] = mutant, time.monotonic() + wall
            process, status = os.waitpid(-1, os.WNOHANG)
            if process:
                end(process)
                mutant, _ = running.pop(process)
                if status == 0:
                    yield mutant
                if sys.stderr.isatty():
                    done = len(candidates) - len(waiting) - len(running)
                    print(f"{path}: {done} of {len(candidates)}", end="\r", file=sys.stderr, flush=True)
            else:
                for late in [process for process, (_, deadline) in running.items() if time.monotonic() > deadline]:
                    end(late)
                time.sleep(0.01)
    finally:
        for process in running:
            end(process)


def end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def main(paths: Sequence[str]) -> int:
    """Print the mutants that survive, and each module's score; 1 if a score is too low or an argument is stale."""
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    for name in ("hypothesis", "lark", "hydra.core.override_parser.overrides_parser", "cosmic_ray.mutating"):
        importlib.import_module(name)  # once, and not in every process
    reasons = argued()
    failed = False
    for path in paths or TESTS:
        began = time.monotonic()
        every = list(mutants(path))
        known = {mutant for mutant in every if (path, mutant.lines()) in reasons}
        stale = {lines for module, lines in reasons if module == path} - {mutant.lines() for mutant in known}
        left = 0
        for mutant in survivors(path, [mutant for mutant in every if mutant not in known]):
            left += 1
            print(f"{path}:{mutant.line}: survives\n{mutant.lines()}", flush=True)
        for lines in stale:
            print(f"{path}: equivalent.txt speaks of a mutant that there is not\n{lines}")
        score = 1 - left / (len(every) - len(known))
        failed |= bool(stale) or score < WANTED
        print(
            f"{path}: {score:.1%} of {len(every) - len(known)} mutants killed, {len(known)} more are equivalent "
            f"({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    return int(failed)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        code = main(sys.argv[1:])
        os.chdir(ROOT)
    raise SystemExit(code)
