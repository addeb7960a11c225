"""One call of Heracles: what is printed, written and removed, and in which order."""

import os
import os.path
from collections.abc import Callable
from typing import TYPE_CHECKING

from heracles.backends import run_script
from heracles.cli.context import Options, Project, UsageError
from heracles.cli.views import preview
from heracles.errors import HeraclesError
from heracles.ir import Sweep
from heracles.text import printable, spelled

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array
    from heracles.store.files import Files

__all__ = ["perform"]

_MOST_FILES = 100_000


def perform(project: Project) -> None:
    """Do what is asked for.

    Raises:
        HeraclesError: If it cannot be done.

    """
    options = project.options
    _check_usage(options)
    if options.ir or options.print_format:
        _print(project)
    elif options.status or options.cancel or options.logs is not None:
        _follow(project)
    elif options.delete:
        _delete(project)
    elif options.retry is not None:
        from heracles.jobs.launch import Launching  # noqa: PLC0415

        with project.files() as files:
            Launching(project, files).retry(options.retry)
    else:
        _compile(project)


def _check_usage(options: Options) -> None:
    actions = {
        "-w": options.write,
        "-r": options.run is not None and options.retry is None,
        "-d": options.delete,
        "--retry": options.retry is not None,
        "-s": options.status,
        "--cancel": options.cancel,
        "--logs": options.logs is not None,
    }
    given = [name for name, is_given in actions.items() if is_given and not (name == "-w" and actions["-r"])]
    if options.delete and (options.write or options.run is not None):
        raise UsageError("-d removes scripts: it cannot go together with -w or -r")
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} are two things to do: choose one")
    prints = options.ir or options.print_format
    if prints and (given or options.array):
        raise UsageError("--ir and --print only print: they cannot go together with -w, -r, -d or -a")
    if options.ir and options.print_format:
        raise UsageError("--ir and --print are two ways to print: choose one")
    retries = options.retry is not None
    needs = {
        "--throttle": (options.throttle, options.array or retries, "is about the tasks of an array: it needs -a"),
        "--pack": (options.pack, options.array or retries, "is about the tasks of an array: it needs -a"),
        "--parallel": (options.parallel, options.array or retries, "is about the tasks of an array: it needs -a"),
        "--max-array": (options.max_array, options.array or retries, "is about the tasks of an array: it needs -a"),
        "-j": (options.jobs, options.run or retries, "says how many runs are run at a time: it needs -r"),
        "--keep-going": (options.keep_going or None, options.run or retries, "is about running: it needs -r"),
        "--fail-fast": (options.keep_going is False or None, options.run or retries, "is about running: it needs -r"),
        "--again": (options.again or None, options.run, "submits anew what was submitted: it needs -r"),
        "--skip-unknown": (options.skip_unknown or None, options.run, "is about submitting: it needs -r"),
        "--wait": (options.wait or None, options.run or retries, "waits for room to submit: it needs -r"),
        "--retry-with": (options.retry_with, retries, "is for what is submitted again: it needs --retry"),
        "--json": (options.json or None, options.status, "is a way to print the status: it needs -s"),
        "-f": (options.follow or None, options.logs is not None, "follows a log: it needs --logs"),
    }
    for name, (value, is_fit, reason) in needs.items():
        if value is not None and not is_fit:
            raise UsageError(f"{name} {reason}")
    if options.parallel is not None and options.pack is None:
        raise UsageError("--parallel says how many runs of a pack run at a time: it needs --pack")


def _print(project: Project) -> None:
    """Print the sweep for other programs."""
    from heracles.backends.exports import FORMATS  # noqa: PLC0415

    path = project.path
    if "=" in path or path.startswith("~") or not os.path.isfile(path):  # then it is an override
        project.overrides.insert(0, os.fsencode(path).decode("utf-8", "surrogateescape"))
    sweep = project.parsed()
    asked = project.options.print_format
    project.terminal.stream(FORMATS[asked](sweep) if asked else [f"{sweep.to_json()}\n"])


def _follow(project: Project) -> None:
    from heracles.jobs.query import Following  # noqa: PLC0415

    following = Following(project)
    if project.options.status:
        following.status()
    elif project.options.cancel:
        following.cancel()
    else:
        following.log(project.options.logs or 0)


