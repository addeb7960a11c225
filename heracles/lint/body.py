"""What in a mother script would go wrong without a word, and what the scheduler would refuse.

The rules are those of sbatch's opt.c and of qsub(1), as Slurm 22.05 and Son of Grid Engine 8.1.9 were seen to follow
them. Where it is not sure that something goes wrong, nothing is said.
"""

import os.path
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from heracles.errors import ScriptError
from heracles.schedulers.directives import Directive, Option, directives, header_end, named, options
from heracles.schedulers.scheduler import Scheduler
from heracles.script.job_script import Script
from heracles.shell import scanner
from heracles.text import printable

__all__ = ["check", "warnings"]

_Trap = tuple[int, int, str]  # from where to where in the script's text, and why

_EXPANSION = re.compile(r"""\$(?:\{\w[^}\s]*\}|[A-Za-z_]\w*|\([^)\s]*\)?)|(?<=[\s="'])~(?=\w*/)""", re.ASCII)
_ON_EACH_NODE = frozenset(["dev", "local", "localscratch", "lscratch", "tmp", "var"])
# fmt: off
_NO_PROGRAMS = frozenset([
    ".", ":", "[", "alias", "break", "case", "cd", "continue", "declare", "echo", "eval", "exit", "export", "for",
    "getopts", "let", "local", "logger", "printf", "read", "readonly", "return", "select", "set", "shift", "shopt",
    "source", "test", "trap", "true", "type", "typeset", "unset",
])
# fmt: on
_PIPES = ("|", "|&")
_CONDITION = re.compile(r"\s*;?\s*(?:then|do)\b")
_LOOKS_AT_STATUS = re.compile(r"\$\?|\$\{\?\}|PIPESTATUS|pipestatus")
_NO_SYNTAX = re.compile(r"(?<!\S)#[^\n]*|\([ \t]*\)|(?:\(\(|\[\[).*", re.DOTALL)
_SYNTAX = re.compile(r"(?<![^\s;&|(){}])(?:(if|while|until|\{)|else|elif)(?![^\s;&|(){}])|(\()|;;&?|;&")
_UNQUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(\$[@*]|\$\{[@*][^}]*\})""", re.DOTALL)
_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""", re.DOTALL)
_SELF = r"\$(?:0(?![0-9])|\{0\}|BASH_SOURCE\b|\{BASH_SOURCE(?:\[0\])?\})"
_OWN_PATH = re.compile(
    rf"\b(?:dirname|readlink|realpath)\b[^\n;|&()`]{{0,99}}?({_SELF})|(\$\{{(?:0|BASH_SOURCE(?:\[0\])?)%)"
)


def warnings(
    script: Script, scheduler: Scheduler, folder: str = "", *, is_array: bool = False, makes_folders: bool = False
) -> list[ScriptError]:
    """Give what in the script would go wrong without a word, in the order of its lines.

    Args:
        script: The mother script.
        scheduler: Who reads it.
        folder: The folder that the job is submitted from; empty for the current one.
        is_array: Whether a job array is made of it, even if it asks for none itself.
        makes_folders: Whether the folders of the logs are made before the job is submitted.

    Returns:
        Errors that are not raised: printed, each has its line with carets under the place.

    Raises:
        ScriptError: If the script's expansions nest too deep to be read.

    """
    job = _Job(script, scheduler, directives(script.text, scheduler), folder)
    folders = [] if makes_folders else _folders(job)
    found = [*_unread(job), *_literal(job), *folders, *_masked(script), *_split(script), *_own_path(job)]
    if is_array or job.all(scheduler.array_options):
        found += _shared_logs(job)
    return [script.error(reason, start, end) for start, end, reason in sorted(found)]


