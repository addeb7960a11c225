"""What the tests of the command line share: sweeps, and looking at what was written and called."""

import ast
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from clusters.slurm import happens

import heracles as package

__all__ = ["RUNS", "SIX", "calls", "files", "on_a_terminal", "seen", "wait_for"]

SIX = ["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"]
RUNS = list(package.parse(SIX))


def files(folder: Path) -> set[str]:
    """Return the names of all files in the folder but for those that the tests put there."""
    return {path.name for path in folder.iterdir()} - {"probe", "bin", "calls", "stdin"}


def seen(folder: Path) -> list[tuple[str, ...]]:
    """Return the words that each call of the probe received."""
    path = folder / "seen"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(ast.literal_eval(line)) for line in lines]


def calls(folder: Path) -> list[str]:
    """Return the calls of the stand-ins, without the options that Heracles always adds."""
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    added = re.compile(r"--parsable --hold --open-mode=append --comment=heracles=\w+\.\d+ ")
    return [added.sub("", line.strip()) for line in lines]


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    assert happens(path.exists, pause=0.001)


def on_a_terminal(arguments: list[str], folder: Path, columns: int = 80) -> str:
    """Run with standard output and error on a terminal, and return all that is shown there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", *arguments],
        cwd=folder,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm"},
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            shown += os.read(leader, 65536)
        except OSError:
            break
    os.close(leader)
    assert process.wait() == 0
    return shown.decode()
