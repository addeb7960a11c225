"""The folder of a Hydra program's configs, as far as `glob(...)` needs it."""

import os

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["options"]


def options(folder: str, group: str) -> list[str]:
    """Return the names of the options of a config group, sorted, as Hydra lists them (FileConfigSource of hydra-core).

    Args:
        folder: The folder of the configs.
        group: The group's name, such as `env/robot`: a folder below it.

    Raises:
        FileError: If there is no such group, or its folder cannot be read.

    """
    place = os.path.join(folder, *group.split("/"))
    try:
        entries = os.listdir(place)
    except FileNotFoundError:
        missing = folder if not os.path.isdir(folder) else place
        raise FileError(f"the folder of configs does not exist: {printable(missing)}") from None
    except OSError as error:
        raise FileError(f"cannot read the folder of configs, {printable(place)}: {error.strerror}") from None
    return sorted(name.removesuffix(".yaml") for name in entries if name.endswith(".yaml"))
