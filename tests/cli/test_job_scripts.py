"""Kinds of job scripts from the command line: what is said, and what the scripts that are written call."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import CORPUS, Heracles
from unit.script.bench import Bench

from heracles.shell.parser import parse

KINDS = CORPUS / "kinds"
EXPECTED: dict[str, dict[str, Any]] = json.loads((KINDS / "expected.json").read_text())
SWEEP = ["lr=0.1", "note='it costs $5; ok?'", 'cmd="$(touch oops) `touch oops` * ~"', "x=[1, 2]", "quote='\"'"]


def test_every_script_has_its_expectation() -> None:
    assert {path.stem for path in KINDS.glob("*.sh")} == {each.get("script", name) for name, each in EXPECTED.items()}


def messages(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if line.startswith(("Error: ", "Warning: "))]


@pytest.mark.parametrize("form", ["files", "array"])
@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_said_and_called(name: str, form: str, tmp_path: Path, heracles: Heracles) -> None:
    expected = EXPECTED[name]
    content = (KINDS / f"{expected.get('script', name)}.sh").read_bytes()
    (tmp_path / "job.sh").write_bytes(content)
    result = heracles("job.sh", "-w", *(["-a"] if form == "array" else []), *expected.get("options", []), *SWEEP)
    says = expected.get("says", [])
    assert messages(result.stderr) == (expected["array says"] if form == "array" and "array says" in expected else says)
    written = tmp_path / ("job_hydra.sh" if form == "array" else "job_hydra0.sh")
    assert written.exists() == (result.returncode == 0)
    if not written.exists():
        assert result.returncode == 2
        assert {path.name for path in tmp_path.iterdir()} == {"job.sh"}
    elif "gets" in expected:
        folder = tmp_path / "bench"
        folder.mkdir()
        bench = Bench(folder)
        bench.add(parse(content.decode()))
        arguments = expected.get("arguments", [])
        before = Counter(bench.calls(content, arguments))
        after = Counter(bench.calls(written.read_bytes(), ["0"] if form == "array" else []))
        assert {tuple(call) for call in after - before} == {(*gets.split(), *SWEEP) for gets in expected["gets"]}
        assert {" ".join(call) for call in before - after} == set(expected["gets"])
        assert not (folder / "oops").exists()
