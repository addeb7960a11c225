"""The options of a submission to Slurm, from the command's words, the environment and the script's directives.

The first of them that sets an option counts: sbatch(1), "INPUT ENVIRONMENT VARIABLES".
"""

import os.path
import re
from collections.abc import Iterator, Sequence

from heracles.errors import HeraclesError
from heracles.schedulers.options import SubmitOptions
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["SlurmOptions"]

_DEPENDENCY = ("-d", "--dependency")
_LOG, _ERROR_LOG, _CHDIR = ("-o", "--output"), ("-e", "--error"), ("-D", "--chdir")
_NAMES_OF = {
    "ACCOUNT": "-A --account",
    "ARRAY_INX": "-a --array",
    "CLUSTERS": "-M --clusters",
    "CONSTRAINT": "-C --constraint",
    "CPUS_PER_GPU": "--cpus-per-gpu",
    "ERROR": "-e --error",
    "EXCLUSIVE": "--exclusive",
    "EXPORT": "--export",
    "GPUS": "-G --gpus",
    "GPUS_PER_NODE": "--gpus-per-node",
    "GPUS_PER_TASK": "--gpus-per-task",
    "GRES": "--gres",
    "INPUT": "-i --input",
    "JOB_NAME": "-J --job-name",
    "MEM_PER_CPU": "--mem-per-cpu",
    "MEM_PER_GPU": "--mem-per-gpu",
    "MEM_PER_NODE": "--mem",
    "NO_REQUEUE": "--no-requeue",
    "OPEN_MODE": "--open-mode",
    "OUTPUT": "-o --output",
    "PARTITION": "-p --partition",
    "QOS": "-q --qos",
    "REQUEUE": "--requeue",
    "RESERVATION": "--reservation",
    "SIGNAL": "--signal",
    "TIMELIMIT": "-t --time",
}


class SlurmOptions(SubmitOptions):
    """The options of a submission to Slurm."""

    def value(self, *names: str) -> str | None:
        if found := self.of_command(*names):
            return found[-1].text
        for variable, spellings in _NAMES_OF.items():
            if f"SBATCH_{variable}" in self.environment and not set(names).isdisjoint(spellings.split()):
                return self.environment[f"SBATCH_{variable}"]
        found = self.of_script(*names)
        return found[-1].text if found else None

    @property
    def is_held(self) -> bool:
        return self.value("-H", "--hold") is not None

    @property
    def is_test(self) -> bool:
        return "--test-only" in self.arguments

    def check(self) -> None:
        if self.value("-W", "--wait") is not None:
            raise HeraclesError("with --wait, sbatch returns only after the job has ended: leave it out")

    def warnings(self) -> Iterator[str]:
        for key, spellings in _NAMES_OF.items():
            variable, names = f"SBATCH_{key}", spellings.split()
            value = self.environment.get(variable)
            if value is None or self.of_command(*names):
                continue
            found = self.of_script(*names)
            if found and found[-1].text != value:
                directive = self.script[found[-1].start : found[-1].end]
                yield (
                    f"{variable}={printable(quote(value))} in your environment overrides {printable(directive)} of "
                    f"the script: unset {variable} if that is not wanted"
                )

    def added(self, attempt: int) -> list[str]:
        words = [] if self.value("--open-mode") is not None else ["--open-mode=append"]
        for names in (_LOG, _ERROR_LOG) if attempt else ():
            pattern = self.value(*names)
            if pattern and not re.search(r"%\d*[AjJ]|^/dev/", pattern):
                stem, suffix = os.path.splitext(pattern)
                words.append(f"{names[1]}={stem}-retry{attempt}{suffix}")
        return words

    def after(self, jobs: Sequence[str]) -> list[str]:
        """Return `--dependency=afterok:…`, with the user's own dependency.

        A job whose dependency can never be satisfied stays in the queue, where it is seen and can be cancelled: Slurm
        soon forgets one that it cancels itself, as it may be configured to do (slurm.conf(5), kill_invalid_depend).
        """
        own = self.value(*_DEPENDENCY) or ""
        if "?" in own:
            raise HeraclesError(
                f"--try-first adds a dependency on the first run, which cannot be combined with the alternatives in "
                f"--dependency={own}"
            )
        condition = ",".join(filter(None, [":".join(["afterok", *jobs]), own]))
        is_decided = self.value("--kill-on-invalid-dep") is not None
        return [f"--dependency={condition}", *([] if is_decided else ["--kill-on-invalid-dep=no"])]

    def log(self, folder: str, *, is_array: bool) -> str:
        has_tasks = is_array or self.value("-a", "--array")
        pattern = self.value(*_LOG) or ("slurm-%A_%a.out" if has_tasks else "slurm-%j.out")
        name = self.value("-J", "--job-name")
        pattern = re.sub(r"(?<!%)((?:%%)*)%x", lambda m: m[1] + name.replace("%", "%%"), pattern) if name else pattern
        return os.path.join(self._folder(folder), pattern)

    def log_folders(self, folder: str) -> list[str]:
        patterns = filter(None, (self.value(*_LOG), self.value(*_ERROR_LOG)))
        folders = (os.path.dirname(os.path.join(self._folder(folder), pattern)) for pattern in patterns)
        return [path for path in folders if "%" not in path and "$" not in path]

    def _folder(self, folder: str) -> str:
        return os.path.join(folder, self.value(*_CHDIR) or "")
