"""That a real Slurm gives a job the time limit and the CPUs that the preview counts with."""

import itertools
import re
from pathlib import Path

from clusters.slurm import Cluster

from heracles.schedulers.registry import SCHEDULERS

SLURM = SCHEDULERS["slurm"]
TIMES = ["90", "90:30", "1:30:00", "1-2", "1-2:30", "1-2:30:15", "0:30"]
TASKS = [
    "",
    "-n 3",
    "--ntasks=4 --ntasks-per-node=2",
    "-N 2",
    "-N 2 --ntasks-per-node=3",
    "-c 2 -n 2",
    "-N2 -c3",
]


def test_the_request_is_what_slurm_understands(cluster: Cluster, tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    for time, tasks in itertools.zip_longest(TIMES, TASKS, fillvalue="10"):
        script.write_text(
            f"#!/bin/bash\n#SBATCH --hold --output=/dev/null\n#SBATCH --time={time}\n#SBATCH {tasks}\ntrue\n"
        )
        request = SLURM.submit_options(["sbatch"], script.read_text(), {}).request
        job = cluster.run("sbatch", "--parsable", script, cwd=tmp_path).stdout.strip()
        shown = cluster.run("scontrol", "--oneliner", "show", "job", job).stdout
        cluster.run("scancel", job)
        match = re.search(r"TimeLimit=(?:(\d+)-)?(\d+):(\d+):(\d+)", shown)
        assert match, (time, tasks, shown)
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        limit = days * 86400 + hours * 3600 + minutes * 60 + seconds
        assert request
        assert request.seconds
        assert limit == -(-request.seconds // 60) * 60, time  # Slurm's limits are whole minutes
        assert re.search(r"NumCPUs=(?:\d+-)?(\d+)", shown)[1] == str(request.cpus), (tasks, shown)  # type: ignore[index]
