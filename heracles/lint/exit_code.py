"""Programs whose exit code is lost, so that a run that failed would count as done."""

from collections.abc import Iterator, Sequence

from heracles.lean import pattern
from heracles.schedulers.scheduler import Finding
from heracles.script.candidate import Candidate
from heracles.script.commands import Role, name_of, role_of, words_of
from heracles.script.job_script import JobScript
from heracles.shell.syntax import Command, Tree

__all__ = ["hidden_failures"]

_PIPES = ("|", "|&")
_STATUSES = ("PIPESTATUS", "pipestatus")
_TRAPS_ERRORS = pattern(r"\btrap\b[^\n]{0,500}\bZ?ERR\b", needs=["ERR"])
_ENDS_AT_ERRORS = pattern(r"-[A-Za-z]*e[A-Za-z]*", needs=["e"])
_ON_PURPOSE = frozenset([":", "true"])
_LOOPS = ("for", "while", "until", "select")
_OR_EXIT = "write || exit after it, or set -e above it"
_OWN_CODE = pattern(r"[1-9][0-9]*")
_NO_BLOCK_FIRST = ("", "function", "[[", "((", "for", "select", "case")


def hidden_failures(script: JobScript) -> Iterator[Finding]:
    """Return the program whose failure a pipe or a later command hides, if one does: (start, end, why).

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target:
        levels, start, end = _levels(script, target), target.start, target.end
    else:
        command = next((each for each in reversed(script.parameters.receivers) if _is_program(script, each)), None)
        if command is None:
            return
        levels, start, end = [(script.tree, command, script.interpreter_options)], command.start, command.end
    for tree, command, options in levels:
        reason = _hidden(tree, command, [*options, *_set_before(tree, command)])
        if reason is None:
            return
        if reason:
            yield Finding(
                start, end, f"{reason[0]} hides a failure of this command, and the run counts as done: {reason[1]}"
            )
            return


def _levels(script: JobScript, target: Candidate) -> list[tuple[Tree, Command, list[str]]]:
    """Return a command, and the one that has its text run, each with its tree and with the options of its shell."""
    own, text = script.interpreter_options, target.text
    if text is None:
        return [(script.tree, target.command, own)]
    outer, inner = own, words_of(script.tree, text.command)
    if text.is_evaluated:  # by the same shell
        outer = own + _set_before(text.tree, target.command)
        inner = own + _set_before(script.tree, text.command)
    return [(text.tree, target.command, inner), (script.tree, text.command, outer)]


def _is_program(script: JobScript, command: Command) -> bool:
    is_function = name_of(script.tree, command) in script.parameters.functions
    return (is_function or role_of(script.tree, command) == Role.PROGRAM) and not command.is_in_function


def _hidden(tree: Tree, command: Command, options: Sequence[str]) -> tuple[str, str] | tuple[()] | None:
    """Return what hides the exit code of a command in a script, and the remedy.

    Returns:
        Nothing if it is the exit code of the script; None if the script looks at it.

    """
    if name_of(tree, command) == "exec" or _TRAPS_ERRORS.search(tree.text):
        return None
    ends_at_errors = "errexit" in options or any(map(_ENDS_AT_ERRORS.fullmatch, options))
    pipes_fail = "pipefail" in options
    outer: Command | None = command
    while outer:
        last = _pipe_end(outer)
        if last.following and last.following.before == "||" and _is_exit(tree, last.following):
            outer = _left(tree, last)
            continue
        if _is_handled(outer, last) or _is_looked_at(last, is_whole=last is outer or pipes_fail):
            return None
        asked = _asked(tree, last)
        hiding = None if ends_at_errors and asked is None else _hiding(tree, last, asked)
        if last is not outer and not pipes_fail:
            return "the pipe", f"put set -{'e' if hiding else ''}o pipefail above it"
        if last.statement.ending == "&":
            outer = _waiter(tree, last)
            if outer is None:
                return "the &", "write wait $! after it, for its exit code"
            continue
        if hiding:
            return hiding, _OR_EXIT.partition(",")[0] if ends_at_errors else _OR_EXIT
        outer = _enclosing(tree, last)
    return ()


def _hiding(tree: Tree, last: Command, asked: Command | None) -> str:
    """Return what runs after a pipe in the same block, or in the next turn of a loop; empty if nothing does."""
    if _exits_with_code(tree, last, asked):
        return ""
    following = _following(last)
    if following:
        is_kept = words_of(tree, following) == ["exit"] or name_of(tree, following) in _ON_PURPOSE
        return "" if is_kept else f"line {tree.text.count(chr(10), 0, following.start) + 1}"
    block = last.statement.block
    loop = block.owner if block.owner and block.owner.kind in _LOOPS and block.role == "body" else None
    is_once = loop is not None and len(loop.words) == 3 and not loop.words[2].expansions
    return "" if loop is None or is_once else "the next turn of the loop"


def _enclosing(tree: Tree, command: Command) -> Command | None:
    """Return the command whose exit code that of the last command of a block is: what holds it, or calls it."""
    if (following := _following(command)) and words_of(tree, following)[:1] != ["exit"]:
        return None
    return _holder(tree, command)


def _holder(tree: Tree, command: Command) -> Command | None:
    """Return the command that holds a command, or the call of the function that it stands in, if there is one call."""
    owner = command.statement.block.owner
    if owner is None or owner.kind != "function":
        return owner
    name = tree.of(owner.words[0])
    calls = [each for each in tree.commands() if name in words_of(tree, each) and not each.kind]
    return calls[0] if len(calls) == 1 and owner not in calls[0].ancestors else None


def _asked(tree: Tree, command: Command) -> Command | None:
    """Return what holds a command and has its exit code asked for, as in `f || exit`: no `set -e` holds inside it."""
    outer = _holder(tree, command)
    while outer and not _is_handled(outer, _pipe_end(outer)):
        outer = _holder(tree, outer)
    return outer


def _left(tree: Tree, command: Command) -> Command | None:
    """Return what `exit` ends after a command: a subshell, or a part of a pipe; None for the script."""
    outer = _holder(tree, command)
    while outer and outer.kind != "(" and _pipe_end(outer) is outer and outer.statement.ending != "&":
        outer = _holder(tree, outer)
    return outer


def _waiter(tree: Tree, command: Command) -> Command | None:
    """Return the `wait` that has the exit code of a command in the background."""
    later = (each for each in tree.commands() if each.start > command.end and name_of(tree, each) == "wait")
    return next((each for each in later if len(each.words) > 1), None)


def _pipe_end(command: Command) -> Command:
    """Return the last command of the pipe that a command stands in."""
    while command.following and command.following.before in _PIPES:
        command = command.following
    return command


def _is_handled(command: Command, last: Command) -> bool:
    """Return whether the script asks for the exit code: `&&`, `||`, `!`, `if`, `while`."""
    is_joined = last.following is not None and last.following.before in ("&&", "||")
    is_asked = last.statement.block.role == "condition" and _following(last) is None
    return is_joined or is_asked or command.is_negated


def _is_looked_at(last: Command, *, is_whole: bool) -> bool:
    """Return whether the next command expands `$?`, if that is the exit code that is looked for, or `$PIPESTATUS`."""
    following = _following(last)
    names = [*_STATUSES, *(["?"] if is_whole else [])]
    return following is not None and any(e.name in names for word in following.all_words for e in word.expansions)


def _following(command: Command) -> Command | None:
    """Return the command that runs after the statement of a command, in the same block."""
    statements = command.statement.block.statements
    for statement in statements[statements.index(command.statement) + 1 :]:
        first = statement.commands[0]
        while first.kind not in _NO_BLOCK_FIRST and first.blocks[0].statements:
            first = first.blocks[0].statements[0].commands[0]
        if first.kind != "function":
            return first
    return None


def _set_before(tree: Tree, command: Command) -> list[str]:
    """Return the words of `set` and `shopt` before a command."""
    names = ("set", "shopt")
    earlier = (each for each in tree.commands() if each.start < command.start and name_of(tree, each) in names)
    return [word for each in earlier for word in words_of(tree, each)]


def _exits_with_code(tree: Tree, last: Command, asked: Command | None) -> bool:
    """Return whether a later `exit` has a code of its own, as after a look for the results.

    One that depends on the exit code of what holds the command is none: that code is hidden already.
    """
    later = [each for each in tree.commands() if each.start > last.end]
    if asked:
        owner = asked.statement.block.owner if asked.statement.block.role == "condition" else None
        end = owner.end if owner else asked.statement.commands[-1].end
        later = [each for each in later if not asked.start <= each.start < end]
    return any(_OWN_CODE.fullmatch(" ".join(words_of(tree, each)[1:])) for each in later if _is_exit(tree, each))


def _is_exit(tree: Tree, command: Command) -> bool:
    return words_of(tree, command)[:1] == ["exit"]
