"""The command that gets the overrides as a person is shown it: on one line, shortened where it matters least."""

from collections.abc import Sequence

from heracles.pattern import pattern
from heracles.script.job_script import JobScript, shortened
from heracles.shell.quoting import quote
from heracles.shell.syntax import Command
from heracles.text import counted, printable

__all__ = ["place_note", "program_line"]

_JOINED = pattern(r"\s*\\?\n\s*")
_PARAMETERS = pattern(r"(?<!\S)\"\$(?:@|\{@\})\"(?!\S)")
_LEAST = 24


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
        place = target.place[0]
        before, after = script.text[target.start : place], script.text[place : target.end]
        return _joined(before, script.words(overrides), after, width)
    words = " ".join(map(quote, overrides))
    receiver = _receiver(script)
    if receiver is None:
        return script.set_line(words)
    text = script.tree.of(receiver)
    if match := _PARAMETERS.search(text):
        return _joined(text[: match.start()], words, text[match.end() :], width)
    return _joined(text, f'with "$@": {words}', "", width)


def _joined(before: str, words: str, after: str, width: int) -> str:
    """Return a command with words in their place; what stands before and after them is shortened in its middle."""
    before, after = (printable(_JOINED.sub(" ", part)).strip() for part in (before, after))
    room = max(width - len(words) - min(len(after), _LEAST) - 2, _LEAST)
    return " ".join(filter(None, [shortened(before, room), printable(words), shortened(after, _LEAST)]))


def _receiver(script: JobScript) -> Command | None:
    """Return the last command that hands the script's arguments on."""
    return script.parameters.receivers[-1] if script.parameters.receivers else None


def place_note(script: JobScript) -> str:
    """Return where the overrides go: `line 7`, or `line 7; 3 commands after it are passed over`.

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target is None:
        receiver = _receiver(script)
        return 'as "$@"' if receiver is None else f'line {script.text.count(chr(10), 0, receiver.start) + 1}, as "$@"'
    outer = target.text.command if target.text else target.command
    passed = sum(each.start > target.end and each.command is not outer for each in script.candidates.everything)
    first, last = target.lines
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    verb = "is" if passed == 1 else "are"
    return f"{where}; {counted(passed, 'command')} after it {verb} passed over" if passed else where
