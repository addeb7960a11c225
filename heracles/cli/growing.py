"""What is to be submitted of a sweep: all that was not, with the numbers that it has if it continues a recorded one."""

from functools import cached_property

from heracles.cli.context import Context
from heracles.cli.planning import PlanSettings, plan_of, tasks_per_run
from heracles.cli.views import outcome
from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.jobs import growth, launch, query
from heracles.jobs.growth import Continuation
from heracles.jobs.launch import Remaining
from heracles.jobs.outcome import Outcome
from heracles.jobs.plan import Plan
from heracles.schedulers.command import SubmitCommand
from heracles.store.digests import digest
from heracles.store.history import History

__all__ = ["Work", "continuation"]


def continuation(context: Context, history: History, *, accepts_edits: bool) -> Continuation | None:
    """Return the recorded sweep that the sweep continues; None if it continues none.

    Args:
        context: The script and its sweep.
        history: What is recorded.
        accepts_edits: Whether new runs may have another script than those before.

    Raises:
        HeraclesError: If it continues one, and the script was edited since; or if it continues two.

    """
    script = context.script
    found = growth.continuation(history, context.sweep, script.arguments, context.siblings)
    is_refused = found and found.growth.added and not accepts_edits
    if found and is_refused and growth.is_edited(history, found.name, digest(script.content)):
        raise HeraclesError(outcome.cannot_continue(script.name, found.growth))
    return found


class Work:
    """What is to be submitted of a sweep.

    Args:
        context: The script and its sweep.
        history: What is recorded; its journal is locked.
        planning: What is asked for.
        command: The command that submits it.
        resubmits: Whether all of it is submitted again.
        extends: Whether new runs may have another script than those before.

    Attributes:
        plan: What would be written and called, as far as is known before an interrupted submission is settled.

    Raises:
        HeraclesError: If it cannot be submitted.

    """

    def __init__(
        self,
        context: Context,
        history: History,
        planning: PlanSettings,
        command: SubmitCommand,
        *,
        resubmits: bool,
        extends: bool,
    ) -> None:
        self._context = context
        self._history = history
        self._planning = planning
        self._command = command
        self._resubmits = resubmits
        self._continues = continuation(context, history, accepts_edits=resubmits or extends)
        self.plan = self._planned(self._rest().runs if self._continues else context.sweep)

    @cached_property
    def _tasks(self) -> int:
        return tasks_per_run(self._context, self._planning, self._command)

    @property
    def sweep(self) -> str:
        """What the journal calls the sweep that it is a part of: the recorded one, until new runs are recorded."""
        name = self.plan.compilation.sweep
        is_recorded = self._continues is None or bool(self._history.compilations_of(name))
        return name if self._continues is None or is_recorded else self._continues.name

    def _planned(self, runs: Runs) -> Plan:
        given = self._context.recorded_source
        source = self._continues.source(given) if self._continues else given
        return plan_of(self._context, self._planning, self._command, runs, source)

    def _rest(self, timeout: float | None = None) -> growth.Rest:
        assert self._continues
        by_hand = self._by_hand(timeout) if timeout else ()
        return growth.rest(self._history, self._continues, self._tasks, by_hand, resubmit_all=self._resubmits)

    def _by_hand(self, timeout: float) -> list[Outcome]:
        return query.submitted_by_hand(self._history, self.sweep, self._context.siblings, timeout=timeout)

    def remaining(self, timeout: float) -> Remaining:
        """Return what is left to submit, for which `plan` is then, and say so if it is not all of the sweep.

        Args:
            timeout: After how many seconds without an answer a scheduler's command is stopped.

        Raises:
            HeraclesError: If the others were submitted in another folder.

        """
        if self._continues is None:
            by_hand = self._by_hand(timeout)
            found = launch.remaining(self._history, self.plan, by_hand, resubmit_all=self._resubmits)
        else:
            rest = self._rest(timeout)
            found = rest.remaining
            if rest.runs != self.plan.given and found.left:
                self.plan = self._planned(rest.runs)
            found = found._replace(items=self.plan.in_order(found.items))
        self._report(found)
        return found

    def _report(self, remaining: Remaining) -> None:
        history, terminal, name = self._history, self._context.terminal, self._context.script.name
        grown = self._continues.growth if self._continues else None
        for line in outcome.continued(grown) if grown else ():
            terminal.say(line)
        added = grown.added * self._tasks if grown else 0
        has_changed = not added and launch.has_changed(history, self.plan, self.sweep, remaining.round)
        if not remaining.left:
            terminal.say(outcome.nothing_left(self._context.sweep.size, name if has_changed else ""))
        elif remaining.left < remaining.total:
            if folder := launch.other_folder(history, self.sweep, remaining.round):
                raise HeraclesError(outcome.other_folder(folder, is_resumed=remaining.is_resumed))
            if remaining.left != added:
                terminal.say(outcome.submitted_before(self.plan, remaining))
            if has_changed:
                terminal.warn(outcome.has_changed(name))
        elif self._is_another():
            terminal.say(outcome.another_sweep())

    def _is_another(self) -> bool:
        """Return whether the sweep is not recorded, but others are that runs of were submitted."""
        is_new = self._continues is None and not self._history.compilations_of(self.sweep)
        return is_new and bool(query.submitted_sweeps(self._history, self._context.siblings))

    def finish(self, number: int) -> None:
        """Record that a round of the sweep is complete, if it is: the next `--resubmit-all` begins another one."""
        if self._continues is None:
            launch.finish(self._history, self.plan, number)
        else:
            growth.finish(self._history, self._continues, self.sweep, self._tasks, number)
