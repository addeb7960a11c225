"""A scheduler's words: its directives, its options, the variables that its jobs find.

Each scheduler is a class that fills these in; what it does not set has the value here.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from heracles.lean import load, pattern

if TYPE_CHECKING:
    from heracles.schedulers.indices import Indices

__all__ = ["Dialect"]

_LSF_ARRAY = pattern(r"\[[^]]*\](?:%\d+)?$")


class Dialect:
    """The words of a scheduler.

    Attributes:
        key: Its name for `--scheduler` and in the journal.
        name: Its name for people.
        article: The article before the name: `a` or `an`.
        has_queue: Whether it has a queue at all; false for plain bash.

        prefix: The text that its directives begin with.
        prefix_end: A pattern of what follows the prefix, so that `#PBSX` is not a directive.
        starts_with_option: Whether a line without an option after the prefix is no directive.
        reads_whole: Whether directives count in the whole script, not only before its first command.
        flags: The short options without a value, which may be joined to another one: `-Ha 1-90`.
        joins: Whether options are getopt's: values may be joined to short options, and long options shortened.
        same: Spellings of one option, or of options that exclude one another; the first stands for all.
        values_of: How many values options have that are not getopt's, unless that is one.
        additive: The options whose values are resources, of which a later one adds to those before: `-l`.
        reserved: The options that cannot differ from run to run, since they decide how jobs are submitted and found.

        submit: The command that submits a script.
        cancel: The command that cancels jobs, given their ids; empty if there is none.
        full: A pattern of what `submit` prints if the scheduler accepts no more jobs now; empty if that is unknown.
        reads_input: Whether `submit` reads the script from its standard input.
        job_id: A pattern of the line that `submit` prints for a job. Group 1 is the id; any other group that matches
            is the cluster.
        confirmation: A pattern of the sentence in which `submit` says that it submitted a job, somewhere in a line;
            group 1 is the id. Empty if it prints an id alone, which other programs print too.

        array_options: The option that requests an array, in its spellings.
        array_word: A pattern of a word that begins with that option; its group `value` is the text joined to it.
        array_in_name: Whether that option names the job, and requests an array only if the name has brackets (LSF).
        throttle_options: The option that limits the tasks that run at once, if that is a separate one.
        task: The variable with a task's id.
        job: The variable with a job's id.
        array_variables: The other variables that describe the array to its tasks, and the `Indices` attribute of each.
        base: The smallest id.
        single: Whether an array has one range of ids only.
        fewest: The smallest number of tasks of an array.
        most: The default largest number of tasks; 0 for no limit.
        most_bytes: The default largest length of a script; 0 for no limit.
        limits_program: The program that prints the limits of the cluster; empty if there is none.
        offset: How a later part of a sweep that is too long for one array learns where it starts: `index` (the ids
            continue), `argument` (`+1000` after the script) or `text` (a line of the script).

        requests: What reads what a job requests, as `lean.load` finds it; empty if there is none.

        log, error_log: The options that name the logs.
        job_name: The option that names the job.
        folder: The option that names the working folder; empty if there is none.
        submit_folder_option: The option that makes the submission's folder the working folder.
        starts_in_submit_folder: Whether that is the default.
        submit_folder_variable: The variable with the submission's folder.

        literal: Which options' values are not expanded as a shell does: `all`, `logs`, or empty if that is unknown.
        expanded: The beginnings of those expansions that it does know.
        free_text: The options whose value means nothing to it.
        log_pattern_of: The pattern for a log's name in place of a variable.
        missing_folder: What happens to a run whose log or working folder is missing; empty if that is unknown.
        job_folder_pattern: A pattern of what differs from job to job in a log's name; empty if there is none.
        job_name_pattern: What stands for the job's name in a log's name; empty if there is none.

        job_expression: The job's id, as bash reads it from the environment.
        task_job_expression: The task's own job id; empty if a task has none.
        node_expression: The name of the node.
        restarts_expression: Not empty and not 0 in a task that was requeued; 1 if a task cannot know.

    """

    key = ""
    name = ""
    article = "a"
    has_queue = True

    prefix = ""
    prefix_end = r"(?![A-Za-z0-9_])"
    starts_with_option = False
    reads_whole = False
    flags = ""
    joins = False
    same: tuple[tuple[str, ...], ...] = ()
    values_of: Mapping[str, int] = {}
    additive: tuple[str, ...] = ()
    reserved: frozenset[str] = frozenset()

    submit = ""
    cancel = ""
    full = ""
    reads_input = False
    job_id = ""
    confirmation = ""

    array_options: tuple[str, ...] = ()
    array_word = ""
    array_in_name = False
    throttle_options: tuple[str, ...] = ()
    task = ""
    job = ""
    array_variables: tuple[tuple[str, str], ...] = ()
    base = 0
    single = False
    fewest = 1
    most = 0
    most_bytes = 0
    limits_program = ""
    offset = "argument"

    requests = ""
    log: tuple[str, ...] = ()
    error_log: tuple[str, ...] = ()
    job_name: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    submit_folder_option: tuple[str, ...] = ()
    starts_in_submit_folder = False
    submit_folder_variable = ""

    literal = ""
    expanded: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()
    log_pattern_of: Mapping[str, str] = {}
    missing_folder = ""
    job_folder_pattern = ""
    job_name_pattern = ""

    task_job_expression = ""
    node_expression = "$HOSTNAME"
    restarts_expression = "1"

    @property
    def job_expression(self) -> str:
        """The digits that the job's id begins with: PBS calls a task `7[3].server`."""
        return f"${{{self.job}%%[!0-9]*}}"

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        """Return the words that request an array; none if there are no arrays.

        Args:
            first: The first id.
            last: The last id.
            throttle: How many tasks may run at once; 0 for any number.
            name: The job's name.

        """
        return ()

    def indices(self, value: str) -> "Indices | None":
        """Return the ids in the array option's value; None if it requests no array, or is not valid."""
        if self.array_in_name:
            match = _LSF_ARRAY.search(value)
            value = match[0] if match else ""
        ids = load("heracles.schedulers.indices:indices")(value) if value else None
        return None if (ids and ids.first < self.base) or (self.single and "," in value) else ids

    def canonical(self, name: str) -> str:
        """Return what stands for an option in all its spellings: `--time` for `-t` and for `--tim`."""
        known = {name: names[0] for names in self.same for name in names} | {name: name for name in self.reserved}
        if name in known or not (self.joins and name.startswith("--")):
            return known.get(name, name)
        longer = {known[each] for each in known if each.startswith(name)}
        return longer.pop() if len(longer) == 1 else name

    def most_values(self, word: str) -> int:
        """Return how many words after an option may be values of it: `-pe smp 4` has two.

        Args:
            word: The option, with what is joined to it.

        """
        if self.joins:
            return int(len(word[1:].lstrip(self.flags)) == 1)
        return self.values_of.get(word, 1)

    def arguments(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words of a command after its submit program; none if it does not call that."""
        names = [word.rpartition("/")[2] for word in words]
        return tuple(words[names.index(self.submit) + 1 :]) if self.submit in names else ()

    def array_word_in(self, words: Sequence[str]) -> str:
        """Return the word of a command that requests an array; empty if there is none."""
        begins = r"\[" if self.array_in_name else r"^[\d\[]"
        for word, following in itertools.pairwise([*self.arguments(words), ""]):
            match = re.fullmatch(self.array_word, word) if self.array_word else None
            value = (match["value"] or following) if match else ""
            if match and (word.startswith("--") or re.search(begins, value)):
                return word
        return ""
