"""What a scheduler would silently ignore, or take for something else, in the directives of a job script.

The rules are those of sbatch(1) and of qsub(1), as Slurm 22.05 and Son of Grid Engine 8.1.9 were seen to follow them.
Nothing is reported unless it is sure to go wrong.
"""

import os.path
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby

from heracles.lean import pattern
from heracles.schedulers.directives import Directive, Option, directives, header_end, named, options
from heracles.schedulers.scheduler import Finding, Scheduler
from heracles.script.job_script import JobScript
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["Header"]

_EXPANSION = pattern(r"""\$(?:\{\w[^}\s]*\}|[A-Za-z_]\w*|\([^)\s]*\)?)|(?<=[\s="'])~(?=\w*/)""", re.ASCII, needs="$~")
_ON_EACH_NODE = frozenset(["dev", "local", "localscratch", "lscratch", "tmp", "var"])


class Header:
    """The directives of a script, as one scheduler reads them.

    Args:
        script: The job script.
        scheduler: Who reads it.
        submit_folder: The folder that the job is submitted from; empty for the current one.

    """

    def __init__(self, script: JobScript, scheduler: Scheduler, submit_folder: str = "") -> None:
        self.script = script
        self.scheduler = scheduler
        self.submit_folder = submit_folder

    @cached_property
    def directives(self) -> list[Directive]:
        """The directives, those too that the scheduler does not read."""
        return directives(self.script.text, self.scheduler)

    @property
    def asks_for_array(self) -> bool:
        """Whether the script asks for a job array of its own."""
        return any(self.scheduler.indices(option.text) for option in self._all(self.scheduler.array_options))

    def findings(self, *, is_array: bool = False, makes_folders: bool = False) -> Iterator[Finding]:
        """Yield what would go silently wrong.

        Args:
            is_array: Whether a job array is made of the script, even if it asks for none itself.
            makes_folders: Whether the folders of the logs are made before the job is submitted.

        """
        yield from self._unread()
        yield from self._literal()
        if not makes_folders:
            yield from self._folders()
        if is_array or self.asks_for_array:
            yield from self._shared_logs()

    def _all(self, names: tuple[str, ...]) -> list[Option]:
        """Return the options of these names."""
        return named(self.directives, names, self.scheduler)

    def _last(self, names: tuple[str, ...]) -> tuple[Option, str] | None:
        """Return the last option of these names, which is the one that holds, and its value."""
        found = self._all(names)
        return (found[-1], found[-1].text) if found else None

    def _logs(self) -> list[tuple[Option, str]]:
        """Return the options that name the logs, and the names."""
        return [log for log in (self._last(self.scheduler.log), self._last(self.scheduler.error_log)) if log]

    def _base(self) -> str | None:
        """Return the folder that the logs' names are relative to; None if it cannot be known."""
        here = self.scheduler.submit_folder_option
        found = self._last((*here, *self.scheduler.folder))
        if found is None:
            return self.submit_folder if self.scheduler.starts_in_submit_folder else None
        return self.submit_folder if found[0].name in here else _known(found[1], self.submit_folder)

    def _unread(self) -> Iterator[Finding]:
        """Find the directives that the scheduler takes for comments; several in a row are one."""
        text, name = self.script.text, self.scheduler.name
        header = header_end(text, self.scheduler)
        number = text.count("\n", 0, header) + 1
        lines = [line for line in self.directives if line.counts or self._is_unread(line)]
        for (counts, is_late), group in groupby(lines, lambda line: (line.counts, line.start > header)):
            same = [] if counts else list(group)
            one = len(same) == 1
            this, them = ("this directive", "it") if one else (f"these {len(same)} directives", "them")
            if is_late:
                place = f"move {them} above line {number}"
                reason = f"{this} come{'s' * one} after the first command, so {name} ignores {them}: {place}"
            else:
                reason = (
                    f"{this} {'is' if one else 'are'} indented, so {name} ignores {them}: remove the spaces before #"
                )
            if same:
                yield Finding(text.index("#", same[0].start), same[0].words[-1].end, reason)

    def _is_unread(self, line: Directive) -> bool:
        """Return whether a line that does not count is a comment to the shell, not part of a text, and has options."""
        is_option = bool(line.words) and line.words[0].text.startswith("-")
        return is_option and self.script.is_comment(self.script.text.index("#", line.start))

    def _literal(self) -> Iterator[Finding]:
        """Find what a shell would expand and the scheduler does not."""
        scheduler = self.scheduler
        logs = self._all(scheduler.log + scheduler.error_log)
        every = (option for line in self.directives if line.counts for option in options(line))
        for option in {"all": every, "logs": logs}.get(scheduler.literal, ()):
            is_log = any(log.start == option.start for log in logs)
            for match in _EXPANSION.finditer(self.script.text, option.start, option.end):
                if option.name in scheduler.free_text or match[0].startswith(scheduler.expanded):
                    continue
                pattern = scheduler.log_pattern_of.get(match[0].strip("${}")) if is_log else None
                remedy = f"write {pattern or 'out what it stands for'}"
                yield Finding(
                    *match.span(), f"{scheduler.name} does not expand {printable(match[0])} in a directive: {remedy}"
                )

    def _folders(self) -> Iterator[Finding]:
        """Find the folders that must exist before the job and do not."""
        if not self.scheduler.missing_folder:
            return
        base, missing = self._base(), set()
        chdir = self._last(self.scheduler.folder)
        if chdir and base and not os.path.isdir(base):
            yield Finding(chdir[0].start, chdir[0].end, self._missing(base))
            return
        for option, path in self._logs():
            folder = _log_folder(path, base)
            pattern = re.search(self.scheduler.job_folder_pattern or r"\Z.", os.path.dirname(path))
            if folder and not os.path.isdir(folder):
                if folder not in missing:
                    yield Finding(option.start, option.end, self._missing(folder))
                missing.add(folder)
            elif pattern:
                reason = f"no folder {pattern[0]} exists before the job, so {self.scheduler.missing_folder}"
                yield Finding(option.start, option.end, f"{reason}: put {pattern[0]} into the file's name")
            else:
                yield from self._folder_of_name(path, base)

    def _folder_of_name(self, path: str, base: str | None) -> Iterator[Finding]:
        """Find a job's name with a slash, which makes a folder where a log has that name."""
        name, pattern = self._last(self.scheduler.job_name), self.scheduler.job_name_pattern
        if name and "/" in name[1] and pattern and pattern in path:
            folder = _log_folder(path.replace(pattern, name[1]), base)
            if folder and not os.path.isdir(folder):
                reason = f"the / in this name makes {pattern} a folder in the log's name; {self._missing(folder)}"
                yield Finding(name[0].start, name[0].end, reason)

    def _missing(self, folder: str) -> str:
        path = folder.removeprefix(os.path.join(self.submit_folder, ""))
        effect, quoted = self.scheduler.missing_folder, printable(quote(path))
        return f"the folder {printable(path)} does not exist, so {effect}: mkdir -p {quoted}"

    def _shared_logs(self) -> Iterator[Finding]:
        """Find logs that each task of an array would overwrite."""
        for option, better in self.scheduler.overwritten_logs(self.directives):
            yield Finding(
                option.start, option.end, f"every task of the array overwrites this log: name it {printable(better)}"
            )


def _log_folder(path: str, base: str | None) -> str | None:
    """Return the folder of a log, up to the first pattern in its name; None if it cannot be known."""
    folder = os.path.dirname(path)
    if pattern := re.search(r"[%$]", folder):
        folder = os.path.dirname(folder[: pattern.start()])
    return _known(folder, base)


def _known(path: str, base: str | None) -> str | None:
    """Return where a path leads; None if it cannot be known, or is on the nodes' own disks."""
    if not path or re.search(r"^~|[$\\:,]", path):
        return None
    if os.path.isabs(path):
        top = path.split("/")[1]
        return None if top in _ON_EACH_NODE or not os.path.isdir(f"/{top}") else path
    return None if base is None else os.path.normpath(os.path.join(base, path))
