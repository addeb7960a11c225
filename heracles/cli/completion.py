"""Completion in bash, zsh and fish, by click's classes for these shells: what can follow on a command line."""

import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from heracles.cli.options import OPTIONS, RETRIABLE, Option, parameters
from heracles.cli.usage import CASE, normalized
from heracles.errors import HeraclesError
from heracles.lean import load
from heracles.paths import Siblings

if TYPE_CHECKING:
    from heracles.hydra.configs import Configs
    from heracles.script.job_script import JobScript

__all__ = ["SHELLS", "VARIABLE", "main", "script_for"]

VARIABLE = "_HERACLES_COMPLETE"
"""The environment variable that asks for completions: `bash_complete`."""

_MOST_RUNS = 1000
_FOLDER, _FILE = "DIR", "FILE"  # what the table of options calls a value that is a path
_ROWS = (".csv", ".tsv", ".jsonl")

_BASH = r"""
_heracles_completion() {
    local IFS=$'\n' response completion type value
    case ${COMP_WORDS[COMP_CWORD-1]} in  # what a shell knows itself
        %(folders)s) compopt -o dirnames; return;;
        %(files)s) compopt -o default; return;;
    esac
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1")
    for completion in $response; do
        IFS=, read -r type value <<< "$completion"
        case $type in
            dir) compopt -o dirnames;;
            file) compopt -o default;;
            plain) COMPREPLY+=("$value"); [[ $value != *[=/] ]] || compopt -o nospace;;
        esac
    done
}
complete -o nosort -F _heracles_completion %(prog_name)s
"""
_ZSH = r"""
#compdef %(prog_name)s
_heracles_completion() {
    local -a response words_of open described
    local type key help
    case ${words[CURRENT-1]} in
        %(folders)s) _path_files -/; return;;
        %(files)s) _path_files -f; return;;
    esac
    local -x COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) %(complete_var)s=zsh_complete
    response=("${(@f)$(${words[1]})}")
    for type key help in ${response}; do
        case $type in
            dir) _path_files -/;;
            file) _path_files -f;;
            plain)
                if [[ $key == *[=/] ]]; then open+=("$key")
                elif [[ $help == _ ]]; then words_of+=("$key")
                else described+=("${key//:/\\:}:$help"); fi;;
        esac
    done
    (( ! ${#described} )) || _describe -V options described -U
    (( ! ${#open} )) || compadd -U -S '' -V keys -a open
    (( ! ${#words_of} )) || compadd -U -V values -a words_of
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _heracles_completion "$@"
else
    compdef _heracles_completion %(prog_name)s
fi
"""
_FISH = r"""
function _heracles_completion
    switch (commandline -opc)[-1]
        case (string split "|" -- "%(folders)s")
            __fish_complete_directories (commandline -ct)
            return
        case (string split "|" -- "%(files)s")
            __fish_complete_path (commandline -ct)
            return
    end
    set -lx %(complete_var)s fish_complete
    set -lx COMP_WORDS (commandline -cp | string collect)
    set -lx COMP_CWORD (commandline -t | string collect)
    for completion in (%(prog_name)s)
        set -l parts (string split -m 1 , -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(_heracles_completion)"
"""


class _Completing(ShellComplete):
    def source_vars(self) -> Any:
        """Return what the template of the shell's script has names for: of options, those with a path for a value."""
        return {**super().source_vars(), "folders": _taking(_FOLDER), "files": _taking(_FILE)}

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what can follow: click's own answer is about options alone."""
        line = _Line(self.cli, args, incomplete)
        return [item for item in line.items() if item.type != "plain" or item.value.startswith(incomplete)]