@dataclass(frozen=True)
class _Job:
    """A script, who reads it, its directives for that one, and the folder that it is submitted from."""

    script: Script
    scheduler: Scheduler
    directives: list[Directive]
    folder: str

    def all(self, names: tuple[str, ...]) -> list[Option]:
        """Give the options of these names."""
        return named(self.directives, names, self.scheduler)

    def last(self, names: tuple[str, ...]) -> tuple[Option, str] | None:
        """Give the last option of these names, which is the one that holds, and its value."""
        found = self.all(names)
        return (found[-1], found[-1].value.text if found[-1].value else "") if found else None

    def logs(self) -> list[tuple[Option, str]]:
        """Give the options that name the logs, and the names."""
        return [log for log in (self.last(self.scheduler.log), self.last(self.scheduler.error_log)) if log]

    def base(self) -> str | None:
        """Give the folder that the logs' names are relative to; None if it cannot be known."""
        here = self.scheduler.submit_folder_option
        found = self.last((*here, *self.scheduler.folder))
        if found is None:
            return self.folder if self.scheduler.starts_in_submit_folder else None
        return self.folder if found[0].name in here else _known(found[1], self.folder)


def _unread(job: _Job) -> Iterator[_Trap]:
    """Find the directives that the scheduler takes for comments; several in a row are one."""
    text, name = job.script.text, job.scheduler.name
    header = header_end(text, job.scheduler)
    number, comments = text.count("\n", 0, header) + 1, _comments(job)
    lines = [line for line in job.directives if line.counts or (line.start in comments and _names_option(line))]
    for (counts, is_late), group in groupby(lines, lambda line: (line.counts, line.start > header)):
        same = [] if counts else list(group)
        one = len(same) == 1
        this, them = ("this directive", "it") if one else (f"these {len(same)} directives", "them")
        if same and is_late:
            place = f"move {them} above line {number}"
            reason = f"{this} come{'s' * one} after the first command, so {name} ignores {them}: {place}"
        else:
            reason = f"{this} {'is' if one else 'are'} indented, so {name} ignores {them}: remove the blanks before #"
        if same:
            yield text.index("#", same[0].start), same[0].words[-1].end, reason


def _names_option(line: Directive) -> bool:
    return bool(line.words) and line.words[0].text.startswith("-")


def _comments(job: _Job) -> set[int]:
    """Give the starts of the directives that do not count and are comments to the shell, not part of a text."""
    text, pieces, place, starts = job.script.text, [], 0, {}
    for line in job.directives:
        if not line.counts:
            start = text.index("#", line.start)
            pieces += [text[place:start], ":" * (line.end - start)]  # a command in the place of the comment
            place, starts[start] = line.end, line.start
    commands = scanner.outline("".join([*pieces, text[place:]])).commands if starts else []
    return {starts[command.start] for command in commands if command.start in starts}


def _literal(job: _Job) -> Iterator[_Trap]:
    """Find what a shell would expand and the scheduler does not."""
    scheduler = job.scheduler
    logs = job.all(scheduler.log + scheduler.error_log)
    every = (option for line in job.directives if line.counts for option in options(line))
    for option in {"all": every, "logs": logs}.get(scheduler.literal, ()):
        is_log = any(log.start == option.start for log in logs)
        for match in _EXPANSION.finditer(job.script.text, option.start, option.end):
            if option.name in scheduler.free_text or match[0].startswith(scheduler.expanded):
                continue
            pattern = scheduler.log_pattern_of.get(match[0].strip("${}")) if is_log else None
            remedy = f"write {pattern or 'out what it stands for'}"
            yield *match.span(), f"{scheduler.name} does not expand {printable(match[0])} in a directive: {remedy}"


