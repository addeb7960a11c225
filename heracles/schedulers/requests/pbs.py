"""What a job requests of PBS: its time limit, its CPUs and its GPUs.

Sources: qsub(1B) of OpenPBS, -l; for `nodes=2:ppn=8:gpus=1`, qsub of Torque.
"""

from collections.abc import Callable

from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.request import Request, clock_seconds, first_unknown, whole

__all__ = ["request"]


def request(options: SubmitOptions) -> Request:
    """Return what each job requests.

    Args:
        options: The options of its submission; those of its queue and its server are unknown.

    """
    resources = _resources(options)
    seconds = clock_seconds(resources.get("walltime", ""), (1, 1, 1))
    cpus, gpus = _devices(resources)
    no_time = "" if seconds is not None else "no -l walltime"
    chunks = resources.get("select") or resources.get("nodes") or f"ncpus={resources.get('ncpus', '')}"
    unclear = f"-l {chunks} is not clear" if None in (cpus, gpus) else ""
    return Request(seconds, cpus, gpus, first_unknown(no_time, unclear))


def _resources(options: SubmitOptions) -> dict[str, str]:
    """Return what all the `-l` request, by name; the first counts, and the command's before the script's."""
    found: dict[str, str] = {}
    for option in (*options.of_command("-l"), *options.of_script("-l")):
        for part in option.text.split(","):
            name, _, value = part.partition("=")
            found.setdefault(name.strip(), value.strip())
    return found


def _devices(resources: dict[str, str]) -> tuple[int | None, int | None]:
    """Return the numbers of CPUs and of GPUs."""
    if "select" in resources:
        chunks = resources["select"]
        return _total(chunks, _number_of("ncpus", 1)), _total(chunks, _number_of("ngpus", 0))
    nodes = resources.get("nodes", "1")
    cpus, gpus = _total(nodes, _number_of("ppn", 1)), _total(nodes, _number_of("gpus", 0))
    return (
        whole(resources["ncpus"]) if "ncpus" in resources else cpus,
        whole(resources["ngpus"]) if "ngpus" in resources else gpus,
    )


def _total(chunks: str, of_chunk: Callable[[str], int | None]) -> int | None:
    """Return the sum over the chunks of `2:ncpus=8:ngpus=1+1:ncpus=4`; None if one cannot be read."""
    total = 0
    for chunk in chunks.split("+"):
        first, _, rest = chunk.partition(":")
        number = whole(first)  # without one, it is one chunk, by its resources or by a node's name
        each = of_chunk(chunk if number is None else rest)
        if each is None:
            return None
        total += (1 if number is None else number) * each
    return total


def _number_of(name: str, default: int) -> Callable[[str], int | None]:
    """Return a function that reads a resource of a chunk."""

    def number(chunk: str) -> int | None:
        values = [part.partition("=")[2] for part in chunk.split(":") if part.partition("=")[0] == name]
        return whole(values[-1]) if values else default

    return number