class _Bash(_Completing, BashComplete):
    name = "bash"
    source_template = _BASH

    def _check_version(self) -> None:  # type: ignore[override]
        """Do without a check that starts a bash: older ones complete too."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words, of which bash makes three where there is a `=` in one (COMP_WORDBREAKS)."""
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        for word in [*args, incomplete]:
            if words and (word[:1] in ("=", ":") or words[-1][-1:] in ("=", ":")):
                words[-1] += word
            else:
                words.append(word)
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return what replaces the part after the last `=` or `:`, which is all that bash replaces."""
        value = item.value if item.value[-1:] != "=" else item.value[:-1] + "\0"
        return f"{item.type},{re.split('[=:]', value)[-1]}".replace("\0", "=")


class _Zsh(_Completing, ZshComplete):
    name = "zsh"
    source_template = _ZSH


class _Fish(_Completing, FishComplete):
    name = "fish"
    source_template = _FISH


SHELLS: Mapping[str, type[ShellComplete]] = {kind.name: kind for kind in (_Bash, _Zsh, _Fish)}
"""The shells that have completion."""


def script_for(shell: str) -> str:
    """Return the script that a shell reads to complete the command line of Heracles."""
    return SHELLS[shell](click.Command("heracles"), {}, "heracles", VARIABLE).source().lstrip("\n")


def main() -> NoReturn:
    """Print what can follow on the command line that a shell has in the environment, and exit.

    `VARIABLE` says which shell asks: `bash_complete`. The exit code is 2 if it is unknown.
    """
    shell, _, action = os.environ.get(VARIABLE, "").partition("_")
    if shell not in SHELLS or action != "complete":
        sys.exit(2)
    command = click.Command("heracles", params=list(parameters({})), add_help_option=False)
    click.echo(SHELLS[shell](command, {}, "heracles", VARIABLE).complete())
    sys.exit(0)


class _Line:
    """A command line that is not complete yet.

    Args:
        command: The command, as click has it.
        words: The words before the one that is typed.
        incomplete: That word, as far as it is typed.

    """

    def __init__(self, command: click.Command, words: Sequence[str], incomplete: str) -> None:
        self._command = command
        self._words = list(words)
        self._incomplete = incomplete

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        """The values of the words, as far as click can read them: it reads no option without its value."""
        words = self._words
        last = _NAMED.get(words[-1]) if words else None
        words = normalized(words[:-1] if last and last.metavar else words)
        if len(words) > 1:  # by name: what knows commands takes longer than all the rest
            words = load("heracles.cli.pasting:pasted")(words).words
        return _parsed(self._command, words)

    def items(self) -> Iterator[CompletionItem]:
        """Yield what can follow."""
        option, start = self._option()
        if option and option.metavar:
            yield from self._of_option(option, start)
        if self._words[-1:] == ["--retry"]:
            yield from map(CompletionItem, RETRIABLE)
        elif option and option.metavar:
            return
        if self._incomplete.startswith("-") and "--" not in self._words:
            yield from map(_of_spelling, *zip(*_spellings(), strict=True))
        elif self._incomplete.startswith("@"):
            yield from _row_files(self._incomplete)
        elif self._values.get("script") is None:
            yield from _scripts(self._incomplete)
        else:
            yield from map(CompletionItem, self._overrides())

    def _option(self) -> tuple[Option | None, str]:
        """Return the option whose value is typed, and what stands before the value in the word; None for none."""
        name, equal, _ = self._incomplete.partition("=")
        if equal and name in _NAMED:
            return _NAMED[name], f"{name}="
        last = self._words[-1] if self._words else ""
        return (_NAMED.get(last), "") if last != "--retry" else (None, "")

    def _of_option(self, option: Option, start: str) -> Iterator[CompletionItem]:
        if option.metavar in (_FOLDER, _FILE):
            yield CompletionItem(self._incomplete, type="dir" if option.metavar == _FOLDER else "file")
        elif option.name == "name":
            yield from (CompletionItem(f"{start}{name}") for name in self._names())
        elif option.name == "logs":
            yield from (CompletionItem(f"{start}{run}") for run in range(min(self._runs, _MOST_RUNS)))
        else:
            yield from (CompletionItem(f"{start}{word}") for word in option.words)

    def _names(self) -> list[str]:
        """Return the names of the script's named sweeps."""
        return load("heracles.store.place:named_sweeps")(self._siblings)  # type: ignore[no-any-return]

    @property
    def _siblings(self) -> Siblings:
        return Siblings(self._values.get("script") or "", self._values.get("name") or "")

    @property
    def _runs(self) -> int:
        """The number of runs of the latest sweep."""
        siblings = self._siblings
        if not os.path.exists(siblings.path(siblings.journal)):
            return 0
        try:
            latest = load("heracles.store.history:History").read(siblings, "").latest()
        except HeraclesError:
            return 0
        return latest.runs if latest else 0

    def _overrides(self) -> Iterable[str]:
        """Return keys of the program's configs, or options of the group whose key is typed."""
        given = tuple(word for word in self._values.get("overrides") or () if word != CASE)
        configs = self._configs()
        if configs is None:
            return ()
        key, equal, values = self._incomplete.partition("=")
        if not equal:
            return [f"{_prefix(key)}{name}=" for name in configs.keys(given)]
        start = f"{key}={values[: values.rfind(',') + 1]}"
        return [f"{start}{name}" for name in configs.repository.options(key.lstrip("+~").partition("@")[0])]

    def _configs(self) -> "Configs | None":
        """Return the configs of the program; None if they are not found here."""
        script = self._script()
        main = load("heracles.hydra.main_function:main_of")(script) if script else None
        given = list(map(self._values.get, ("config_dir", "config_path", "config_name")))
        if main is None and given[0] is None:
            return None
        return load("heracles.hydra.configs:find")(main, *given)  # type: ignore[no-any-return]

    def _script(self) -> "JobScript | None":
        path = str(self._values.get("script"))
        try:
            with open(path, "rb") as file:
                content = file.read()
            job_script = load("heracles.script.job_script")
            return job_script.JobScript(path, content, (), self._values.get("at"))  # type: ignore[no-any-return]
        except (OSError, HeraclesError):
            return None


