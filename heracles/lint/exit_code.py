"""Programs whose exit code is lost, so that a run that failed would count as done."""

from collections.abc import Iterator, Sequence

from heracles.pattern import pattern
from heracles.script.commands import Role, name_of, role_of, words_of
from heracles.script.job_script import JobScript
from heracles.shell.syntax import Command, Tree

__all__ = ["hidden_failures"]

_PIPES = ("|", "|&")
_LOOKS_AT_STATUS = pattern(r"\$\?|\$\{\?\}|PIPESTATUS|pipestatus")
_TRAPS_ERRORS = pattern(r"\btrap\b[^\n]{0,500}\bZ?ERR\b")
_ENDS_AT_ERRORS = pattern(r"-[A-Za-z]*e[A-Za-z]*")
_KEEPS_STATUS = frozenset([":", "true", "wait"])  # the last two on purpose
_NO_BLOCK_FIRST = ("", "function", "[[", "((", "for", "select", "case")


def hidden_failures(script: JobScript) -> Iterator[tuple[int, int, str]]:
    """Return the program whose failure a pipe or a later command hides, if one does: (start, end, why).

    Raises:
        ScriptError: If the overrides have no place in the script.

    """
    target = script.target
    if target:
        levels = [(target.own_tree, target.command)]
        levels += [(script.tree, target.text.command)] if target.text else []
        start, end = target.start, target.end
    else:
        command = next((each for each in reversed(script.parameters.receivers) if _is_program(script, each)), None)
        if command is None:
            return
        levels, start, end = [(script.tree, command)], command.start, command.end
    for tree, command in levels:
        options = script.interpreter_options if tree is script.tree else words_of(script.tree, levels[-1][1])
        reason = _hidden(tree, command, options)
        if reason is None:
            return
        if reason:
            yield start, end, f"{reason[0]} hides a failure of this command, and the run counts as done: {reason[1]}"
            return


def _is_program(script: JobScript, command: Command) -> bool:
    is_own = command.is_in_function or name_of(script.tree, command) in script.parameters.functions
    return role_of(script.tree, command) is Role.PROGRAM and not is_own


def _hidden(tree: Tree, command: Command, options: Sequence[str]) -> tuple[str, str] | tuple[()] | None:
    """Return what hides the exit code of a command in a script, and the remedy.

    Returns:
        Nothing if it is the exit code of the script; None if the script looks at it.

    """
    is_piped, last = False, command
    is_handled = name_of(tree, command) == "exec" or bool(_TRAPS_ERRORS.search(tree.text))
    for outer in [command, *command.ancestors]:
        last = _pipe_end(outer)
        is_piped |= last is not outer
        is_handled |= _is_handled(outer, last)
        if outer.kind == "function" or _following(last):
            break
    if is_handled or _LOOKS_AT_STATUS.search(tree.text, last.end):
        return None
    exits, pipes_fail = _set_options(tree, command, options)
    hiding = None if exits or _exits_with_code(tree, last) else _following(last)
    if hiding and (words_of(tree, hiding) == ["exit"] or name_of(tree, hiding) in _KEEPS_STATUS):
        hiding = None
    if is_piped and not pipes_fail:
        return "the pipe", f"put set -{'e' if hiding else ''}o pipefail above it"
    if not hiding:
        return ()
    return f"line {tree.text.count(chr(10), 0, hiding.start) + 1}", "write || exit after it, or set -e above it"


def _pipe_end(command: Command) -> Command:
    """Return the last command of the pipe that a command stands in."""
    while command.following and command.following.before in _PIPES:
        command = command.following
    return command


def _is_handled(command: Command, last: Command) -> bool:
    """Return whether the script asks for the exit code (`&&`, `||`, `!`, `if`, `while`), or cannot have it (`&`)."""
    is_joined = last.following is not None and last.following.before in ("&&", "||")
    is_asked = last.statement.block.role == "condition" and _following(last) is None
    return is_joined or is_asked or command.is_negated or last.statement.ending == "&"


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


def _set_options(tree: Tree, command: Command, options: Sequence[str]) -> tuple[bool, bool]:
    """Return whether a failing command ends the script, and whether one fails its pipe, when a command runs."""
    words = list(options)
    for each in tree.commands():
        if each.start < command.start and name_of(tree, each) in ("set", "shopt"):
            words += words_of(tree, each)
    return any(_ENDS_AT_ERRORS.fullmatch(word) for word in words) or "errexit" in words, "pipefail" in words


def _exits_with_code(tree: Tree, last: Command) -> bool:
    """Return whether a later `exit` has another code than 0."""
    later = (words_of(tree, each) for each in tree.commands() if each.start > last.end)
    return any(words[:1] == ["exit"] and words[1:] not in ([], ["0"]) for words in later)
