"""What is said of lines that were written for Hydra's multirun."""

from pathlib import Path

import pytest
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
