"""Writing and launching: from a sweep to files, and from files to a scheduler's jobs or to programs run here."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from heracles.backends import array_script, run_script
from heracles.cli.context import Project
from heracles.cli.views import preview
from heracles.errors import FileError, HeraclesError, RunError
from heracles.ir import Subset, Sweep, progressions
from heracles.jobs.local import Runner
from heracles.jobs.query import Following
from heracles.jobs.status import host, uncovered
from heracles.jobs.submit import Submission
from heracles.schedulers.client import Full, Job, OutcomeUnknown, State, SubmitCall
from heracles.schedulers.clients import connect
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.registry import by_key
from heracles.schedulers.scheduler import Scheduler
from heracles.store.files import Files
from heracles.store.history import Compiled, Ledger, Sent
from heracles.text import counted, listed, printable, spelled

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array

__all__ = ["Launching"]

_LOCAL = "local"

_MOST_SUBMISSIONS = 100
_RETRIED = {State.FAILED, State.TIMED_OUT, State.LOST}
_RETRIABLE = {*_RETRIED, State.OUT_OF_MEMORY, State.CANCELLED, State.UNKNOWN}


class Launching:
    """What is done with the files of a script, which are kept.

    Args:
        project: The script, and what is asked for it.
        files: Its files.

    """

    def __init__(self, project: Project, files: Files) -> None:
        self._project = project
        self._options = project.options
        self._terminal = project.terminal
        self._files = files
        self._journal = files.journal
        self._ledger = Ledger.of(files.journal.records)

    def write(self, sweep: Sweep, layout: "Array | None", content: bytes) -> Compiled:
        """Write the files of all runs, and give what was compiled.

        Args:
            sweep: The runs.
            layout: Their array; None if each is to have a file.
            content: The content of the one script, or of the first.

        Raises:
            FileError: If one cannot be written, or is not Heracles' own.

        """
        self._check_files(sweep, layout, content)
        if layout is not None:
            return self._write_array(sweep, layout, content)
        compiled = self._write_each(sweep, range(sweep.size))
        path = self._project.path
        stale = [run_script.name(path, run) for run in self._files.runs() if run >= sweep.size]
        stale = [name for name in stale if name in self._journal.files]
        if stale:
            self._terminal.say(f"Still here from an earlier sweep: {self._files.named(stale)}")
        return compiled

    def _check_files(self, sweep: Sweep, layout: "Array | None", content: bytes) -> None:
        script, path = self._project.script, self._project.path
        if layout is None:
            present = [run_script.name(path, run) for run in self._files.runs() if run < sweep.size]
            self._files.check(
                present, lambda file: run_script.content(sweep[run_script.number(path, file) or 0], script)
            )
            return
        name = array_script.name(path)
        if name == self._journal.path.name:
            raise FileError(f"{printable(name)} is the name of Heracles' journal: rename the script")
        self._files.check([name] if name in self._files.names() else [], lambda _: content)

    def _write_each(self, runs: Sweep | Subset, numbers: Sequence[int]) -> Compiled:
        path, script = self._project.path, self._project.script
        compiled = self._compiled(runs, is_array=False, file=run_script.name(path, numbers[0]))
        contents = ((run_script.name(path, run), run_script.content(runs[k], script)) for k, run in enumerate(numbers))
        names = [run_script.name(path, run) for run in (numbers[0], numbers[-1])]
        self._write(compiled, contents, runs.size)
        ends = " … ".join(printable(str(self._files.path(name))) for name in names[: runs.size])
        self._terminal.say(f"Wrote {counted(runs.size, 'script')}: {ends}")
        return compiled

    def _write_array(self, runs: Sweep | Subset, layout: "Array", content: bytes) -> Compiled:
        name = array_script.name(self._project.path, retry=isinstance(runs, Subset))
        own = layout.tasks_per_run
        compiled = self._compiled(runs, is_array=True, file=name, own=own, pack=layout.pack)
        self._write(compiled, iter([(name, content)]), 1)
        path = self._files.path(name)
        self._terminal.say(f"Wrote {printable(str(path))}: {preview.extent(layout)}")
        if self._options.run is None and self._options.retry is None:
            for line in preview.commands(layout, str(path)):
                self._terminal.say(line)
        if layout.scheduler.has_queue:
            self._make_records()
        return compiled

    def _make_records(self) -> None:
        records = self._project.records
        try:
            records.mkdir(exist_ok=True)
        except OSError as error:
            raise FileError(f"cannot make the folder {printable(str(records))}: {error.strerror}") from None

    def _compiled(self, runs: Sweep | Subset, **fields: object) -> Compiled:
        return Compiled.of(runs, self._project.recorded_overrides, **fields)

    def _write(self, compiled: Compiled, contents: Iterator[tuple[str, bytes]], total: int) -> None:
        self._note("sweep", **compiled.record())
        self._terminal.track(self._files.write(contents, self._project.mode), total, "Writing", "written")

    def _note(self, event: str, **fields: object) -> None:
        self._ledger.take(self._journal.append(event, **fields))

    def run(self, sweep: Sweep, layout: "Array | None", content: bytes, command: SubmitCommand) -> None:
        """Write the files, and submit or run what of them was not yet.

        Args:
            sweep: The runs.
            layout: Their array; None if each is to have a file.
            content: The content of the one script, or of the first.
            command: What is called.

        Raises:
            RunError: If a run, or its submission, failed.

        """
        self._settle()
        own = layout.tasks_per_run if layout is not None else 1
        compiled = self._compiled(sweep, is_array=layout is not None, file="", own=own)
        todo = [range(sweep.size * own)] if self._options.again else uncovered(self._ledger, compiled)
        left, total = sum(map(len, todo)), sweep.size * own
        if not left:
            self._terminal.say(_nothing_left(sweep.size))
            return
        if left < total:
            noun = "run" if own == 1 else "task"
            self._terminal.say(f"{total - left:,} of {counted(total, noun)} were submitted before")
        if layout is not None and command.submits(layout.scheduler):
            parts = layout.over(todo)
            if len(parts) > _MOST_SUBMISSIONS and not self._options.yes:
                raise HeraclesError(
                    f"this would be {spelled(len(parts))} submissions of up to {layout.limit:,} tasks: "
                    "--pack K puts K runs into each task; or add --yes if that is what you want"
                )
        compiled = self.write(sweep, layout, content)
        self._launch(compiled, todo, layout, content, command)

    def _launch(
        self, compiled: Compiled, todo: Sequence[range], layout: "Array | None", content: bytes, command: SubmitCommand
    ) -> None:
        scheduler = layout.scheduler if layout is not None else self._project.scheduler(command, is_array=False)
        if not command.submits(scheduler):
            self._run_here(compiled, todo, command)
        elif layout is None:
            calls = (
                (
                    item,
                    item + 1,
                    SubmitCall(str(self._files.path(run_script.name(self._project.path, compiled.run(item))))),
                )
                for part in todo
                for item in part
            )
            self._submit(compiled, list(calls), scheduler, command, single=True)
        else:
            path, pack = str(self._files.path(compiled.file)), layout.pack
            plan = []
            for part in layout.over(todo):
                text = part.text(content) if layout.scheduler.reads_input else None
                end = min((part.start + part.size) * pack, layout.items)
                plan.append((part.start * pack, end, SubmitCall(path, part.words, part.arguments, text)))
            self._submit(compiled, plan, scheduler, command, single=not layout.part(0).words)

    def _settle(self) -> None:
        """Find out what an interrupted submission left, and let go of what it left held."""
        if self._options.skip_unknown:
            self._skip()
        for (key, command), doubtful in _by_engine(self._ledger.in_doubt()).items():
            submission = self._submission(by_key(key), command)
            if not submission.can_ask:
                runs = sum(sent.end - sent.first for sent in doubtful)
                raise RunError(
                    f"whether {counted(runs, 'run')} of an earlier call of {printable(' '.join(command))} "
                    "got in is not known, and nobody can be asked: look whether they are there, then --skip-unknown "
                    "takes them for submitted, --retry=unknown submits them again, and --again submits all anew"
                )
            taken, refused = submission.settle(doubtful)
            for found, what in ((taken, "had got in"), (refused, "had not got in")):
                if found and (found is taken or len(refused) < len(doubtful)):
                    self._terminal.say(f"Of an interrupted submission, {counted(len(found), 'job')} {what}")
        for (key, command), held in _by_engine(self._ledger.held()).items():
            for job in self._submission(by_key(key), command).release(held):
                self._terminal.warn(f"job {job} is held still, and could not be released")

    def _skip(self) -> None:
        """Take for submitted what may have been."""
        for sent in self._ledger.in_doubt():
            token, _, call = sent.token.rpartition(".")
            self._note("skip", token=token, call=int(call))

    def _submission(
        self, scheduler: Scheduler, command: Sequence[str], options: SubmitOptions | None = None
    ) -> Submission:
        patience = self._options.patience
        options = options or scheduler.submit_options(command, self._project.script.text)
        engine = connect(scheduler, options, timeout=patience, show=self._terminal.pass_on)
        return Submission(
            engine,
            self._journal,
            self._ledger,
            patience=patience,
            waits=self._options.wait,
            pause=self._terminal.pause,
            say=self._terminal.note,
        )

    def _submit(
        self,
        compiled: Compiled,
        plan: list[tuple[int, int, SubmitCall]],
        scheduler: Scheduler,
        command: SubmitCommand,
        *,
        single: bool,
    ) -> None:
        """Submit, and say as which jobs."""
        attempt = self._attempt(compiled)
        options = scheduler.submit_options(command.words, self._project.script.text)
        options = options.with_extra(_split(self._options.retry_with))
        if options.is_test:
            self._run_here(compiled, [range(first, end) for first, end, _ in plan], command, is_test=True)
            return
        options.check()
        for warning in options.warnings():
            self._terminal.warn(warning)
        options = options.with_extra(options.added(attempt))
        log = options.log(os.getcwd(), is_array=not single)
        for folder in options.log_folders(os.getcwd()):
            _make_folder(folder)
        submission = self._submission(scheduler, command.words, options)
        fields = {"engine": scheduler.key, "cwd": os.getcwd(), "log": log, "single": single, "attempt": attempt}
        noun, made = ("submission", "made") if compiled.is_array else ("script", "submitted")
        jobs: list[Job | None] = []

        def steps(taken: Iterable[Job | None]) -> Iterator[None]:
            for job in taken:
                jobs.append(job)
                yield

        try:
            with closing(submission.submit(compiled, plan, command.words, **fields)) as taken:
                self._terminal.track(steps(taken), len(plan), str(command), made, noun=noun)
        except Full as full:
            smaller = ", --max-array N makes smaller arrays" if compiled.is_array else ""
            raise RunError(
                f"{full.message}. No more is allowed at the moment: the same command goes on with the rest later, "
                f"--wait waits for room{smaller}"
            ) from None
        except OutcomeUnknown as problem:
            raise RunError(
                f"{problem.message}. Whether it got in is not known: look whether it is there; then the same command "
                "with --skip-unknown takes it for submitted, --retry=unknown submits it again"
            ) from None
        named = f"job{'' if len(jobs) == 1 else 's'} {listed([str(job or '?') for job in jobs])}"
        runs = sum(end - first for first, end, _ in plan)
        what = counted(runs, "run" if compiled.own == 1 else "task")
        self._terminal.say(f"Submitted {what} with {command}: {named}")

    def _attempt(self, compiled: Compiled) -> int:
        """Count the retries, this one too; 0 if this is none."""
        before = (int(sent.intent.get("attempt", 0)) for sent in self._ledger.of_sweep(compiled.sweep))
        return 0 if self._options.retry is None else 1 + max(before, default=0)

    def _run_here(
        self, compiled: Compiled, todo: Sequence[range], command: SubmitCommand, *, is_test: bool = False
    ) -> None:
        """SubmitCall the command for each run, and take its exit code for the run's."""
        options, path = self._options, self._project.path
        at_once = options.jobs or 1
        token = os.urandom(6).hex()
        if not is_test:
            mine = {"pid": os.getpid(), "host": host(), "engine": _LOCAL, "cwd": os.getcwd(), "log": ""}
            items = [[part.start, part.stop] for part in todo]
            self._note("intent", token=token, key=compiled.key, command=list(command.words), items=items, **mine)
        one = str(self._files.path(compiled.file))

        def calls() -> Iterator[tuple[int, SubmitCall, Path | None]]:
            for item in (item for part in todo for item in part):
                run = compiled.run(item)
                file = str(self._files.path(run_script.name(path, run)))
                call = SubmitCall(one, after=(str(item),)) if compiled.is_array else SubmitCall(file)
                yield item, call, self._files.path(run_script.log(path, run)) if options.jobs else None

        fail_fast = options.keep_going is False or (options.jobs is None and options.keep_going is None)
        note = (lambda *_, **__: None) if is_test else partial(self._note_run, token)
        runner = Runner(command.words, at_once, fail_fast=fail_fast, note=note, host=host())
        total = sum(map(len, todo))
        with closing(runner.run(calls())) as progress:
            done, failed = self._terminal.watch(progress, total, str(command))
        if failed:
            hint = "" if is_test else ": -s lists them, --retry runs them again"
            raise RunError(f"{failed:,} of {counted(total, 'run')} failed{hint}")
        self._terminal.say(f"Ran {counted(done, 'run')} with {command}")

    def _note_run(self, token: str, event: str, **fields: object) -> None:
        self._note(event, token=token, **fields)

    def retry(self, asked: str) -> None:
        """Submit or run again what ended badly.

        Args:
            asked: The states of the runs, as words with commas between; empty for those that are usual.

        """
        wanted = _states(asked)
        blind = any(
            not self._submission(by_key(key), command).can_ask for key, command in _by_engine(self._ledger.in_doubt())
        )
        if State.UNKNOWN in wanted and blind:
            self._skip()
        self._settle()
        following = Following(self._project, self._journal)
        sweep, statuses = following.statuses(strict=True)
        chosen = [each for each in statuses if each.state in wanted]
        if not chosen:
            self._terminal.say(f"There is nothing to run again: {following.spelled(statuses)}")
            return
        numbers = [each.run for each in chosen]
        subset = Subset(sweep, progressions(numbers)[0] if len(progressions(numbers)) == 1 else numbers)
        last = following.last()
        command = self._project.command or SubmitCommand(last.intent["command"])
        self._terminal.say(f"Running again {counted(len(numbers), 'run')}: {following.spelled(chosen)}")
        if not last.compiled.is_array:
            path, script = self._project.path, self._project.script
            present = [run_script.name(path, run) for run in self._files.runs() if run in set(numbers)]
            self._files.check(
                present, lambda name: run_script.content(sweep[run_script.number(path, name) or 0], script)
            )
            compiled = self._write_each(subset, numbers)
            self._launch(compiled, [range(subset.size)], None, b"", command)
            return
        recorded = by_key(last.engine)
        scheduler = recorded if self._project.command is None and recorded.has_queue else None
        layout = self._project.layout(subset, command, pack=last.compiled.pack, scheduler=scheduler)
        content = array_script.content(subset, layout)
        name = array_script.name(self._project.path, retry=True)
        self._files.check([name] if name in self._files.names() else [], lambda _: content)
        compiled = self._write_array(subset, layout, content)
        self._launch(compiled, [range(layout.items)], layout, content, command)