def _parsed(command: click.Command, words: Sequence[str]) -> Mapping[str, Any]:
    """Return the values of a command line, as far as click can read it."""
    with command.make_context("heracles", list(words), resilient_parsing=True) as context:
        return context.params


def _prefix(key: str) -> str:
    return key[: len(key) - len(key.lstrip("+~"))]


def _spellings() -> Iterator[tuple[str, str]]:
    """Yield the options that the help shows, with their first sentences."""
    for option in OPTIONS:
        if not option.is_hidden:
            for word in option.spellings.replace("/", " ").split():
                yield word, re.split(r"[.:;] |\.$", option.help.replace("`", ""))[0]


def _of_spelling(word: str, text: str) -> CompletionItem:
    return CompletionItem(word, help=text)


def _taking(metavar: str) -> str:
    """Return the spellings of the options whose value the help calls so, as a pattern of a shell."""
    found = (f"{option.spellings} {option.aliases}".split() for option in OPTIONS if option.metavar == metavar)
    return "|".join(itertools.chain.from_iterable(found))


def _row_files(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the files of rows, `@rows.csv`, and the folders that a path may go on to."""
    folder, slash, _ = incomplete[1:].rpartition("/")
    for entry in _entries(f"{folder}{slash}"):
        if entry.is_dir() or entry.name.endswith(_ROWS):
            yield CompletionItem(f"@{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}")


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    """Return what is in a folder, sorted; nothing if it cannot be read."""
    try:
        return sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
    except OSError:
        return []


def _scripts(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the job scripts and the folders that a path may go on to; all files if there are none."""
    folder, slash, _ = incomplete.rpartition("/")
    entries = _entries(f"{folder}{slash}")
    found = [entry for entry in entries if entry.is_dir() or _is_script(entry.name, {each.name for each in entries})]
    for entry in found:
        if not entry.name.startswith(".") and not entry.name.endswith("_hydra.exits"):
            yield CompletionItem(f"{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}")
    if not any(entry.is_file() for entry in found):
        yield CompletionItem(incomplete, type="file")


def _is_script(name: str, names: set[str]) -> bool:
    """Return whether a file may be a job script that Heracles did not make of another one."""
    stem, suffix = os.path.splitext(name)
    origin = re.sub(r"_hydra(?:\d+|_retry)?\Z", "", stem)
    stems = [
        origin,
        *(origin[: match.start()] for match in re.finditer("_", origin)),
    ]  # that of a named sweep is longer
    is_made = origin != stem and any(f"{each}{suffix}" in names for each in stems)
    return suffix in (".sh", ".bash", ".sbatch", ".slurm", ".job", ".pbs", ".lsf", ".qsub") and not is_made


_NAMED = {
    word: option
    for option in OPTIONS
    for word in f"{option.spellings} {option.aliases}".replace("/", " ").split()
    if word not in ("-m", "--multirun")  # an override can follow
}
