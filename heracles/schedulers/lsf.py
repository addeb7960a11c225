"""LSF: its words, from bsub(1) of IBM Spectrum LSF."""

import os
import os.path
from collections.abc import Iterator, Mapping, Sequence

from heracles.schedulers.directives import Directive, Option, named
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.scheduler import Finding, Scheduler

__all__ = ["Lsf"]


class LsfOptions(SubmitOptions):
    """The options of a submission to LSF."""

    def after(self, jobs: Sequence[str]) -> list[str]:
        """Return `-w done(…)`, with the user's own condition: bsub(1), -w."""
        own = self.value("-w")
        return ["-w", " && ".join([*(f"done({job})" for job in jobs), *([f"({own})"] if own else [])])]


class Lsf(Scheduler):
    """IBM Spectrum LSF."""

    key = "lsf"
    name = "LSF"
    article = "an"
    prefix = "#BSUB"
    reads_whole = True
    values_of: Mapping[str, int] = dict.fromkeys(("-B", "-N", "-r", "-rn", "-x"), 0)
    reserved = frozenset(("-H", "-h", "-I", "-Ip", "-Is", "-J", "-K", "-V", "-w", "-ti"))
    submit = "bsub"
    cancel = "bkill"
    reads_input = True
    job_id = r"Job <(\d+)> is submitted.*"
    confirmation = r"Job <(\d+)> is submitted\b"
    array_options = ("-J",)
    array_word = r"-J(?P<value>.*)"
    array_in_name = True
    task = "LSB_JOBINDEX"
    job = "LSB_JOBID"
    restarts_expression = "${LSB_RESTART:-}"
    array_variables = (("LSB_JOBINDEX_END", "end"), ("LSB_JOBINDEX_STEP", "step"))
    base = 1
    most = 1000
    offset = "text"
    requests = "heracles.schedulers.requests.lsf:request"
    log = ("-o", "-oo")
    error_log = ("-e", "-eo")
    job_name = ("-J",)
    folder = ("-cwd",)
    submit_folder_variable = "LS_SUBCWD"

    def submit_options(
        self, command: Sequence[str], script: str = "", environment: Mapping[str, str] | None = None
    ) -> LsfOptions:
        return LsfOptions(self, command, script, dict(os.environ if environment is None else environment))

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:
        limit = f"%{throttle}" if throttle else ""
        return ("-J", f"{name}[{first}-{last}]{limit}")

    def rejected(self, script: str, *, is_array: bool) -> Iterator[Finding]:
        if is_array and not script.startswith("#!"):
            reason = "LSF runs a script without #! with /bin/sh, and a job array's script is for bash"
            yield Finding(0, len(script.partition("\n")[0]), f"{reason}: put #!/bin/bash above it")

    def overwritten_logs(self, found: Sequence[Directive]) -> Iterator[tuple[Option, str]]:
        """Return those of `-oo` and `-eo`; `-o` and `-e` append."""
        for option in named(found, ["-oo", "-eo"], self):
            if option.text and "%I" not in option.text and not option.text.startswith("/dev/"):
                stem, suffix = os.path.splitext(option.text)
                yield option, option.text.replace("%J", "%J.%I", 1) if "%J" in option.text else f"{stem}-%I{suffix}"
