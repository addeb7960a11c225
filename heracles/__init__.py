"""Heracles compiles a sweep: Hydra's override language to shell scripts that a cluster's scheduler runs.

>>> import heracles
>>> sweep = heracles.parse(["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"])
>>> sweep.size
6
>>> sweep[0]
('env.num_envs=8', 'env.name=HalfCheetah')
"""

from heracles.errors import FileError, HeraclesError, OverrideError, ScriptError
from heracles.ir import Axis, Generator, Subset, Sweep
from heracles.language import plugins as functions
from heracles.language.lowering import parse
from heracles.version import __version__ as __version__

__all__ = [
    "Axis",
    "FileError",
    "Generator",
    "HeraclesError",
    "OverrideError",
    "ScriptError",
    "Subset",
    "Sweep",
    "functions",
    "parse",
]
