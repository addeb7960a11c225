"""What would silently happen to the overrides in a job script: they miss a program, or are split."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from heracles.lean import pattern
from heracles.schedulers.scheduler import Finding
from heracles.script.candidate import Candidate
from heracles.script.commands import base, identity, launched, words_of
from heracles.script.job_script import JobScript
from heracles.shell.quoting import shown
from heracles.shell.syntax import Command, Expansion
from heracles.text import printable

__all__ = ["check_texts", "unswept"]

_TRAINS = pattern(r"(?:^|[/_.-])(?:pre|fine|re)?-?_?(?:train|tune|fit|learn)", re.IGNORECASE)
_PREPARES = pattern(
    r"(?:^|[/_.-])(?:pre(?!train|dict)|make|build|compile|config|download|fetch|get|clean|convert|split|generate|set_?up"
    r"|check|test|install|init|create|copy|data)",
    re.IGNORECASE,
)
_EVALUATES = pattern(
    r"(?:^|[/_.-])(?:eval|test|predict|infer|valid|score|plot|visual|draw|figure|analy|summar|report|collect|merge"
    r"|aggregate|post|export|extract)",
    re.IGNORECASE,
)
_PARALLEL_MARKS = pattern(r"\{[-+]?[0-9./#%]*\}|\{=")  # GNU parallel's replacement strings, but those of --plus
_HAS_DEFAULT = pattern(r"\$\{\w+:?[-=?+]")


def check_texts(script: JobScript, texts: Iterable[str]) -> None:
    """Refuse overrides in which the command that gets them would replace something: `xargs -I{}`, `parallel -q`.

    Args:
        script: The job script.
        texts: The overrides, as they were typed.

    Raises:
        ScriptError: If there is such an override.

    """
    target = script.target
    commands = (
        [(target.own_tree, target.command)] if target else [(script.tree, c) for c in script.parameters.receivers]
    )
    for tree, command in commands:
        name, marks = _marks(words_of(tree, command))
        for text in texts if marks else ():
            if mark := re.search(marks, "".join(text.split())):
                reason = f"{name} would replace {printable(mark[0])} in {printable(text)} too"
                start, end = (target.start, target.end) if target else (command.start, command.end)
                raise script.error(f"{reason}: give -I with a word that no override has", start, end)


def _marks(words: Sequence[str]) -> tuple[str, str]:
    """Return the name of the command that replaces marks in its words, and the regular expression of these marks."""
    names = [base(word) for word in words]
    place = next((place for place, name in enumerate(names) if name in ("xargs", "parallel")), len(words))
    name, rest = "".join(names[place : place + 1]), words[place + 1 :]
    options = rest[: launched(["xargs", *rest]) - 1] if rest else []
    mark = "" if name == "xargs" else _PARALLEL_MARKS.pattern
    for option, value in zip_longest(options, options[1:], fillvalue=""):
        if match := re.fullmatch(r"(?:-[A-Za-z0-9]*?[Ii]|--replace=?)(.*)", option):
            mark = re.escape(match[1] or (value if option.endswith("I") else "{}"))
            break
    return name, mark if name else ""


def unswept(script: JobScript) -> Iterator[Finding]:
    """Return the places where overrides miss a program or are split, and arguments that no run gets: (start, end, why).

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target:
        yield from _several(script, target)
        yield from _never_given(script)
    elif script.interpreter != "zsh":
        yield from _joined(script)
        yield from _split(script)


