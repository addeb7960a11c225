"""The folder of a Hydra program's configs, as far as `glob(...)` needs to know it."""

import os

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["options"]


def options(folder: str, group: str) -> list[str]:
    """Give the names of the options of a config group, sorted, as Hydra lists them (FileConfigSource of hydra-core).

    Args:
        folder: The folder of the configs.
        group: The group's name, such as `env/robot`: a folder below it.

    Raises:
        FileError: If the folder cannot be read. A group that is not there has no options.

    """
    place = os.path.join(folder, *group.split("/"))
    try:
        entries = os.listdir(place) if os.path.isdir(place) or not os.path.isdir(folder) else []
    except OSError as error:
        raise FileError(f"cannot read the folder of configs, {printable(place)}: {error.strerror}") from None
    return sorted(name.removesuffix(".yaml") for name in entries if name.endswith(".yaml"))
