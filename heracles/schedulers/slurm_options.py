"""What a submission to Slurm is told by the command's words, by the environment and by the script's directives.

The first of them that says something of an option counts: sbatch(1), "INPUT ENVIRONMENT VARIABLES".
"""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from heracles.errors import HeraclesError
from heracles.schedulers.dialect import SCHEDULERS
from heracles.schedulers.directives import directives, named
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["LogPattern", "SlurmOptions"]

_SLURM = SCHEDULERS["slurm"]
_OF_VARIABLES = {
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
_IN_NAMES = re.compile(r"%(%|(\d*)([AajJNnstux]))")


@dataclass(frozen=True)
class SlurmOptions:
    """The options of a submission.

    Args:
        script: The script's text.
        words: The words behind `sbatch`.
        environment: The environment of the submission.

    """

    script: str
    words: tuple[str, ...]
    environment: Mapping[str, str]

    def value(self, *names: str) -> str | None:
        """Give the value of an option, in all its spellings; None if nobody says one, empty if it has none."""
        for text in (self._line, None, self.script):
            if text is None:
                variable = next((key for key, told in _OF_VARIABLES.items() if set(told.split()) & set(names)), "")
                if f"SBATCH_{variable}" in self.environment:
                    return self.environment[f"SBATCH_{variable}"]
                continue
            found = named(directives(text, _SLURM), names, _SLURM)
            if found:
                return found[-1].value.text if found[-1].value else ""
        return None

    @property
    def _line(self) -> str:
        return " ".join([_SLURM.prefix, *map(quote, self.words)])

    @property
    def is_held(self) -> bool:
        """Whether the user wants the jobs held."""
        return self.value("-H", "--hold") is not None

    @property
    def is_test(self) -> bool:
        """Whether nothing is to be submitted at all."""
        return any(word == "--test-only" for word in self.words)

    def check(self) -> None:
        """Refuse what would keep sbatch from coming back.

        Raises:
            HeraclesError: If sbatch is to wait for its job.

        """
        if self.value("-W", "--wait") is not None:
            raise HeraclesError(
                "--wait lets sbatch wait for each job, and the next would be submitted only then: take it out"
            )

    def overridden(self) -> Iterator[str]:
        """Say which directives of the script count for nothing, for a variable of the environment says otherwise."""
        for key, told in _OF_VARIABLES.items():
            variable = f"SBATCH_{key}"
            value, names = self.environment.get(variable), told.split()
            if value is None or named(directives(self._line, _SLURM), names, _SLURM):
                continue
            found = named(directives(self.script, _SLURM), names, _SLURM)
            if found and (found[-1].value.text if found[-1].value else "") != value:
                said = self.script[found[-1].start : found[-1].end]
                yield (
                    f"{variable}={printable(quote(value))} in your environment overrides {printable(said)} of the "
                    f"script: unset {variable} if that is not wanted"
                )

    def added(self, attempt: int) -> list[str]:
        """Give the words that keep the logs of a run that is requeued, or tried again, from being written over.

        Args:
            attempt: 0 for the first submission, 1 for the first retry, and so on.

        """
        words = [] if self.value("--open-mode") is not None else ["--open-mode=append"]
        for names in (("-o", "--output"), ("-e", "--error")) if attempt else ():
            pattern = self.value(*names)
            if pattern and not re.search(r"%\d*[AjJ]|^/dev/", pattern):
                stem, suffix = os.path.splitext(pattern)
                words.append(f"{names[1]}={stem}-retry{attempt}{suffix}")
        return words

    def logs(self, folder: str, extra: Sequence[str] = ()) -> list[str]:
        """Give the patterns of all logs that are asked for, as `log` does."""
        options = SlurmOptions(self.script, (*self.words, *extra), self.environment)
        base = os.path.join(folder, options.value("-D", "--chdir") or "")
        found = (options.value("-o", "--output"), options.value("-e", "--error"))
        return [os.path.join(base, pattern) for pattern in found if pattern]

    def log(self, folder: str, *, is_array: bool, extra: Sequence[str] = ()) -> str:
        """Give the pattern of the log's path, from the folder of the submission on.

        Args:
            folder: The folder that sbatch is called in.
            is_array: Whether an array is submitted.
            extra: Words that are added to the command.

        """
        options = SlurmOptions(self.script, (*self.words, *extra), self.environment)
        pattern = options.value("-o", "--output") or ("slurm-%A_%a.out" if is_array else "slurm-%j.out")
        name = options.value("-J", "--job-name")
        pattern = re.sub(r"(?<!%)((?:%%)*)%x", lambda m: m[1] + name.replace("%", "%%"), pattern) if name else pattern
        return os.path.join(os.path.join(folder, options.value("-D", "--chdir") or ""), pattern)


@dataclass(frozen=True)
class LogPattern:
    """A log's name as sbatch(1), "filename pattern", has it: `slurm-%A_%4a.out`."""

    text: str

    def path(self, *, job: str, own: str, task: int | None, node: str, user: str, script: str) -> str:
        """Give the path of a task's log; empty if that depends on what is not known.

        Args:
            job: The job.
            own: The task's own job id.
            task: Its id in the array; None for none.
            node: Where it ran.
            user: Whose job it is.
            script: The name of the script, which names the job unless it has a name.

        """
        if "\\" in self.text:  # then no % means anything
            return self.text.replace("\\", "")
        values = {
            "A": job,
            "a": "4294967294" if task is None else str(task),
            "j": own,
            "J": own,
            "N": node.partition(".")[0],
            "n": "0",
            "s": "batch",
            "t": "0",
            "u": user,
            "x": script,
        }
        unknown = [m[3] for m in _IN_NAMES.finditer(self.text) if m[1] != "%" and not values[m[3]]]
        if unknown:
            return ""
        return _IN_NAMES.sub(lambda m: "%" if m[1] == "%" else values[m[3]].zfill(min(int(m[2] or 0), 10)), self.text)
