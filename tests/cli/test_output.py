"""Where the output goes: closed, full, of another encoding, and to nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import Heracles


def test_a_closed_pipe_is_quiet(script: Path) -> None:
    command = f"{sys.executable} -m heracles job.sh a=range\\(100\\) | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("0\n", "")


@pytest.mark.parametrize(("output", "code"), [(">&-", 0), ("> /dev/full", 1), ("2>&-", 0)])
def test_odd_outputs(script: Path, output: str, code: int) -> None:
    command = f"{sys.executable} -m heracles job.sh a=1,2 {output}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=False)
    expected = "Error: cannot write to standard output: No space left on device\n" if code else ""
    assert (result.returncode, result.stderr) == (code, expected)


def test_an_output_of_another_encoding(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-w", "a=1,2,3", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 3 scripts: job_hydra0.sh \\u2026 job_hydra2.sh\n"
    assert script.with_name("job_hydra1.sh").exists()
