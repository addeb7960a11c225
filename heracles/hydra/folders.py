"""The folder that a run of Hydra's writes to: one for each run, as in a multirun.

A single run writes to `hydra.run.dir`, by default `outputs/DATE/SECOND`, so that two runs that start in the same second
share a folder. A multirun writes to `hydra.sweep.dir/hydra.sweep.subdir` (`hydra/conf/__init__.py` of hydra-core).
"""

from collections.abc import Sequence

from heracles.hydra.settings import Setting
from heracles.ir.values import from_data
from heracles.lean import pattern

__all__ = ["RUN_DIR", "folder_below", "has_own_folder", "is_hydras", "multirun_folder", "numbered"]

RUN_DIR = "hydra.run.dir"
_RUN = "__run__"
_NUMBER = pattern(r"\$\{hydra[:.]job\.(num|id)\}", needs=["${hydra"])
_HYDRAS = ("+", "~", "hydra.", "--config-dir=", "--config-name=", "--config-path=")
_DIR, _SUBDIR = "multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}", "${hydra.job.num}"


def multirun_folder(settings: Sequence[Setting]) -> str:
    """Return the override for the folder of each run that settings of `hydra.sweep` stand for; empty for none."""
    latest = {setting.option: setting.text for setting in settings}
    if latest.keys().isdisjoint(("dir", "subdir")):
        return ""
    folder, name = latest.get("dir", _DIR), latest.get("subdir", _SUBDIR)
    return f"{RUN_DIR}={from_data(_NUMBER.sub(_RUN, f'{folder}/{name}'))}"


def folder_below(folder: str) -> str:
    """Return the override that gives each run a folder of its own in a folder."""
    return f"{RUN_DIR}={from_data(f'{folder}/{_RUN}')}"


def has_own_folder(overrides: Sequence[str]) -> bool:
    """Return whether overrides say where a run writes to."""
    return any(override.partition("=")[0].lstrip("+") == RUN_DIR for override in overrides)


def is_hydras(overrides: Sequence[str]) -> bool:
    """Return whether only a program of Hydra's can read some of the overrides: `+k=1`, `group/name=a`, `hydra.x=1`."""
    return any(override.startswith(_HYDRAS) or _names_group(override) for override in overrides)


def _names_group(override: str) -> bool:
    """Return whether the key names a config group or a package: `db/engine=a`, `db@main=a`."""
    key, equals, _ = override.partition("=")
    return bool(equals) and not key.startswith("-") and not {"/", "@"}.isdisjoint(key[1:])


def numbered(overrides: Sequence[str]) -> list[str]:
    """Return the overrides that set what `${hydra:job.num}` and `${hydra:job.id}` in others stand for.

    In a multirun this is the run's number, which a single run does not have.
    """
    names = sorted({match[1] for override in overrides for match in _NUMBER.finditer(override)}, reverse=True)
    keys = {override.partition("=")[0].lstrip("+") for override in overrides}
    return [f"hydra.job.{name}={_RUN}" for name in names if f"hydra.job.{name}" not in keys]