def _states(asked: str) -> set[State]:
    words = [word.strip().replace(" ", "").replace("-", "").replace("_", "") for word in asked.split(",") if word]
    names = {state.value: state for state in _RETRIABLE} | {state.words.replace(" ", ""): state for state in _RETRIABLE}
    if unknown := [word for word in words if word not in names]:
        known = ", ".join(sorted(state.value for state in _RETRIABLE))
        raise HeraclesError(f"--retry knows no state '{printable(unknown[0])}': {known}")
    return {names[word] for word in words} or _RETRIED


def _split(text: str | None) -> list[str]:
    import shlex  # noqa: PLC0415

    try:
        return shlex.split(text or "")
    except ValueError as error:
        raise HeraclesError(f"cannot read '{printable(text or '')}': {str(error).lower()}") from None


def _by_engine(found: Sequence[Sent]) -> dict[tuple[str, tuple[str, ...]], list[Sent]]:
    engines: dict[tuple[str, tuple[str, ...]], list[Sent]] = {}
    for sent in found:
        engines.setdefault((sent.engine, tuple(sent.intent["command"])), []).append(sent)
    return engines


def _nothing_left(runs: int) -> str:
    what = "The run is" if runs == 1 else f"All {counted(runs, 'run')} are"
    return f"{what} submitted already: -s shows what became of them, --again submits them anew"


def _make_folder(folder: str) -> None:
    """Make the folder of the logs: Slurm fails a job, without a word, that has none."""
    try:
        os.makedirs(folder or ".", exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder of the logs, {printable(folder)}: {error.strerror}") from None
