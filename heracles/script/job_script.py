"""The mother script: what it is, and where the overrides of a run go in it."""

import os.path
import re
from dataclasses import dataclass
from functools import cached_property

from heracles.errors import ScriptError
from heracles.shell import quoting, scanner
from heracles.text import printable

__all__ = ["SHELLS", "Script"]

SHELLS = frozenset(["sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "zsh", "busybox"])
"""The programs that run shell scripts."""
# fmt: off
_NOT_PROGRAMS = frozenset([
    ".", ":", "[", "alias", "bg", "break", "builtin", "cd", "conda", "continue", "coproc", "deactivate", "declare",
    "disown", "eval", "exit", "export", "false", "fg", "hash", "jobs", "let", "local", "mamba", "mapfile", "micromamba",
    "ml", "module", "popd", "pushd", "read", "readonly", "return", "set", "sg", "shift", "shopt", "source", "spack",
    "ssh", "su", "test", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    "watch",
])
# What stands behind the user's program to tidy up or to report; alone in a script, it is the program.
_AFTERWARDS = frozenset([
    "cat", "chmod", "cp", "date", "echo", "gzip", "hostname", "kill", "ln", "ls", "mail", "mkdir", "mv", "nvidia-smi",
    "pkill", "printf", "pwd", "rm", "rmdir", "rsync", "sacct", "scancel", "scontrol", "scp", "seff", "sleep", "squeue",
    "sstat", "sync", "tar", "touch", "zip",
])
_RUN_TEXT = frozenset(["eval", "sg", "ssh", "su", "trap", "watch"])
# fmt: on
_TAKES_WORDS = re.compile(r"\$\{?[@*1-9]")
_HEADER = re.compile(r"(?:(?:[ \t]*\n)*[ \t]*#[^\n]*(?:\n|\Z))+")
_JOINED_LINES = re.compile(r"(?:[ \t]*\\\n)+")
_REMEDY_IN_TEXT = """write bash -c 'python main.py "$@"' bash "$@\""""
_REMEDY = 'put "$@" where the overrides should go, as in: python main.py "$@"'


@dataclass(frozen=True)
class Script:
    """A job script of the user's.

    Args:
        path: Where it is; its name and folder are those of the files that are made of it.
        content: Its bytes.

    Raises:
        ScriptError: If it is empty, binary, has DOS line ends or a byte order mark, or is no shell script.

    """

    path: str
    content: bytes

    def __post_init__(self) -> None:
        content = self.content
        if not content.strip():
            raise ScriptError(f"{self.name} is empty")
        if b"\0" in content:
            raise ScriptError(f"{self.name} is not a text file: it holds NUL bytes")
        if content.startswith(b"\xef\xbb\xbf"):
            raise ScriptError(
                f"{self.name} starts with a byte order mark, which hides its first line: remove it with"
                f" sed -i '1s/^\\xEF\\xBB\\xBF//' {quoting.quote(self.path)}"
            )
        if b"\r\n" in content:
            line = content[: content.index(b"\r\n")].count(b"\n") + 1
            raise ScriptError(
                f"{self.name} has DOS line ends (line {line} is the first), which schedulers refuse: convert it with"
                f" sed -i 's/\\r$//' {quoting.quote(self.path)}"
            )
        interpreter = self.interpreter
        if interpreter and interpreter not in SHELLS:
            raise self.error(f"it is run by {interpreter}: overrides can only go into a POSIX shell's script", 0, 0)

    @property
    def name(self) -> str:
        """The path, as it is shown."""
        return printable(self.path)

    @cached_property
    def text(self) -> str:
        """The content; bytes that are no UTF-8 are surrogates, as `os.fsdecode` makes them."""
        return self.content.decode("utf-8", "surrogateescape")

    @cached_property
    def gap(self) -> tuple[str, str]:
        """The text before and the text behind the place where a run's overrides go, as shell words between blanks.

        That place is a line `set -- …` behind the header, if the script uses its positional parameters; else the
        end of the last command.

        Raises:
            ScriptError: If the overrides can go in neither place.

        """
        if self.end is None:
            place = self.header_end
            lead = "" if self.text[:place].endswith("\n") or not place else "\n"
            return f"{self.text[:place]}{lead}set -- ", f"\n{self.text[place:]}"
        place, lead = self.end
        return self.text[:place] + lead, self.text[place:]

    @cached_property
    def end(self) -> tuple[int, str] | None:
        """Where the last command ends, so that words put there become its arguments, and what goes before them.

        None if the script uses its positional parameters: then the overrides are to be those.

        Raises:
            ScriptError: If the overrides can go in neither place.

        """
        if self.outline.uses_parameters:
            self._check_parameters(self.outline)
            return None
        return self._append_place(self.outline)

    @cached_property
    def outline(self) -> scanner.Outline:
        """What the text shows of its commands.

        Raises:
            ScriptError: If its expansions nest too deep to be read.

        """
        return scanner.outline(self.text)

    def is_comment(self, place: int) -> bool:
        """Tell whether the line of that place, which begins with `#`, is a comment, and not part of a text."""
        start = self.text.rfind("\n", 0, place) + 1
        start += len(self.text[start:]) - len(self.text[start:].lstrip(" \t"))
        # A command in the place of the comment would be seen.
        outline = scanner.outline(f"{self.text[:start]}:\n{self.text[start:]}")
        return any(command.start == start for command in outline.commands)

    @property
    def is_for_bash(self) -> bool:
        """Whether bash can be asked about its syntax."""
        return self.interpreter in ("", "sh", "bash", "dash")

    @property
    def interpreter(self) -> str:
        """The name of the program that the first line names; empty if it names none."""
        return self._interpreter[0]

    @property
    def interpreter_options(self) -> list[str]:
        """What the first line hands to that program: `-l`."""
        return self._interpreter[1]

    @property
    def bash(self) -> str:
        """The path of bash that the first line names, or the usual one."""
        path = self.text.partition("\n")[0].removeprefix("#!").split()[:1]
        return path[0] if path and self.text.startswith("#!/") and os.path.basename(path[0]) == "bash" else "/bin/bash"

    @cached_property
    def _interpreter(self) -> tuple[str, list[str]]:
        first, _, _ = self.text.partition("\n")
        words = first[2:].split() if first.startswith("#!") else []
        places = [place for place, word in enumerate(words) if not word.startswith("-")]
        if places and os.path.basename(words[places[0]]) == "env":
            places = [place for place in places[1:] if "=" not in words[place]]
        if not places:
            return "", []
        return os.path.basename(words[places[0]]), words[places[0] + 1 :]

    @cached_property
    def header_end(self) -> int:
        """Where the leading comments end: behind the newline of the last one."""
        header = _HEADER.match(self.text)
        return header.end() if header else 0

    def _check_parameters(self, outline: scanner.Outline) -> None:
        """Refuse a script that would run the overrides as shell text, or that sets its parameters itself."""
        for command in outline.commands + outline.nested:
            words = self._words(command)
            name = "" if command.name is None else words[command.name]
            place = _shell_text(words)
            text = words[place] if place is not None else self.text[command.start : command.end]
            if name == "set" and "--" in words and not command.in_function and not scanner.expands_parameters(text):
                raise self.error(
                    'the parameters are set here, and the overrides lost: write set -- … "$@"',
                    command.start,
                    command.end,
                )
            runs_text = place is not None or name in _RUN_TEXT or (_is_shell(name) and "<<<" in text)
            if runs_text and (scanner.expands_parameters(text) or (name == "eval" and "set --" in text)):
                raise self.error(
                    f"overrides that stand inside the text that a shell runs would be run too: {_REMEDY_IN_TEXT}",
                    *(command.words[place] if place is not None else (command.start, command.end)),
                )
        if outline.pasted >= 0:
            raise self.error(
                "overrides that stand inside a here-document would be read anew by its reader:"
                " quote its delimiter, as in <<'EOF', and hand \"$@\" over as arguments",
                outline.pasted,
                self.text.find("\n", outline.pasted),
            )

    def _words(self, command: scanner.Command) -> list[str]:
        return [self.text[start:end] for start, end in command.words]

    def _append_place(self, outline: scanner.Outline) -> tuple[int, str]:
        """Give the place behind the last command, where words become arguments of it, and what goes before them."""
        text = self.text
        if not outline.commands:
            raise ScriptError(f"{self.name} has no command that overrides could be added to")
        if outline.unclosed >= 0:
            raise self._no_place("this is never closed", outline.unclosed, outline.unclosed + 1)
        last = outline.commands[-1]
        if outline.comment >= last.end:
            what = "has a trailing comment" if "\n" not in text[last.end : outline.comment] else "is a comment"
            raise self._no_place(f"the last line {what}", outline.comment, len(text.rstrip()))
        if outline.here_document_end > last.end:
            start = text.rstrip("\n").rfind("\n") + 1
            raise self._no_place("the last line ends a here-document", start, len(text.rstrip("\n")))
        end = last.start + len(last.closes) if last.closes else last.end
        if reason := self._refusal(last, outline):
            raise self.error(reason, last.start, end)
        if last.end == len(text) and (len(text) - len(text.rstrip("\\"))) % 2:
            return len(text), "\n" if text[-2:-1] in (" ", "\t") else "\n "
        if joined := _JOINED_LINES.match(text, last.end):
            return joined.end(), "" if text[joined.end() - 3 : joined.end() - 2] in (" ", "\t") else " "
        return last.end, " "

    def _refusal(self, last: scanner.Command, outline: scanner.Outline) -> str:
        """Say why words behind the last command would not be arguments of the user's program; empty if they are."""
        words = self._words(last)
        program = "" if last.name is None else words[last.name]
        name = program.rpartition("/")[2]
        follows = len(outline.commands) > 1
        runs = words[last.name + 1 : last.name + 2] == ["run"] if last.name is not None else False
        reasons = {
            f"the last line ends with '{last.closes}'": last.closes,
            f"the last line ends with '{last.after}'": last.after in ("&", "|", "|&", "&&", "||"),
            f"the last command stands behind '{last.before}'": last.before in ("|", "|&", "||"),
            "the last line runs no program": not program,
            f"the last command is '{name}'": (name in _NOT_PROGRAMS and not runs) or (name in _AFTERWARDS and follows),
        }
        if found := next((reason for reason, holds in reasons.items() if holds), ""):
            return f"{found}: {_REMEDY}"
        if program in outline.functions:
            return f'the last command is a function of the script\'s own: write {program} "$@"'
        place = _shell_text(words)
        if place is not None and (place == len(words) - 1 or not _TAKES_WORDS.search(words[place])):
            return f"words behind the text that a shell runs are no part of that: {_REMEDY_IN_TEXT}"
        return ""

    def _no_place(self, reason: str, start: int, end: int) -> ScriptError:
        return self.error(f"{reason}: {_REMEDY}", start, end)

    def error(self, reason: str, start: int, end: int) -> ScriptError:
        """Give the error to raise about what stands from `start` to `end` of the text."""
        line_start = self.text.rfind("\n", 0, start) + 1
        line = self.text[line_start:].partition("\n")[0]
        number = self.text.count("\n", 0, start) + 1
        span = start - line_start, min(max(end, start + 1) - line_start, len(line))
        return ScriptError(f"{self.name}, line {number}: {reason}", line, span)


def _is_shell(word: str) -> bool:
    bare = word.replace('"', "").replace("'", "")
    return bare in ("$SHELL", "${SHELL}") or bare.rpartition("/")[2] in SHELLS


def _shell_text(words: list[str]) -> int | None:
    """Give the place of the word that is the text of a `sh -c`; None if there is none."""
    for start in filter(lambda place: _is_shell(words[place]), range(len(words))):
        is_text = is_value = False
        for place in range(start + 1, len(words)):
            option = words[place]
            if is_value:
                is_value = False
            elif re.fullmatch(r"[-+][A-Za-z]+|--[a-z]*", option):
                is_text |= option[:2] != "--" and option[0] == "-" and "c" in option
                is_value = option[-1] in "oO" and option[:2] != "--"
            elif is_text:
                return place
            else:
                break
    return None
