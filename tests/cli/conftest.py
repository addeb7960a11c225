"""Programs that stand in for the schedulers' own."""

import os
from pathlib import Path

import pytest

ANSWERS = {
    "sbatch": "noise\\nSubmitted batch job $((41 + $(cat calls | wc -l)))",
    "qsub": "7[].server",
    "bsub": "Job <9> is submitted to default queue <normal>.",
}

READ = """[[ -t 0 ]] || while read -r line; do
    case $line in *"#!"* | heracles_off*) echo "$line";; esac
done >> stdin
"""


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Submit commands that write how they are called into the file `calls`, a squeue that knows no job, and an scontrol
    that knows no limits."""
    folder = tmp_path / "bin"
    folder.mkdir()
    programs = {name: f'echo "{name} $*" >> calls\n{READ}printf "{answer}\\n"\n' for name, answer in ANSWERS.items()}
    programs |= {"scontrol": "[ $1 = release ]\n", "squeue": ""}
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
