"""PBS: its words, from the PBS Professional User's Guide, "Job Arrays", and qsub(1B) of OpenPBS."""

import os
import re
from collections.abc import Mapping, Sequence

from heracles.lean import pattern
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.scheduler import Scheduler

__all__ = ["Pbs"]

_NAME = pattern(r"[\w.+-]+", re.ASCII)
_OWN_DEPENDENCY = pattern(r"(?:^|,)depend=(.*?)(?=,\w+=|$)")


class PbsOptions(SubmitOptions):
    """The options of a submission to PBS."""

    def after(self, jobs: Sequence[str]) -> list[str]:
        """Return `-W depend=afterok:…`, with the user's own dependency: qsub(1B), -W."""
        values = [option.text for option in (*self.of_script("-W"), *self.of_command("-W"))]
        own = [match[1] for match in map(_OWN_DEPENDENCY.search, values) if match][-1:]
        return ["-W", ",".join([":".join(["depend=afterok", *jobs]), *own])]


class Pbs(Scheduler):
    """PBS Professional, OpenPBS and Torque's relatives of it."""

    key = "pbs"
    name = "PBS"
    prefix = "#PBS"
    joins = True
    flags = "hIVXzf"
    additive = ("-l",)
    reserved = frozenset(("-h", "-I", "-J", "-W", "-X", "-z", "-f", "--version"))
    submit = "qsub"
    cancel = "qdel"
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
    requests = "heracles.schedulers.requests.pbs:request"
    log = ("-o",)
    error_log = ("-e",)
    job_name = ("-N",)
    submit_folder_variable = "PBS_O_WORKDIR"

    def submit_options(
        self, command: Sequence[str], script: str = "", environment: Mapping[str, str] | None = None
    ) -> PbsOptions:
        return PbsOptions(self, command, script, dict(os.environ if environment is None else environment))

    def needed_directives(self, script: str, file: str, bash: str, job_name: str) -> list[tuple[str, ...]]:  # noqa: ARG002
        """Return a valid name if the file's is none: one with a space or another character that qsub rejects."""
        is_named = self.value(script, self.job_name) or _NAME.fullmatch(file)
        return [] if is_named else [("-N", job_name)]

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        limit = f"%{throttle}" if throttle else ""
        return ("-J", f"{first}-{last}{limit}")
