"""The steps on the way from a product to the runs: how many each of them keeps, and how many a rule leaves out."""

from collections.abc import Iterator

from heracles.ir import Runs, Step, steps
from heracles.shell.quoting import shown
from heracles.text import counted, printable, spelled

__all__ = ["step_lines"]


def step_lines(sweep: Runs) -> Iterator[str]:
    """Yield an empty line and a line for each step that leads to the runs of a sweep; none if there is one step."""
    taken = steps(sweep)
    if len(taken) == 1:
        return
    yield ""
    widest = max(len(spelled(step.kept)) for step in taken)
    for step in taken:
        yield f"  {spelled(step.kept).rjust(widest)}  {_note(step, sweep)}"


def _note(step: Step, sweep: Runs) -> str:
    """Return what a step does, as it stands after the number of runs that it keeps."""
    if step.kind == "product":
        cases = f" of {counted(len(sweep.sweeps), 'case')}" if len(sweep.sweeps) > 1 else ""
        is_drawn = any(each.is_drawn for product in sweep.sweeps for each in product.dimensions)
        noun = "combination" if step.kept == 1 else "combinations"
        return f"{noun}{cases}{', besides the intervals' if is_drawn else ''}"
    if step.kind == "sample":
        return f"drawn by --sample {step.kept}"
    if step.kind == "repeat":
        return f"with {counted(sweep.whole.times, 'seed')} for each"
    reason = f"--{step.kind} {printable(shown(step.text))}" if step.text else "runs that an earlier case has too"
    return f"after {reason}: {spelled(step.removed)} left out"