def _compile(project: Project) -> None:
    """Show the runs, or write and launch them."""
    options = project.options
    command = project.command
    if not project.overrides:
        raise UsageError("no overrides are given: write them behind the script, as in lr=0.1,0.01")
    _ = project.script
    sweep = project.sweep()
    project.warn(command)
    layout = project.layout(sweep, command) if options.array else None
    if command is None and not options.write:
        _preview(project, sweep, layout)
        return
    if layout is None and sweep.size > _MOST_FILES and not options.yes:
        raise HeraclesError(f"this would write {spelled(sweep.size)} files: add --yes if that is what you want")
    content = _checked(project, sweep, layout)
    if command is not None and layout is not None and command.submits(layout.scheduler):
        command.check_array(layout.scheduler)
    from heracles.jobs.launch import Launching  # noqa: PLC0415

    with project.files() as files:
        launching = Launching(project, files)
        if command is None:
            launching.write(sweep, layout, content)
        else:
            launching.run(sweep, layout, content, command)


def _checked(project: Project, sweep: Sweep, layout: "Array | None") -> bytes:
    """Give the content of the one script, or of the first, that was found to be fit."""
    from heracles.script.job_script import Script  # noqa: PLC0415

    if layout is None:
        content = run_script.content(sweep[0], project.script)
    else:
        from heracles.backends import array_script  # noqa: PLC0415
        from heracles.lint.body import check  # noqa: PLC0415

        check(project.script, layout.scheduler, is_array=True)
        content = array_script.content(sweep, layout)
        path = os.path.join(os.path.dirname(project.path), array_script.name(project.path))
        check(Script(path, content), layout.scheduler, is_array=True)
    project.check_syntax(content)
    return content


def _preview(project: Project, sweep: Sweep, layout: "Array | None") -> None:
    for line in preview.preview(sweep, project.script, project.width, layout):
        project.terminal.say(line)
    what = "them" if layout is None else "it"
    project.terminal.say(f"\nNothing is written yet: -w writes {what}, -r=CMD calls CMD too.")


def _delete(project: Project) -> None:
    """Remove what was written, as far as nothing of it is pending or running."""
    from heracles.backends import array_script  # noqa: PLC0415
    from heracles.jobs.query import Following  # noqa: PLC0415

    path, options = project.path, project.options
    if os.path.isdir(path) or not os.path.basename(path):
        _ = project.script
    with project.files() as files:
        known = files.journal.files
        if not os.path.exists(path) and not known:
            _ = project.script
        if not options.force:
            Following(project, files.journal).refuse_if_alive()
        runs = [] if options.array else files.runs()
        doomed = [run_script.name(path, run) for run in runs]
        content: Callable[[str], bytes] | None = None
        if project.overrides:
            sweep = project.parsed()
            doomed = [run_script.name(path, run) for run in runs if run < sweep.size]
            content = _content(project, sweep)
        if options.array or not project.overrides:
            doomed += [
                name for name in (array_script.name(path), array_script.name(path, retry=True)) if name in files.names()
            ]
        if not project.overrides:
            doomed = [name for name in doomed if name in known]
        files.check(doomed, content)
        project.terminal.track(files.remove(doomed), len(doomed), "Removing", "removed")
        if doomed:
            project.terminal.say(f"Removed {files.named(doomed)}")
        _finish(project, files, is_something=bool(doomed))


def _finish(project: Project, files: "Files", *, is_something: bool) -> None:
    """Remove the records of what was removed, and say what stays."""
    logs = files.logs()
    if not files.is_in_use() and project.records.is_dir():
        for path in sorted(project.records.iterdir()):
            path.unlink()
        project.records.rmdir()
        is_something = True
        project.terminal.say(f"Removed the exit records: {printable(str(files.path(project.records.name)))}")
    if not files.is_in_use():
        files.journal.clear()
    if not is_something:
        project.terminal.say("There is nothing to remove")
    if logs:
        project.terminal.say(f"Kept {files.named(logs, 'log')}")


def _content(project: Project, sweep: Sweep) -> Callable[[str], bytes]:
    """Give what tells, of a file's name, what would be written there."""

    def content(name: str) -> bytes:
        if project.options.array:
            from heracles.backends import array_script  # noqa: PLC0415

            return array_script.content(sweep, project.layout(sweep, None))
        return run_script.content(sweep[run_script.number(project.path, name) or 0], project.script)

    return content
