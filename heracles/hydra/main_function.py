"""What `@hydra.main` in the source of a program says about its configs: it is read, and never imported or run."""

import ast
import itertools
import os
from collections.abc import Iterator

from heracles.errors import HeraclesError
from heracles.hydra.program import called
from heracles.lean import NamedTuple, pattern
from heracles.script.commands import launched, words_of
from heracles.script.job_script import JobScript

__all__ = ["Main", "main_of"]

_STRUCTURED = pattern(r"ConfigStore|hydra_zen|SearchPathPlugin|hydra_configs")
_MOST_FILES, _MOST_BYTES = 300, 1_000_000


class Main(NamedTuple):
    """What `@hydra.main` says.

    Attributes:
        path: The file of the program.
        config_path: The folder of the configs, from the program's folder; None if it is not there to read.
        config_name: The name of the primary config; None if it is not there to read.
        is_structured: Whether some configs may be in Python: in no YAML file.

    """

    path: str
    config_path: str | None
    config_name: str | None
    is_structured: bool


def main_of(script: JobScript) -> Main | None:
    """Return what `@hydra.main` says in the program that a script runs; None if there is none, or it is not found."""
    path = _program_file(script)
    call = _decorator(path) if path else None
    return _main(path, call) if call else None


def _program_file(script: JobScript) -> str:
    """Return the path of the Python file that the script runs with the overrides; empty if it is not found here."""
    try:
        command = called(script)
    except HeraclesError:
        return ""
    if command is None:
        return ""
    folders = ("", os.path.dirname(script.path))
    words = words_of(*command)
    for name in _python_files(words[launched(words) :]):
        for folder in folders:
            if os.path.isfile(path := os.path.join(folder, name)):
                return path
    return ""


def _python_files(words: list[str]) -> Iterator[str]:
    """Yield the names that the file of the program may have."""
    for place, word in enumerate(words):
        if word.endswith(".py"):
            yield word
            return
        if word == "-m" and place + 1 < len(words):
            module = words[place + 1].replace(".", "/")
            yield f"{module}.py"
            yield f"{module}/__main__.py"
            return


def _decorator(path: str) -> ast.Call | None:
    """Return the `@hydra.main(…)` of a Python file; None if it has none, or cannot be read."""
    if not os.path.isfile(path):  # a FIFO would wait
        return None
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_MOST_BYTES)
        if "hydra" not in text:
            return None
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in ("hydra.main", "main"):
                    return decorator
    return None


def _main(path: str, call: ast.Call) -> Main:
    given: dict[str, ast.expr] = dict(zip(("config_path", "config_name"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    config_path, config_name = (_constant(given.get(name)) for name in ("config_path", "config_name"))
    return Main(path, config_path, config_name, _is_structured(path))


def _constant(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_structured(path: str) -> bool:
    """Return whether some file beside the program may add configs in Python; True if there are too many to read."""
    files = [path, *itertools.islice(_files(os.path.dirname(path) or "."), _MOST_FILES)]
    if len(files) > _MOST_FILES:
        return True
    return any(map(_is_mentioned, files))


def _files(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _ELSEWHERE)
        yield from (os.path.join(place, name) for name in names if name.endswith(".py"))


_ELSEWHERE = {"venv", "env", "node_modules", "site-packages", "outputs", "multirun", "__pycache__"}


def _is_mentioned(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return _STRUCTURED.search(file.read(_MOST_BYTES)) is not None
    except OSError:
        return True
