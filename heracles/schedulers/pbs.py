"""PBS: its words, from the PBS Professional User's Guide, "Job Arrays", and qsub(1B) of OpenPBS."""

import re

from heracles.pattern import pattern
from heracles.schedulers.scheduler import Scheduler

__all__ = ["Pbs"]

_NAME = pattern(r"[\w.+-]+", re.ASCII)


class Pbs(Scheduler):
    """PBS Professional, OpenPBS and Torque's relatives of it."""

    key = "pbs"
    name = "PBS"
    prefix = "#PBS"
    joins = True
    submit = "qsub"
    delete = "qdel"
    full = r"would exceed .*limit"
    job_id = r"(\d+)(?:\[\])?(?:\.\S+)?"
    array_options = ("-J",)
    array_word = r"-J(?P<value>.*)"
    task = "PBS_ARRAY_INDEX"
    job = "PBS_JOBID"
    single = True
    fewest = 2
    most = 10_000
    offset = "index"
    log = ("-o",)
    error_log = ("-e",)
    job_name = ("-N",)
    submit_folder_variable = "PBS_O_WORKDIR"

    def needed_directives(self, script: str, file: str, bash: str, job_name: str) -> list[tuple[str, ...]]:  # noqa: ARG002
        """Return a valid name if the file's is none: one with a space or another character that qsub rejects."""
        is_named = self.value(script, self.job_name) or _NAME.fullmatch(file)
        return [] if is_named else [("-N", job_name)]

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        limit = f"%{throttle}" if throttle else ""
        return ("-J", f"{first}-{last}{limit}")
