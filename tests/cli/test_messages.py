"""Every message of the command line: golden/messages.txt has each once, with the command that brings it."""

import ast
import itertools
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
ELSEWHERE = {
    "a fault of the file system, or a kill at one instant, comes before it": [
        "are hard links of one file, so that what is recorded in one of them would be in both: copy the folder anew, "
        "with cp -r",
        "cannot make the folder of the exit records,",
        "runs could not record their exit codes in",
        ", which you may not write to: move it away",
        "the current folder does not exist any more: change to one that does",
        ": the file system supports no locks (",
        "), without which two calls could submit the same runs. Work in another folder, or have it mounted with locks, "
        "as Lustre is with -o flock",
        ". It is unknown whether runs are pending or running: to delete the files nevertheless, add --force",
        "it is unknown whether an interrupted submission was accepted: --cancel finds out, and cancels it if it was; "
        "--force deletes the files nevertheless",
        "the id of the job that is tried first is unknown, so that no other job can wait for it: wait until it has "
        "ended, then run the same command again",
        "is still on hold, and could not be released: call",
        "; asking again in",
        "; trying again in",
    ],
    "another cluster, user or version of Heracles wrote the journal": [
        "qstat prints queues in place of jobs: take -g out of ~/.sge_qstat",
        "the journal was not written by you in this place: no process that it names is stopped",
        "submitted runs of this script: to delete their files and the journal, add --force",
        "): to delete the files nevertheless, add --force",
        "from an older version of Heracles: once none of its runs is pending or running, rename it to",
        "the event has a field that this version does not know",
        "the event has no '",
        "this version knows no such event",
        "this version of Heracles knows no scheduler '",
    ],
    "the same with other numbers stands in a story": [
        "runs are pending or running (",
        "): cancel them with --cancel, or delete their files with --force",
    ],
    "it takes many commands, a certain bash, or a cluster at a certain stage": [
        ": waiting for its log",
        "the log of run",
        "bash cannot read",
        "after the overrides are added:",
        "no run of",
        "was submitted with Heracles: add -r=CMD, as in -r=sbatch",
        "the function that this stands in is called several times",
        "the remaining runs do not fill tasks of",
        ": use the same --pack as before",
        "accepts no array of one task: leave out -a for these runs",
        "bytes long, and",
        "there is nothing to run: the sweep is empty",
        "the rules leave",
        "ranges of values, and the script would list",
        "at most: name keys of fewer values in them",
        "would be listed",
        "values; up to",
        ": bash has 64-bit numbers and cannot compute these",
    ],
    "it is for whoever calls the function in Python": [
        "a run has no task, or a task no run",
        "the array is laid out for",
        "runs, not for",
        "this scheduler cannot look up a job by the token that it was submitted under",
        "this scheduler's jobs cannot be cancelled from here",
    ],
}
"""Messages of the other packages that no story tells, by the reason why: unit tests and clusters bring them."""


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


def told(path: Path) -> list[str]:
    """Return the pieces of three and more words of what a module raises, warns of and waits for."""
    tree = ast.parse(path.read_text())
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc]
    called = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("warn", "note", "wait", "Warning")
    ]
    constants = [each for node in (*raised, *called) for each in ast.walk(node) if isinstance(each, ast.Constant)]
    texts = {each.value for each in constants if isinstance(each.value, str)}
    return [piece.strip() for text in texts for piece in re.split(r"[\n{}]", text) if len(piece.split()) >= 3]


def test_every_other_message_is_told_or_listed() -> None:
    """A message that is told must not be listed either, so that the list does not grow for nothing."""
    known = " ".join(MESSAGES.read_text().split())
    folders = [PACKAGE / name for name in ("backends", "jobs", "lint", "schedulers", "script", "store")]
    pieces = {piece for folder in folders for path in folder.glob("*.py") for piece in told(path)}
    untold = {piece for piece in pieces if " ".join(piece.split()) not in known}
    assert sorted(untold) == sorted(itertools.chain.from_iterable(ELSEWHERE.values()))


if __name__ == "__main__":  # after a message has changed: python tests/cli/test_messages.py, and read the difference
    import tempfile

    whole = MESSAGES.read_text()
    for block in blocks().values():
        with tempfile.TemporaryDirectory() as name:
            whole = whole.replace(block, f"{performed(block, Path(name))}\n")
    MESSAGES.write_text(whole.rstrip("\n") + "\n")
