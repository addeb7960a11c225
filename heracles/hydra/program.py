"""The program that a job script calls, and whether a pasted command calls the same."""

from collections.abc import Sequence

from heracles.errors import HeraclesError, ScriptError
from heracles.lean import pattern
from heracles.script.commands import identity, launched, named, words_of
from heracles.script.job_script import JobScript
from heracles.script.vocabulary import is_python
from heracles.shell.parser import parse
from heracles.shell.quoting import quote
from heracles.shell.syntax import Command, Tree
from heracles.text import printable

__all__ = ["called", "check_command", "check_mode", "command_length", "has_overrides_after"]

_KEY = pattern(r"(?:\+\+?|~)?[\w$./@-]*=")
_ALL = ("$@", "$*", "${@}")
_MULTIRUN = ("-m", "--multirun")


def command_length(words: Sequence[str], *, is_multirun: bool) -> int:
    """Return how many of the words after a script are a command that was pasted with its overrides; 0 for none.

    Args:
        words: The words: `python`, `-u`, `main.py`, `-m`, `lr=1,2`.
        is_multirun: Whether Hydra's `-m` follows some of them, so that even an unknown program may be one.

    """
    first = next((place for place, word in enumerate(words) if not _is_assignment(word)), len(words))
    rest = words[first:]
    if not rest or rest[0].startswith(("-", "~", "+")) or "=" in rest[0]:
        return 0
    place = launched(rest)
    if is_python(_base(rest[place])):
        return first + _after_python(rest, place)
    named = (after for after in range(place, len(rest)) if rest[after].endswith(".py"))
    script = next(named, len(rest))
    if not any("=" in word and not word.startswith("-") for word in rest[:script]) and script < len(rest):
        return first + script + 1
    return place + 1 if is_multirun and not first else 0


def _is_assignment(word: str) -> bool:
    """Return whether a word sets a variable of the environment, whose name has no lower case: `OMP_NUM_THREADS=4`."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isascii() and name.isidentifier() and name == name.upper()


def _base(word: str) -> str:
    return word.rpartition("/")[2] or word


def _after_python(words: Sequence[str], place: int) -> int:
    """Return where the words end that name a Python program: `python -u main.py`, `python -m pkg.main`."""
    for after in range(place + 1, len(words)):
        word = words[after]
        if word == "-m" and after + 1 < len(words) and "=" not in words[after + 1]:
            return _after_module(words, after + 2)
        if "=" in word or word in _MULTIRUN:
            return after
        if word.endswith(".py") or (not word.startswith("-") and words[after - 1] not in ("-X", "-W")):
            return after + 1
    return len(words)


def _after_module(words: Sequence[str], after: int) -> int:
    """Return where the words end that name a module and, if it launches one, a program: `torch.distributed.run
    --nproc_per_node 4 main.py`."""
    for place in range(after, len(words)):
        word = words[place]
        if word in _MULTIRUN or ("=" in word and not word.startswith("-")):
            break
        if word.endswith(".py"):
            return place + 1
    return after


def check_command(script: JobScript, words: Sequence[str]) -> None:
    """Check that a pasted command calls the program that the script calls.

    Args:
        script: The job script.
        words: The words of the command, without the overrides.

    Raises:
        HeraclesError: If it calls another program, or sets variables that the script does not set.
        ScriptError: If the script has no place for overrides.

    """
    command = called(script)
    if command is None:
        return
    for word in words:
        if not _is_assignment(word):
            break
        if word not in script.text:
            raise HeraclesError(
                f"{printable(word)} sets a variable for the program: write 'export {printable(quote(word))}' into "
                f"{script.name}, and leave it out here"
            )
    pasted = parse(" ".join(map(quote, words)))
    own, given = identity(*command), identity(pasted, next(iter(pasted.commands())))
    if not _is_same(own, given):
        raise HeraclesError(
            f"the sweep is for {_shown(given)}, but {script.name} runs {_shown(own)}: leave the command out, or give "
            f"the job script that runs {_shown(given)}"
        )


def called(script: JobScript) -> tuple[Tree, Command] | None:
    """Return the command that gets the overrides, and its tree; None if the script itself is the program."""
    target = script.target
    if target is not None:
        return target.own_tree, target.command
    receivers = script.parameters.receivers
    return (script.tree, receivers[-1]) if receivers else None


def _is_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two identities of programs are one: paths by the steps that both have, modules as paths."""
    if "" not in (one[0], other[0]):
        return one == other
    mine, others = _steps(one), _steps(other)
    shared = min(len(mine), len(others))
    return shared > 0 and mine[-shared:] == others[-shared:]


def _steps(identity: tuple[str, ...]) -> list[str]:
    name = identity[-1] if not identity[0] else identity[0]
    path = name.removesuffix(".py") if name.endswith(".py") else name.replace(".", "/")
    return [step for step in path.split("/") if step not in ("", ".", "..")]


def _shown(identity: tuple[str, ...]) -> str:
    return printable(" ".join(filter(None, identity)))


def check_mode(script: JobScript, overrides: Sequence[str]) -> None:
    """Refuse a script that has Hydra's `-m` after its program, so that each run would be a multirun.

    Args:
        script: The job script.
        overrides: The overrides of a run; options of a program that is not Hydra's have another `-m`.

    Raises:
        ScriptError: If it has.

    """
    command = called(script)
    if command is None or all(override.startswith("-") for override in overrides):
        return
    tree, call = command
    end = named(tree, call)[1]
    words = words_of(tree, call)
    for place, word in enumerate(call.words):
        follower = words[place + 1] if place + 1 < len(words) else ""
        is_own = words[place] in _MULTIRUN and word.start >= end
        if is_own and (not follower or _KEY.match(follower) or follower in _ALL):
            raise _at(script, word.start, word.end, words[place])


def has_overrides_after(script: JobScript) -> bool:
    """Return whether the script's command has overrides of its own after the place where those of a run go."""
    if script.target is not None or not script.parameters.receivers:
        return False
    words = words_of(script.tree, script.parameters.receivers[-1])
    place = next((place for place, word in enumerate(words) if word in _ALL), len(words))
    return any(_KEY.match(word) for word in words[place + 1 :])


def _at(script: JobScript, start: int, end: int, flag: str) -> ScriptError:
    target = script.target
    if target is not None and target.text is not None:
        start, end = target.text.start(start), target.text.end(end)
    return script.error(f"with {flag} each run would be a multirun of its own: remove it", start, end)
