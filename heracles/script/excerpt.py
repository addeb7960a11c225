"""The command that gets the overrides as a person is shown it: on one line, shortened where it matters least."""

from collections.abc import Sequence

from heracles.lean import NamedTuple, pattern
from heracles.script.commands import name_of, named
from heracles.script.job_script import JobScript, shortened
from heracles.shell.quoting import quote
from heracles.shell.syntax import Command
from heracles.text import printable

__all__ = ["place_note", "program_line"]

_JOINED = pattern(r"\s*\\?\n\s*")
_PARAMETERS = pattern(r"(?<!\S)\"\$(?:@|\{@\})\"(?!\S)", needs="@")
_LEAST, _LEAST_ARGUMENTS, _MOST_PASSED = 24, 8, 3


class _Parts(NamedTuple):
    """A command in the order that it is shown in, each part on one line."""

    launcher: str
    program: str
    arguments: str
    overrides: str
    rest: str

    def fitted(self, width: int) -> str:
        """Return the command; what is too long is left out of the arguments, the rest and the launcher, in their
        middles."""
        left = width - len(self.program) - len(self.overrides) - 4  # spaces between the five
        rest = shortened(self.rest, _LEAST)
        if left < len(rest) + min(len(self.arguments), _LEAST) + min(len(self.launcher), _LEAST_ARGUMENTS):
            rest = "…" if rest else ""
        left -= len(rest)
        arguments = _middle(self.arguments, left - min(len(self.launcher), _LEAST_ARGUMENTS))
        launcher = _middle(self.launcher, left - len(arguments))
        return " ".join(filter(None, [launcher, self.program, arguments, self.overrides, rest]))


def _middle(text: str, width: int) -> str:
    return text if len(text) <= width else "…" if width < _LEAST_ARGUMENTS else shortened(text, width)


def program_line(script: JobScript, overrides: Sequence[str], width: int) -> str:
    """Return the program with the overrides of a run, on one line.

    Args:
        script: The job script.
        overrides: The overrides of a run.
        width: The characters that the line should have at most. The program's name and the overrides stay whole, so
            that it may be longer.

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target:
        first, last = named(target.own_tree, target.command)
        if target.text:
            first, last = target.text.start(first), target.text.end(last)
        places = target.start, first, last, target.place[0]
        return _parts(script, places, script.words(overrides), script.text[target.place[0] : target.end]).fitted(width)
    words = " ".join(map(quote, overrides))
    receiver = _receiver(script)
    if receiver is None:
        return script.set_line(words)
    first, last = named(script.tree, receiver)
    match = _PARAMETERS.search(script.text, last, receiver.end)
    if match is None:
        places = receiver.start, first, last, receiver.end
        return _parts(script, places, f'with "$@": {words}', "").fitted(width)
    places = receiver.start, first, last, match.start()
    return _parts(script, places, words, script.text[match.end() : receiver.end]).fitted(width)


def _parts(script: JobScript, places: tuple[int, int, int, int], words: str, rest: str) -> _Parts:
    """Return the parts of a command, which start, start, end and end at these places."""
    start, first, last, end = places
    launcher, program, arguments = script.text[start:first], script.text[first:last], script.text[last:end]
    return _Parts(_line(launcher), _line(program), _line(arguments), printable(words), _line(rest))


def _line(text: str) -> str:
    return printable((_JOINED.sub(" ", text) if "\n" in text else text).strip())


def _receiver(script: JobScript) -> Command | None:
    """Return the last command that hands the script's arguments on."""
    return script.parameters.receivers[-1] if script.parameters.receivers else None


def place_note(script: JobScript) -> str:
    """Return where the overrides go: `line 7`, or `line 7; passed over: echo on line 8`.

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target is None:
        receiver = _receiver(script)
        return 'the script, as "$@"' if receiver is None else f'line {_number(script, receiver)}, as "$@"'
    outer = target.text.command if target.text else target.command
    later = [each for each in script.candidates.everything if each.start > target.end and each.command is not outer]
    passed = [f"{printable(name_of(each.own_tree, each.command))} on line {each.lines[0]}" for each in later]
    first, last = target.lines
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    if not passed:
        return where
    more = [f"{len(passed) - _MOST_PASSED:,} more"] if len(passed) > _MOST_PASSED else []
    return f"{where}; passed over: {', '.join([*passed[:_MOST_PASSED], *more])}"


def _number(script: JobScript, command: Command) -> int:
    return script.text.count("\n", 0, command.start) + 1
