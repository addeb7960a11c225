"""The options of a submission to Grid Engine, from the command's words and the script's directives."""

import os.path
import pwd
import re

from heracles.errors import HeraclesError
from heracles.lean import pattern
from heracles.schedulers.options import SubmitOptions

__all__ = ["GridEngineOptions"]

_HOST = pattern(r"^[^:/$]*:")


class GridEngineOptions(SubmitOptions):
    """The options of a submission to Grid Engine; those of its default request files are not known."""

    @property
    def is_held(self) -> bool:
        return self.value("-h") is not None

    def check(self) -> None:
        # No later `-sync n` takes an earlier `-sync y` back.
        for name in ("-sync", "-now"):
            values = [option.text.lower() for option in (*self.of_script(name), *self.of_command(name))]
            if "y" in values or "yes" in values:
                raise HeraclesError(
                    f"with {name} y, qsub waits for the job, which stays on hold until its id is recorded: leave it out"
                )

    def log(self, folder: str, *, is_array: bool) -> str:
        """Return the log's path, with Grid Engine's pseudo variables where a job differs from another.

        The default name is `NAME.oID`, or `NAME.oID.TASK`, in the working folder: qsub(1), -o and -e.
        """
        has_tasks = is_array or self.value("-t") is not None
        name = self.value("-N") or "$JOB_NAME"
        default = f"{name}.o$JOB_ID{'.$TASK_ID' if has_tasks else ''}"
        paths = (self.value("-o") or "").split(",")
        if len(paths) > 1:  # one for each host
            return ""
        base, home = self._working_folder(folder), _home()
        path = re.sub(r"^~(?=/|$)", lambda _: home, _HOST.sub("", paths[0], count=1)).replace("$HOME", home)
        path = path.replace("$JOB_NAME", name)
        if not has_tasks:
            path = path.replace("$TASK_ID", "0")
        full = os.path.join(base, path)
        return os.path.join(full, default) if not path or os.path.isdir(full) else full

    def _working_folder(self, folder: str) -> str:
        options = self.of_command("-cwd", "-wd") or self.of_script("-cwd", "-wd")
        if not options:
            return _home()
        return folder if options[-1].name == "-cwd" else options[-1].text


def _home() -> str:
    """Return the user's home folder; Grid Engine does not ask `$HOME`, which is for a user without an entry alone."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return os.environ.get("HOME", "/")
