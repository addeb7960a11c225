"""Heracles compiles a sweep: Hydra's override language to shell scripts that a cluster's scheduler runs.

>>> import heracles
>>> sweep = heracles.parse(["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"])
>>> sweep.size
6
>>> sweep[0]
('env.num_envs=8', 'env.name=HalfCheetah')
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heracles.errors import FileError, HeraclesError, OverrideError, ScriptError
    from heracles.ir import Axis, Generator, Runs, Subset, Sweep
    from heracles.language import plugins as functions
    from heracles.language.front_end import parse
    from heracles.language.row_files import read_rows
    from heracles.version import __version__ as __version__

__all__ = [
    "Axis",
    "FileError",
    "Generator",
    "HeraclesError",
    "OverrideError",
    "Runs",
    "ScriptError",
    "Subset",
    "Sweep",
    "functions",
    "parse",
    "read_rows",
]

_HOMES = {
    "__version__": "heracles.version",
    **dict.fromkeys(["FileError", "HeraclesError", "OverrideError", "ScriptError"], "heracles.errors"),
    **dict.fromkeys(["Axis", "Generator", "Runs", "Subset", "Sweep"], "heracles.ir"),
    "functions": "heracles.language.plugins",
    "parse": "heracles.language.front_end",
    "read_rows": "heracles.language.row_files",
}


def __getattr__(name: str) -> Any:
    # The package is imported before any of its modules. What it offers is loaded when it is asked for, so that the
    # command line can prepare for an interrupt before the tenth of a second that this takes.
    if name not in _HOMES:
        raise AttributeError(f"module 'heracles' has no attribute '{name}'")
    module = import_module(_HOMES[name])
    value = getattr(module, name, module)  # `functions` is a whole module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
