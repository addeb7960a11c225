"""What the tests of the lint share: the warnings about a script, and its refusal, as they are printed."""

from heracles.errors import ScriptError
from heracles.lint.body import check, warnings
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

__all__ = ["HIDES", "NO_LOG", "refused", "warned"]

NO_LOG = "so every run fails before its first command and leaves no log"
HIDES = "hides a failure of this command, and the run counts as done:"


def warned(text: str, scheduler: str = "slurm", folder: str = "", *, is_array: bool = False) -> list[str]:
    """Return the warnings about a script, as they are printed."""
    script = JobScript("job.sh", text.encode("utf-8", "surrogateescape"))
    return [str(warning) for warning in warnings(script, SCHEDULERS[scheduler], folder, is_array=is_array)]


def refused(text: str, scheduler: str = "slurm", *, is_array: bool = False) -> str:
    """Return what is printed when a script is refused; empty if it is not."""
    try:
        check(JobScript("job.sh", text.encode()), SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError as error:
        return str(error)
    return ""
