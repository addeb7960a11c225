"""Scripts that a job script writes itself, with a here-document, and then starts: whether they use their arguments."""

import os.path
import re
from collections.abc import Iterator

from heracles.lean import pattern
from heracles.script.commands import name_of, words_of
from heracles.shell.syntax import Command, HereDocument, Tree

__all__ = ["unused_arguments"]

_TAKES_ARGUMENTS = pattern(r"\$(?:[@*1-9]|\{[@*1-9])")
_SHELL_LINE = pattern(r"#![^\n]*sh\b")
_SUFFIXES = (".sh", ".bash", "")


def unused_arguments(tree: Tree, command: Command) -> str:
    """Return why a script that a command starts would lose its arguments; empty unless this script writes it so.

    Args:
        tree: The job script.
        command: The command that starts the other script: `srun ./launch.sh`, `bash run.sh`.

    """
    words = {os.path.normpath(word) for word in words_of(tree, command)}
    for path, document, writer in _written(tree):
        text = tree.of(document)
        is_shell = _SHELL_LINE.match(text) or (text[:2] != "#!" and os.path.splitext(path)[1] in _SUFFIXES)
        if writer.start < command.start and os.path.normpath(path) in words and is_shell and not _uses(document, text):
            remedy = '"$@"' if document.is_literal else '"\\$@"'
            line = tree.text.count("\n", 0, writer.start) + 1
            return f"{path}, which line {line} writes, does not use its arguments: write {remedy} after its program"
    return ""


def _uses(document: HereDocument, text: str) -> bool:
    r"""Return whether a shell's script uses its arguments; in a here-document that is expanded, `\$@` is its own."""
    found = _TAKES_ARGUMENTS.finditer(text)
    return any(document.is_literal or text[match.start() - 1 : match.start()] == "\\" for match in found)


def _written(tree: Tree) -> Iterator[tuple[str, HereDocument, Command]]:
    """Return the files that `cat > FILE <<EOF` and `tee FILE <<EOF` write: the path, the lines, and the command."""
    for command in tree.commands(substitutions=False):
        document = next((each.document for each in command.redirections if each.document), None)
        name = name_of(tree, command)
        if document is None or name not in ("cat", "tee"):
            continue
        files = [tree.of(each.word) for each in command.redirections if each.operator in (">", ">|")]
        files += words_of(tree, command)[1:] if name == "tee" else []
        yield from ((re.sub(r"[\"']", "", file), document, command) for file in files if not file.startswith("-"))