def _folders(job: _Job) -> Iterator[_Trap]:
    """Find the folders that are to be there and are not."""
    if not job.scheduler.missing_folder:
        return
    base, missing = job.base(), set()
    chdir, name = job.last(job.scheduler.folder), job.last(job.scheduler.job_name)
    in_name = job.scheduler.job_name_pattern
    if chdir and base and not os.path.isdir(base):
        yield chdir[0].start, chdir[0].end, _missing(job, base)
        return
    for option, path in job.logs():
        folder = _log_folder(path, base)
        pattern = re.search(job.scheduler.job_folder_pattern or r"\Z.", os.path.dirname(path))
        if folder and not os.path.isdir(folder):
            if folder not in missing:
                yield option.start, option.end, _missing(job, folder)
            missing.add(folder)
        elif pattern:
            reason = f"no folder {pattern[0]} is there before the job, so {job.scheduler.missing_folder}"
            yield option.start, option.end, f"{reason}: put {pattern[0]} into the file's name"
        elif name and "/" in name[1] and in_name and in_name in path:
            folder = _log_folder(path.replace(in_name, name[1]), base)
            if folder and not os.path.isdir(folder):
                reason = f"the / in this name makes {in_name} a folder in the log's name; {_missing(job, folder)}"
                yield name[0].start, name[0].end, reason


def _missing(job: _Job, folder: str) -> str:
    path = folder.removeprefix(os.path.join(job.folder, ""))
    effect = job.scheduler.missing_folder
    return f"the folder {printable(path)} is not there, so {effect}: mkdir -p {printable(shlex.quote(path))}"


def _log_folder(path: str, base: str | None) -> str | None:
    """Give the folder of a log, up to the first pattern in its name; None if it cannot be known."""
    folder = os.path.dirname(path)
    if pattern := re.search(r"[%$]", folder):
        folder = os.path.dirname(folder[: pattern.start()])
    return _known(folder, base)


def _known(path: str, base: str | None) -> str | None:
    """Give where a path leads; None if it cannot be known, or is on the nodes' own disks."""
    if not path or re.search(r"^~|[$\\:,]", path):
        return None
    if os.path.isabs(path):
        top = path.split("/")[1]
        return None if top in _ON_EACH_NODE or not os.path.isdir(f"/{top}") else path
    return None if base is None else os.path.normpath(os.path.join(base, path))


def _shared_logs(job: _Job) -> Iterator[_Trap]:
    """Find logs that each task of an array would overwrite."""
    for option, better in job.scheduler.overwritten_logs(job.directives):
        reason = f"every task of the array writes over this log: put %a into its name: {printable(better)}"
        yield option.start, option.end, reason


def _words(script: Script, command: scanner.Command) -> list[str]:
    return [script.text[start:end] for start, end in command.words]


def _name(script: Script, command: scanner.Command) -> str:
    return "" if command.name is None else re.sub(r"['\"\\]", "", script.text[slice(*command.words[command.name])])


def _programs(script: Script) -> Iterator[tuple[int, scanner.Command]]:
    """Give the commands that hand the script's parameters to a program, from the last on, with their places."""
    commands = script.outline.commands if script.outline.uses_parameters else []
    for place in reversed(range(len(commands))):
        command, name = commands[place], _name(script, commands[place])
        is_program = name and name not in _NO_PROGRAMS and not command.in_function and not command.closes
        if is_program and scanner.expands_parameters(script.text[command.start : command.end]):
            yield place, command


def _masked(script: Script) -> Iterator[_Trap]:
    """Find a program the exit code of which is lost to a pipe or to what comes after it."""
    commands, text = script.outline.commands, script.text
    first, program = next(_programs(script), (0, None))
    if program is None or _name(script, program) in {*script.outline.functions, "exec"}:
        return
    last = first
    while commands[last].after in _PIPES and last + 1 < len(commands):
        last += 1
    end = commands[last].end
    is_tested = commands[last].after in ("&&", "||", "&") or _CONDITION.match(text, end)
    if is_tested or re.search(r"(?<!\S)!\s+(?:time\s+)?\Z", text[: program.start]):
        return
    if _LOOKS_AT_STATUS.search(text, end) or re.search(r"\btrap\b[^\n]{0,500}\bZ?ERR\b", text):
        return
    exits, pipes_fail = _set_options(script, commands[:first])
    hiding = None if exits else _next(script, last)
    if last > first and not pipes_fail:
        what, remedy = "the pipe", f"put set -{'e' if hiding else ''}o pipefail above it"
    elif hiding:
        line = text.count("\n", 0, hiding.start) + 1
        what, remedy = f"line {line}", "write || exit behind it, or set -e above it"
    else:
        return
    yield program.start, program.end, f"{what} hides a failure of this command, and the run counts as done: {remedy}"


