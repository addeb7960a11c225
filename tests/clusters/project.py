"""A folder with a job script whose program notes each run that succeeds, on a real Slurm."""

import json
import shlex
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from clusters.slurm import Cluster
from starts.warm import PLAIN, heracles_command

__all__ = ["Project"]

COMMANDS = ("sbatch", "squeue", "scontrol", "scancel", "sacct")


@dataclass
class Project:
    """A folder with a job script whose program notes each run that succeeds, and commands of Slurm's to tamper with."""

    cluster: Cluster
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.tools = self.folder / "bin"
        self.tools.mkdir()
        for command in COMMANDS:
            path = shutil.which(command, path=self.cluster.environment["PATH"])
            assert path
            (self.tools / command).symlink_to(path)
        self.notes = self.folder / "notes"
        self.write('echo "$*" >> NOTES/"$SLURM_JOB_ID"')

    def write(self, program: str, *directives: str) -> None:
        """Write the program and the job script that calls it."""
        self.notes.mkdir(exist_ok=True)
        program = program.replace("NOTES", shlex.quote(str(self.notes)))
        (self.folder / "program").write_text(f"#!/bin/bash\n{program}\n")
        (self.folder / "program").chmod(0o755)
        header = "".join(f"#SBATCH {directive}\n" for directive in ("--time=5", *directives))
        (self.folder / "my job.sh").write_text(f"#!/bin/bash\n{header}./program\n")

    def stand_in(self, text: str) -> None:
        """Put a script of bash in the place of sbatch; `REAL` in it is the real one."""
        path = self.tools / "sbatch"
        real = shutil.which("sbatch", path=self.cluster.environment["PATH"]) or ""
        path.unlink()
        path.write_text(f"#!/bin/bash\n{text.replace('REAL', real)}\n")
        path.chmod(0o755)

    def argv(self, *arguments: str) -> list[str]:
        """Return the command of a process that can be sent signals."""
        return [*PLAIN, "my job.sh", *arguments]

    def submit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.heracles(f"-r={shlex.quote(str(self.tools / 'sbatch'))}", *arguments)

    def heracles(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.cluster.environment, **self.environment}
        return self.cluster.run(*heracles_command(), "my job.sh", *arguments, cwd=self.folder, env=environment)

    def counts(self, *arguments: str) -> dict[str, int]:
        """Return the number of runs in each state."""
        result = self.heracles("-s", "--json", *arguments)
        assert (result.returncode, result.stderr) == (0, "")
        found: dict[str, int] = json.loads(result.stdout)["counts"]
        return found

    def received(self) -> Counter[str]:
        """Give how often each run succeeded, once nothing of the cluster's is pending or running."""
        self.cluster.wait_until_idle()
        return Counter(line for path in self.notes.iterdir() for line in path.read_text().splitlines())