def _several(script: JobScript, target: Candidate) -> Iterator[Finding]:
    """Find a program that stands before the one that gets the overrides, and would get some too."""
    if script.at is not None or target.text:
        return
    others = [each for each in script.candidates.programs if each.start < target.start and not each.text]
    if not others:
        return
    own = identity(script.tree, target.command)
    is_evaluation = any(map(_EVALUATES.search, own))
    is_training = _trains(own)
    for other in others:
        name = identity(script.tree, other.command)
        is_missed = not is_training and (_trains(name) or (is_evaluation and not any(map(_PREPARES.search, name))))
        if name == own or is_missed or _is_chain(name, own):
            what = printable(" ".join(filter(None, name)))
            line, chosen = other.lines[0], target.lines[0]
            reason = f"line {line} runs {what} too, and gets no overrides: only line {chosen} does, or add --at {line}"
            yield Finding(target.start, target.end, reason if name == own else reason.replace(" too,", ","))
            return


def _trains(name: tuple[str, ...]) -> bool:
    return any(_TRAINS.search(part) for part in name)


def _is_chain(name: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Return whether two commands are steps of one program: `gmx grompp`, `gmx mdrun`."""
    return bool(name[0]) and name[0] == own[0] and name[0] != "-m"


def _never_given(script: JobScript) -> Iterator[Finding]:
    """Find an argument that the script reads, and that no run gets."""
    for own in script.parameters.own:
        if any(loop.start <= own.start < loop.end for loop, _ in script.parameters.loops()):
            continue
        text = script.text[own.start : own.end]
        if own.number > len(script.arguments) and text.startswith("$") and not _HAS_DEFAULT.match(text):
            example = shown(f"{script.path} VALUE")
            reason = (
                f"{printable(text)} is empty in every run: give the script its own arguments, as in heracles {example}"
            )
            yield Finding(own.start, own.end, reason)
            return


def _split(script: JobScript) -> Iterator[Finding]:
    """Find `$@` that is split at its spaces, or all joined, where it becomes the arguments of a program."""
    for command in script.parameters.receivers:
        words = [script.tree.of(word) for word in command.words]
        for word, text in zip(command.words, words, strict=True):
            bare = next(
                (each for each in word.expansions if not each.is_quoted and _is_whole(script, command, each)), None
            )
            if text in ('"$*"', '"${*}"') and '"$@"' not in words:
                yield Finding(word.start, word.end, f'{text} makes one argument of all overrides: write "$@"')
            elif bare:
                what = printable(script.tree.of(bare))
                remedy = f'write "{what.replace("*", "@", 1)}"'
                yield Finding(word.start, word.end, f"without quotes, {what} splits values that have spaces: {remedy}")


def _joined(script: JobScript) -> Iterator[Finding]:
    """Find a variable that takes all overrides as one string, which is split at spaces where it is used."""
    for name, command, word in script.parameters.assignments():
        text = script.tree.of(word)
        whole = next((each for each in word.expansions if _is_whole(script, command, each)), None)
        if whole is None or name not in script.parameters.carriers or _is_kept(text):
            continue
        what = printable(script.tree.of(whole))
        if "=(" in text:
            yield Finding(
                whole.start, whole.end, f'without quotes, {what} splits values that have spaces: write "{what}"'
            )
        elif _is_used(script, name):
            remedy = f'write {name}=("{what.replace("*", "@", 1)}") and "${{{name}[@]}}"'
            reason = f"{what} makes one string of all overrides, which ${name} splits at spaces: {remedy}"
            yield Finding(whole.start, whole.end, reason)


def _is_whole(script: JobScript, command: Command, expansion: Expansion) -> bool:
    is_all = expansion.name in ("@", "*") and not command.is_in_function
    return is_all and not script.tree.of(expansion).startswith("${#")


def _is_kept(text: str) -> bool:
    """Return whether an assignment is an array of whole arguments: `x=("$@")`."""
    return bool(re.search(r'=\(.*"\$(?:@|\{@[^}"]*\})".*\)\Z', text, re.DOTALL))


def _is_used(script: JobScript, name: str) -> bool:
    """Return whether a program gets a variable."""
    words = (word for command in script.parameters.receivers for word in command.words)
    is_direct = any(expansion.name == name for word in words for expansion in word.expansions)
    return is_direct or len(script.parameters.carriers) > 1
