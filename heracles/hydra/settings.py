"""Settings of Hydra itself among the overrides: `hydra.launcher.n_jobs=4`, `hydra/sweeper=optuna`."""

from collections.abc import Iterator

from heracles.errors import OverrideError
from heracles.ir.values import Dict, Value, plain
from heracles.language.front_end import parse
from heracles.lean import NamedTuple

__all__ = ["Setting", "is_setting", "settings_of"]

_IN_NO_RUN = ("launcher", "sweeper", "sweep", "mode")
"""What of Hydra's own configuration only a multirun reads."""


class Setting(NamedTuple):
    """One setting that only a multirun reads.

    Attributes:
        name: Its key, without a prefix and a package: `hydra.launcher.n_jobs`.
        value: Its value.
        source: The override that it stands in.

    """

    name: str
    value: Value
    source: str

    @property
    def subject(self) -> str:
        """What it is about: `launcher`, `sweeper`, `sweep` or `mode`."""
        return _steps(self.name)[1]

    @property
    def option(self) -> str:
        """What it sets of its subject: `n_jobs`; empty for a group (`hydra/launcher=joblib`)."""
        return ".".join(_steps(self.name)[2:]) if self.name.startswith("hydra.") else ""

    @property
    def text(self) -> str:
        """The value as text, without its quotes and escapes."""
        return plain(self.value)

    @property
    def span(self) -> tuple[int, int]:
        """Where the values stand in the override."""
        return self.source.find("=") + 1, len(self.source)

    def __str__(self) -> str:
        return f"{self.name}={self.value.text}"


def _steps(name: str) -> list[str]:
    return name.replace("/", ".").split(".")


def is_setting(override: str) -> bool:
    """Return whether an override sets what only a multirun reads, so that it means nothing to a single run."""
    steps = _steps(_name(override))
    return len(steps) > 1 and steps[0] == "hydra" and steps[1] in _IN_NO_RUN


def _name(override: str) -> str:
    return override.partition("=")[0].partition("@")[0].lstrip("+~")


def settings_of(override: str) -> Iterator[Setting]:
    """Yield the settings that an override makes: one, or one for each item of a dict (`hydra.sweep={dir:a,subdir:b}`).

    Raises:
        OverrideError: If it cannot be read, or has other than one value: Hydra refuses to sweep over these too.

    """
    if override.startswith("~"):
        return
    axis = parse([override]).sweeps[0].dimensions[0]
    name = _name(override)
    if axis.size != 1 or axis.is_random or len(axis.keys) != 1:
        message = f"a single run does not read {name}, so that these would be equal runs: give it one value"
        if name.startswith("hydra.sweeper.params."):
            key = name.removeprefix("hydra.sweeper.params.")
            message = f"Hydra refuses a sweep in its own settings: write {key}={override.partition('=')[2]}"
        raise OverrideError(message, override, (override.find("=") + 1, len(override)))
    yield from _flattened(name, axis.values_at(0)[0], override)


def _flattened(name: str, value: Value, source: str) -> Iterator[Setting]:
    if not isinstance(value, Dict):
        yield Setting(name, value, source)
        return
    for key, item in value.items:
        yield from _flattened(f"{name}.{plain(key)}", item, source)
