"""A client for each scheduler, apart from the schedulers since a preview does without all that starts programs."""

from collections.abc import Callable

from heracles.schedulers.client import Client
from heracles.schedulers.command_client import CommandClient
from heracles.schedulers.gridengine import GridEngine
from heracles.schedulers.gridengine_client import GridEngineClient
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.scheduler import Scheduler
from heracles.schedulers.slurm import Slurm
from heracles.schedulers.slurm_client import SlurmClient

__all__ = ["CLIENTS", "connect"]

CLIENTS: dict[str, type[CommandClient]] = {Slurm.key: SlurmClient, GridEngine.key: GridEngineClient}
"""The clients that can ask and cancel, by the scheduler's key; any other scheduler is only submitted to."""


def _discard(output: str, errors: str) -> None:
    """Show nothing."""


def connect(
    scheduler: Scheduler, options: SubmitOptions, *, timeout: float, show: Callable[[str, str], None] = _discard
) -> Client:
    """Return a client of a scheduler.

    Args:
        scheduler: The scheduler.
        options: The options of its submissions, from `scheduler.submit_options`.
        timeout: The seconds without an answer after which a program is stopped.
        show: Shows what the submit program printed to its output, besides the job's id, and to its standard error.

    """
    if not scheduler.has_queue:
        return Client(scheduler)
    client = CLIENTS.get(scheduler.key, CommandClient)
    return client(scheduler, options, timeout=timeout, show=show)
