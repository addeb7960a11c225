"""Grid Engine: its words, and the names of its logs.

Sources: qsub(1) of Son of Grid Engine 8.1.9, and what its commands print.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from heracles.lean import pattern
from heracles.schedulers.gridengine_options import GridEngineOptions
from heracles.schedulers.scheduler import LogTask, Scheduler

if TYPE_CHECKING:
    from heracles.schedulers.client import Job

__all__ = ["GridEngine"]

_NAME = pattern(r"[^\s/:@\\*?0-9][^\s/:@\\*?]*")
_VARIABLE = pattern(r"\$(JOB_ID|JOB_NAME|TASK_ID|USER|HOSTNAME)")


class GridEngine(Scheduler):
    """Sun, Son of, Open and Altair Grid Engine."""

    key = "gridengine"
    name = "Grid Engine"
    prefix = "#$"
    starts_with_option = True
    reads_whole = True
    values_of: Mapping[str, int] = {
        **dict.fromkeys(("-clear", "-cwd", "-hard", "-notify", "-soft", "-V"), 0),
        **dict.fromkeys(("-binding", "-pe"), 2),
    }
    additive = ("-l",)
    reserved = frozenset(
        ("-@", "-b", "-h", "-help", "-hold_jid", "-hold_jid_ad", "-now", "-sync", "-t", "-terse", "-verify")
    )
    submit = "qsub"
    cancel = "qdel"
    job_id = r"(?:Your job(?:-array)? )?(\d+)(?:\.\d+-\d+:\d+)?(?: \(.*\) has been submitted\.?)?"
    confirmation = r"Your job(?:-array)? (\d+)(?:\.\d+-\d+:\d+)? \(.*\) has been submitted\b"
    array_options = ("-t",)
    array_word = r"-t(?P<value>)"
    throttle_options = ("-tc",)
    task = "SGE_TASK_ID"
    job = "JOB_ID"
    restarts_expression = "${RESTARTED:-}"
    array_variables = (("SGE_TASK_FIRST", "first"), ("SGE_TASK_LAST", "end"), ("SGE_TASK_STEPSIZE", "step"))
    base = 1
    single = True
    most = 75_000
    offset = "index"
    requests = "heracles.schedulers.requests.gridengine:request"
    log = ("-o",)
    error_log = ("-e",)
    job_name = ("-N",)
    folder = ("-wd",)
    submit_folder_option = ("-cwd",)
    submit_folder_variable = "SGE_O_WORKDIR"
    literal = "logs"
    expanded = ("~", "$HOME", "$USER", "$JOB_ID", "$JOB_NAME", "$HOSTNAME", "$TASK_ID")
    missing_folder = "every run stays in the queue, in the state Eqw"

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ("-t", f"{first}-{last}", *(("-tc", str(throttle)) if throttle else ()))

    def submit_options(
        self, command: Sequence[str], script: str = "", environment: Mapping[str, str] | None = None
    ) -> GridEngineOptions:
        return GridEngineOptions(self, command, script, dict(os.environ if environment is None else environment))

    def needed_directives(self, script: str, file: str, bash: str, job_name: str) -> list[tuple[str, ...]]:
        """Return the shell, since the queue's shell runs the tasks whatever the first line is, and a valid name."""
        is_named = self.value(script, self.job_name) or _NAME.fullmatch(file)
        needed = [() if self.value(script, ["-S"]) else ("-S", bash), () if is_named else ("-N", job_name)]
        return [words for words in needed if words]

    def log_path(self, pattern: str, task: LogTask) -> str:
        values = {
            "JOB_ID": task.job,
            "JOB_NAME": task.script,
            "TASK_ID": "" if task.task is None else str(task.task),
            "USER": task.user,
            "HOSTNAME": task.node,
        }
        is_known = all(values[name] for name in _VARIABLE.findall(pattern))
        return _VARIABLE.sub(lambda match: values[match[1]], pattern) if is_known else ""

    def release_hint(self, job: "Job") -> str:
        return f"qrls -h u {job.id}"
