"""Clients whose programs' answers were recorded, or are made up where no real program would print them."""

from collections.abc import Callable, Mapping
from typing import Any

from heracles.schedulers.command_client import CommandClient
from heracles.schedulers.gridengine_client import GridEngineClient
from heracles.schedulers.process import Ended
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.slurm_client import SlurmClient

__all__ = ["Calls", "gridengine", "slurm"]

Answers = Mapping[str, Ended | Callable[[tuple[str, ...]], Ended]]
Calls = list[tuple[str, ...]]


def _with_answers(kind: type[CommandClient], key: str, answers: Answers, calls: Calls | None) -> CommandClient:
    class Recorded(kind):  # type: ignore[misc, valid-type]
        def _run(self, program: str, *words: str, **_: str) -> Ended:
            if calls is not None:
                calls.append((program, *words))
            answer = answers[program]
            return answer((program, *words)) if callable(answer) else answer

    scheduler: Any = SCHEDULERS[key]
    options = scheduler.submit_options([scheduler.submit], "", {})
    client: CommandClient = Recorded(scheduler, options, timeout=1.0, show=lambda *_: None)
    return client


def slurm(answers: Answers, calls: Calls | None = None) -> CommandClient:
    """Return a client of Slurm; each program has one answer, or a function that answers its words."""
    return _with_answers(SlurmClient, "slurm", answers, calls)


def gridengine(answers: Answers, calls: Calls | None = None) -> CommandClient:
    """Return a client of Grid Engine; each program has one answer, or a function that answers its words."""
    return _with_answers(GridEngineClient, "gridengine", answers, calls)
