"""Every message of the command line: golden/messages.txt has each once, with the command that brings it."""

import ast
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from starts.warm import heracles_command
from support import GOLDEN, PACKAGE

MESSAGES = GOLDEN / "messages.txt"
SCRIPT = '#!/bin/bash\nset -e\n[ "$1" != a=2 ] || exit 3\necho "ran $*"\n'
PROGRAMS = {
    "sbatch": "echo x >> calls; echo $((41 + $(wc -l < calls)))",
    "scontrol": '[ "$1" = release ] || { [ -e cluster ] && echo "ClusterName = $(< cluster)"; }',
    "squeue": '[ ! -e queue ] || printf "%s\\n" "$(< queue)"',
    "sacct": "exit 1",
    "scancel": "",
    "qsub": "echo x >> calls; [ -e ok ] || [ $(wc -l < calls) -lt 2 ] || kill -9 $$; echo 7",
}
UNPROVOKED = {
    "main.py": [
        "Error: cannot write to standard output:",
        "Error: the current folder does not exist any more: change to one that does",
    ],
    "outcome.py": [
        "An interrupted submission is settled: the scheduler had accepted",
        "The scheduler had not received",
        "of it: submitting again",
    ],
}
"""Messages that need a fault: other tests bring them."""


def blocks() -> dict[str, str]:
    """Return the headings, and the commands under each with their output."""
    parts = re.split(r"^# (.+)\n", MESSAGES.read_text(), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {title: text for title, text in found.items() if "  $ " in text}


def performed(text: str, folder: Path) -> str:
    """Return the commands of a block with what they print now."""
    tools = folder / "tools"
    tools.mkdir()
    start = f'exec {shlex.join(heracles_command())} "$@"'
    for name, program in {**PROGRAMS, "heracles": start}.items():
        (tools / name).write_text(f"#!/bin/bash\n{program}\n")
        (tools / name).chmod(0o755)
    (folder / "job.sh").write_text(SCRIPT)
    (folder / "main.py").write_text("import sys\n")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SGE_", "SLURM_", "SBATCH_"))
    }
    environment |= {"PATH": f"{tools}:{os.environ['PATH']}", "COLUMNS": "100"}
    pieces = []
    for command in re.findall(r"^  \$ (.+)$", text, re.MULTILINE):
        result = subprocess.run(
            ["bash", "-c", f"exec 2>&1; {command}"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        shown = re.sub(r"(\bjob|process \d+) {2,}", lambda match: f"{match[1]}  ", result.stdout)
        shown = re.sub(r"process \d+", "process NUMBER", shown)
        shown = shown.replace(str(folder.resolve()), "/here")
        lines = [f"$ {command}", *shown.splitlines(), *([f"[{result.returncode}]"] if result.returncode else [])]
        pieces.append("".join(f"  {line}".rstrip() + "\n" for line in lines))
    return "".join(pieces)


@pytest.mark.parametrize("title", blocks())
def test_messages(title: str, tmp_path: Path) -> None:
    assert performed(blocks()[title], tmp_path) == blocks()[title].strip("\n") + "\n"


def sentences(path: Path) -> list[str]:
    """Return the pieces of three and more words of all texts in a module, but for its docstrings."""
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    documentation |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]
    pieces = [piece.strip() for text in texts for piece in re.split(r"[\n{}]|:,", text)]
    return [piece for piece in pieces if len(piece.split()) >= 3 and not piece.endswith((" | None", '": ['))]


@pytest.mark.parametrize(
    "path",
    [
        *(PACKAGE / "cli").glob("*.py"),
        *(PACKAGE / "cli" / "commands").glob("*.py"),
        *(PACKAGE / "cli" / "views").glob("*.py"),
    ],
    ids=lambda path: path.stem,
)
def test_no_message_is_missing(path: Path) -> None:
    if path.name in ("options.py", "help.py", "completion.py"):  # of which the help and scripts for shells are made
        return
    known = " ".join(MESSAGES.read_text().split())
    allowed = UNPROVOKED.get(path.name, [])
    missing = [each for each in sentences(path) if " ".join(each.split()) not in known and each not in allowed]
    assert not missing


if __name__ == "__main__":  # after a message has changed: python tests/cli/test_messages.py, and read the difference
    import tempfile

    whole = MESSAGES.read_text()
    for block in blocks().values():
        with tempfile.TemporaryDirectory() as name:
            whole = whole.replace(block, f"{performed(block, Path(name))}\n")
    MESSAGES.write_text(whole.rstrip("\n") + "\n")
