"""The journal beside the script, as the command line meets it."""

import json
import os
from pathlib import Path

import pytest
from support import Heracles


def test_the_journal_must_be_heracles_own(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    journal.write_text("my notes\n")
    result = heracles("job.sh", "-w", "a=1")
    assert (result.returncode, result.stderr) == (
        2,
        "Error: job_hydra.jsonl is not a journal of Heracles: move it out of the way\n",
    )
    assert journal.read_text() == "my notes\n"


def test_a_torn_journal_is_read_and_goes_on(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    heracles("job.sh", "-w", "a=1,2")
    whole = journal.read_bytes()
    for cut in range(5, len(whole), 60):
        journal.write_bytes(whole[:cut])
        for _ in range(2):
            result = heracles("job.sh", "-w", "a=1,2")
            assert (result.returncode, result.stderr) == (0, ""), cut
        lines = [line for line in journal.read_text().split("\n") if line]
        assert [json.loads(line)["event"] for line in lines[-2:]] == ["sweep", "write"]
    assert heracles("job.sh", "-d").returncode == 0


@pytest.mark.parametrize("arguments", [["-w", "a=1"], ["-r=true", "a=1"], ["-s"], ["-d"], ["--retry"], ["--cancel"]])
def test_a_damaged_journal_stops_everything(script: Path, heracles: Heracles, arguments: list[str]) -> None:
    assert heracles("job.sh", "-r=true", "a=1,2").returncode == 0
    journal = script.with_name("job_hydra.jsonl")
    first, second, *rest = journal.read_text().splitlines(keepends=True)
    damaged = "".join([first, second.replace('"', "'", 1), *rest])
    journal.write_text(damaged)
    result = heracles("job.sh", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: line 2 of job_hydra.jsonl ")
    assert journal.read_text() == damaged


def test_a_journal_that_is_no_file(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    journal.symlink_to("elsewhere")
    assert heracles("job.sh", "-w", "a=1").stderr.startswith("Error: cannot use job_hydra.jsonl: ")
    journal.unlink()
    os.mkfifo(journal)
    assert heracles("job.sh", "-w", "a=1").returncode == 2
    journal.unlink()
    journal.mkdir()
    assert heracles("job.sh", "-w", "a=1").stderr == "Error: cannot use job_hydra.jsonl: it is not a plain file\n"