def _set_options(script: Script, commands: list[scanner.Command]) -> tuple[bool, bool]:
    """Tell whether a failing command ends the script, and whether one fails its pipe, after these commands."""
    sets = [_words(script, command) for command in commands if _name(script, command) in ("set", "shopt")]
    words = [word for each in [*sets, script.interpreter_options] for word in each]
    exits = any(re.fullmatch(r"-[A-Za-z]*e[A-Za-z]*", word) for word in words)
    return exits or "errexit" in words, "pipefail" in words


def _next(script: Script, place: int) -> scanner.Command | None:
    """Give the command that runs after that one and sets the script's exit code anew; None if none surely does."""
    commands, text = script.outline.commands, script.text
    after, end = commands[place + 1 :], commands[place].end
    exits = [_words(script, command) for command in after if _name(script, command) == "exit"]
    has_here_document = "<<" in text[commands[place].start :] and any(command.closes for command in after)
    if has_here_document or any(words[1:] not in ([], ["0"]) for words in exits):
        return None
    depth, is_other_branch = 0, False
    for command in after:
        for match in _SYNTAX.finditer(_NO_SYNTAX.sub("", text[end : command.start])):
            depth += bool(match[1] or match[2])
            is_other_branch |= not (match[1] or match[2] or depth)
        end, name = command.end, _name(script, command)
        if command.closes in ("fi", "done", "esac", "}", ")"):
            depth, is_other_branch = max(depth - 1, 0), is_other_branch and depth > 0
            if not depth and command.after in ("&&", "||", "&", *_PIPES):
                return None
        elif is_other_branch or command.in_function:
            depth += name in ("case", "for", "select")
        else:
            return None if name in (":", "true", "wait") or _words(script, command) == ["exit"] else command
    return None


def _split(script: Script) -> Iterator[_Trap]:
    """Find parameters that are split at their blanks, or all joined, where they become a program's arguments."""
    for _, command in _programs(script) if script.interpreter != "zsh" else ():
        words = _words(script, command)
        for (start, end), word in zip(command.words, words, strict=True):
            bare = [match for match in _UNQUOTED.finditer(word) if match[1]]
            if word in ('"$*"', '"${*}"') and '"$@"' not in words:
                yield start, end, f'{word} makes one argument of all overrides: write "$@"'
            elif bare and "$(" not in word and "`" not in word:
                found = bare[0][0]
                remedy = f'write "{printable(found.replace("*", "@", 1))}"'
                yield start, end, f"without quotes, {printable(found)} splits values that have blanks: {remedy}"


def _own_path(job: _Job) -> Iterator[_Trap]:
    """Find commands that look for the folder of the script, and will find that of the scheduler's copy of it."""
    variable, text = job.scheduler.submit_folder_variable, job.script.text
    if not variable or re.search(r"\bscontrol\s+show\b|\bqstat\s+-j", text):
        return
    for command in job.script.outline.commands:
        code = _QUOTED.sub(lambda m: m[0] if m[0][0] == '"' else " " * len(m[0]), text[command.start : command.end])
        match = None if variable in code else _OWN_PATH.search(code)
        if match:
            start, end = match.span(1 if match[1] else 2)
            reason = f"{job.scheduler.name} runs a copy of the script that is in another folder"
            remedy = f"write the folder out, or ${variable} for the one of the submission"
            yield command.start + start, command.start + end, f"{reason}: {remedy}"


def check(script: Script, scheduler: Scheduler, *, is_array: bool = False) -> None:
    """Refuse what the scheduler would refuse, as far as that is known.

    Args:
        script: The mother script.
        scheduler: Who reads it.
        is_array: Whether a job array is made of it, even if it asks for none itself.

    Raises:
        ScriptError: If the scheduler would not take the script.

    """
    for start, end, reason in scheduler.rejected(script.text, is_array=is_array):
        raise script.error(reason, start, end)
