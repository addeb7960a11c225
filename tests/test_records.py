"""What a task of the one script notes of its runs, judged by a real bash that is told what a scheduler tells it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import absent

import heracles
from heracles import Subset
from heracles.arrays import Array
from heracles.backends import array
from heracles.schedulers import SCHEDULERS
from heracles.script import Script

KEY = "0123456789abcdef"
SLURM = {"SLURM_ARRAY_JOB_ID": "70", "SLURM_JOB_ID": "77", "SLURMD_NODENAME": "node1"}


class Record(NamedTuple):
    key: str
    job: str
    task: str
    own_job: str
    item: str
    word: str
    time: str


class Task:
    """The one script in a folder of its own, beside that of its records."""

    def __init__(self, folder: Path, body: str, scheduler: str = "slurm", **layout: int) -> None:
        self.folder = folder
        self.path = folder / "job_hydra.sh"
        self.records = folder / "job_hydra.exits"
        self.records.mkdir()
        self.compile(body, scheduler, **layout)

    def compile(self, body: str, scheduler: str = "slurm", *, is_noted: bool = True, **layout: int) -> None:
        text = body if body.startswith("#!") else f"#!/bin/bash\n{body}"
        sweep = heracles.parse(["a=range(6)"])
        self.layout = Array(
            *(Script("job.sh", text.encode()), SCHEDULERS[scheduler], sweep.size),
            **layout,  # type: ignore[arg-type]
            records=str(self.records) if is_noted else "",
            key=KEY,
        )
        self.path.write_bytes(array.content(sweep, self.layout))
        self.path.chmod(0o755)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start it as Slurm does; a variable in lower case is none."""
        told = {**SLURM, "SLURM_ARRAY_TASK_ID": "0", "PATH": os.environ["PATH"], **variables}
        return subprocess.Popen(
            [self.path, *arguments],
            env={name: value for name, value in told.items() if value},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        """Give its exit code, and what it says."""
        with self.start(*arguments, **variables) as task:
            output, errors = task.communicate(timeout=60)
        return task.returncode, output, errors

    def lines(self) -> list[Record]:
        return [Record(*line.split(" ")) for path in self.records.iterdir() for line in path.read_text().splitlines()]

    def noted(self) -> list[tuple[str, str]]:
        return [(record.item, record.word) for record in self.lines()]

    def until(self, is_there: Callable[[], object]) -> None:
        for _ in range(500):
            if is_there():
                return
            time.sleep(0.02)
        raise AssertionError


BODIES = {
    'true "$@"': 0,
    'false "$@"': 1,
    'exit 7\n: "$@"': 7,
    "exec bash -c 'exit 9' \"$@\"": 9,
    "trap 'true; exit 4' EXIT\nfalse \"$@\"": 4,
    "trap 'echo mine' EXIT\n(exit 5) \"$@\"": 5,
    'set -euo pipefail\nfalse\ntrue "$@"': 1,
    'echo "$missing"\ntrue "$@"': 0,
    '#!/bin/bash -eu\necho "$missing"\ntrue "$@"': 1,
    'no-such-program "$@"': 127,
    "exec /dev/null \"$@\"": 126,
    "bash -c 'kill -KILL $$' \"$@\"": 137,
    "exec bash -c 'kill -KILL $$' \"$@\"": 137,
    "kill -KILL $$\n: \"$@\"": 137,
    "kill -TERM $$\n: \"$@\"": 143,
    "trap - INT; kill -INT $$\n: \"$@\"": 130,
    'if then\n: "$@"': 2,
}


@pytest.mark.parametrize("body", BODIES)
def test_exit_codes(tmp_path: Path, body: str) -> None:
    if body.startswith(("if then", "(exit")):
        body = body.replace("if then", "eval 'if then' || exit 2").replace('(exit 5) "$@"', 'bash -c "exit 5" "$@"')
    code = BODIES.get(body, 2 if "if then" in body else 5)
    task = Task(tmp_path, f"{body}\n")
    before = int(time.time())
    result = task.run(SLURM_ARRAY_TASK_ID="3")
    assert result[0] == code
    assert [record[:6] for record in task.lines()] == [
        (KEY, "70", "3", "77", "3", "start"),
        (KEY, "70", "3", "77", "3", str(code)),
    ]
    assert all(before <= int(record.time) <= time.time() for record in task.lines())
    assert os.listdir(task.records) == ["node1"]
    task.compile(f"{body}\n", is_noted=False)
    alone = task.run(SLURM_ARRAY_TASK_ID="3")
    assert (alone[0] if alone[0] >= 0 else 128 - alone[0], *alone[1:]) == result
