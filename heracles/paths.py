"""The names of the files that Heracles keeps beside a job script."""

import os.path
import re

__all__ = ["SWEEP_NAME", "Siblings"]

SWEEP_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?"
"""A regular expression for the name of a sweep."""

_MOST_DIGITS = 18


class Siblings:
    """The files beside one job script, by name.

    In the folder `x`, `x/sbatch.sh` has

    - `sbatch_hydra0.sh`, `sbatch_hydra1.sh`, …: a script for each run,
    - `sbatch_hydra0.out`, …: the logs of runs that are run locally with `-j`,
    - `sbatch_hydra.sh`: the array script; `sbatch_hydra_retry.sh`: the one of the latest retry,
    - `sbatch_hydra.jsonl`: the journal, and `sbatch_hydra.exits`: the folder of the exit records.

    Another script of the same stem has its own of all of them: those of `x/sbatch.slurm` are `sbatch_hydra0.slurm` and
    so on, `sbatch_hydra0.slurm.out`, `sbatch_hydra.slurm.jsonl` and `sbatch_hydra.slurm.exits`. So has a sweep with a
    name: those of the sweep `wide` are `sbatch_wide_hydra0.sh` and so on.

    Args:
        script: The path of the job script.
        sweep: The name of the sweep whose files these are; empty for those of the sweeps without a name.

    Attributes:
        script, sweep: The same.
        name: Its name, without the folder.
        namesake: The name of the script whose files would have these names: the script's own, but for a named sweep.
        journal, exit_records, array_script, retry_script: Names, without a folder.
        former: The names that the journal and the exit records had in 0.1.0, for all scripts of one stem.

    """

    def __init__(self, script: str, sweep: str = "") -> None:
        self.script = script
        self.sweep = sweep
        self._folder = _plain_folder(script)
        self.name = os.path.basename(script)
        self._script_stem, self._suffix = os.path.splitext(self.name)
        named = f"{self._script_stem}_{sweep}" if sweep else self._script_stem
        self.namesake = named + self._suffix
        self._stem = f"{named}_hydra"
        mark = "" if self._suffix == ".sh" else self._suffix or "_"  # a name that no other script of this stem has
        self._log_suffix = f"{mark}.out"
        self.journal = f"{self._stem}{mark}.jsonl"
        self.exit_records = f"{self._stem}{mark}.exits"
        self.former = f"{self._stem}.jsonl", f"{self._stem}.exits"
        self.array_script = self._stem + self._suffix
        self.retry_script = f"{self._stem}_retry{self._suffix}"

    def sweep_of_journal(self, name: str) -> str | None:
        """Return the name of the sweep that has a journal of that file name; None if no named sweep of the script has.

        Another script can have a journal of that name too: `namesake`.
        """
        start, end = f"{self._script_stem}_", self.journal[len(self._stem) - len("_hydra") :]
        sweep = name[len(start) : -len(end)]
        return sweep if name == f"{start}{sweep}{end}" and re.fullmatch(SWEEP_NAME, sweep) else None

    def run_script(self, run: int) -> str:
        """Return the name of the script of run number `run`."""
        return f"{self._stem}{run}{self._suffix}"

    def log(self, run: int) -> str:
        """Return the name of the log of run number `run`, if it is run locally."""
        return f"{self._stem}{run}{self._log_suffix}"

    def run_of_script(self, name: str) -> int | None:
        """Return the number of the run that has a script of that name; None if no run has."""
        return self._run_of(name, self._suffix)

    def run_of_log(self, name: str) -> int | None:
        """Return the number of the run that has a log of that name; None if no run has."""
        return self._run_of(name, self._log_suffix)

    def _run_of(self, name: str, suffix: str) -> int | None:
        if not (name.startswith(self._stem) and name.endswith(suffix)):
            return None
        number = name[len(self._stem) : len(name) - len(suffix)]
        is_number = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
        return int(number) if is_number and number == str(int(number)) else None

    def path(self, name: str) -> str:
        """Return the path of the sibling of that name, absolute if the script's path is."""
        return self._folder + name


def _plain_folder(path: str) -> str:
    """Return the folder of a path with a `/` at its end, and without the steps that lead nowhere; maybe empty."""
    steps = [step for step in path.split("/")[:-1] if step not in ("", ".")]
    return "/" * path.startswith("/") + "".join(f"{step}/" for step in steps)
