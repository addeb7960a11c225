"""What is said of lines that were written for Hydra's multirun."""

import os
from pathlib import Path

import pytest
from clusters.strays import PATIENCE
from support import Heracles


@pytest.mark.parametrize("folder", ["", "hydra.run.dir=/scratch/$SLURM_JOB_ID"])
def test_runs_that_share_a_folder_are_warned_about_unless_the_script_says_where(
    heracles: Heracles, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "job.sh").write_text(f"#!/bin/bash\npython main.py {folder}\n")
    warning = (
        "Warning: Hydra writes to outputs/DATE/TIME, so that runs which start in the same second overwrite each other: "
        "add --hydra-dirs outputs/job, which is the override hydra.run.dir=outputs/job/__run__\n"
    )
    said = "-m is Hydra's, and is left out: Heracles makes the runs itself.\n"
    assert heracles("job.sh", "-m", "lr=1,2").stderr == said + ("" if folder else warning)


@pytest.mark.parametrize("name", ["main.py", "conf/config.yaml", "other.py"])
def test_nothing_that_has_no_end_is_read(heracles: Heracles, tmp_path: Path, name: str) -> None:
    """As somebody may have put it into a shared folder: a FIFO would wait for ever."""
    (tmp_path / "job.sh").write_text("#!/bin/bash\npython main.py\n")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "config.yaml").write_text("lr: 1\n")
    (tmp_path / "main.py").write_text(
        'import hydra\n@hydra.main(config_path="conf", config_name="config")\ndef f(c): 0\n'
    )
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    assert heracles("job.sh", "lr=1,2", timeout=PATIENCE).returncode == 0
