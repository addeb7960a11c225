"""Deleting what was written."""

from pathlib import Path

import pytest
from cli.probe import SIX, files
from clusters.slurm import PATIENCE
from support import Heracles

pytestmark = pytest.mark.usefixtures("stand_ins")


def test_delete_removes_what_a_write_would_have_written(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=range(10)")
    script.with_name("job_hydra1.sh").unlink()
    result = heracles("job.sh", "-d", "a=1,2,3")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Deleted 2 scripts: job_hydra0.sh and job_hydra2.sh\n"
    assert files(script.parent) == {"job.sh", "job_hydra.jsonl", *(f"job_hydra{i}.sh" for i in range(3, 10))}
    assert heracles("job.sh", "-d").stdout == (
        "Deleted 7 scripts: job_hydra3.sh … job_hydra9.sh\nDeleted the journal: job_hydra.jsonl\n"
    )
    assert files(script.parent) == {"job.sh"}
    assert heracles("job.sh", "-d").stdout == "There is nothing to delete\n"
    assert heracles("job.sh", "-c", "a=1").stdout == "There is nothing to delete\n"


def test_delete_needs_no_readable_script(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2")
    script.write_text("echo a\r\n")
    assert heracles("job.sh", "-d", "a=1").returncode == 0
    script.unlink()
    assert heracles("job.sh", "-d").returncode == 0
    assert files(script.parent) == set()
    assert heracles("job.sh", "-d").returncode == 2


def test_delete_array_scripts(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-a", "-w", *SIX).returncode == 0
    assert heracles("job.sh", "-w", *SIX).returncode == 0
    result = heracles("job.sh", "-d", "env.num_envs=1")
    assert result.stdout == "Deleted 1 script: job_hydra0.sh\n"
    result = heracles("job.sh", "-a", "-d")
    assert result.stdout == "Deleted 1 script: job_hydra.sh\n"
    assert heracles("job.sh", "-a", "-w", *SIX).returncode == 0
    assert script.with_name("job_hydra.exits").is_dir()
    result = heracles("job.sh", "-d")
    assert result.stdout == (
        "Deleted 6 scripts: job_hydra1.sh … job_hydra.sh\nDeleted the exit records: job_hydra.exits\n"
        "Deleted the journal: job_hydra.jsonl\n"
    )
    assert not script.with_name("job_hydra.exits").exists()
    assert files(script.parent) == {"job.sh"}
    assert heracles("job.sh", "-a", "-d", *SIX).stdout == "There is nothing to delete\n"


def test_a_huge_sweep_that_was_only_written_is_not_gone_through(heracles: Heracles, script: Path) -> None:
    assert script.exists()
    assert heracles("job.sh", "-a", "-wq", "a=range(100000)", "b=range(100000)").returncode == 0
    assert heracles("job.sh", "-d", timeout=PATIENCE).returncode == 0
