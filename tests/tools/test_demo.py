"""`make demo` and `make` alone, as someone who has just cloned the repository calls them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from support import ROOT


def called(*command: str | Path) -> str:
    """Return what a command prints, all of it; it must succeed."""
    # A make that started the tests hands its own options on.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_the_demo_tells_a_story() -> None:
    shown = called("bash", ROOT / "tests" / "tools" / "demo.sh")
    assert len(shown.splitlines()) < 60
    commands = re.findall(r"^\$ (.*)\n", shown, re.MULTILINE)
    assert [command.split()[2] for command in commands if command.startswith("heracles")] == [
        "env=cheetah,walker",
        "-r=bash",
        "-s",
        "--logs",
        "--retry",
        "--name",
    ]
    looked, ran, followed, mended, array = (shown.split("\n# ")[i] for i in range(2, 7))
    assert "./train env=cheetah seed=" in looked
    assert "2 of 4 runs failed" in ran
    assert "data/walker: No such file or directory\n" in followed
    assert mended.count("learned to walk with seed=") == 2
    assert "job_large_hydra.sh: 1,000 runs" in array
    assert re.search(r"learned to walk with seed=\d+\n$", array)


def test_make_alone_lists_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    lines = called("make").splitlines()
    assert [line.split()[1] for line in lines] == phony[1].split()
    assert all(re.fullmatch(r"make \S+ +\S.*", line) for line in lines)
