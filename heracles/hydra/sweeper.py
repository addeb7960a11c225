"""Settings of Hydra's sweepers: the overrides in `hydra.sweeper.params`, and sweepers that choose values themselves.

The numbers of runs are called as in hydra-optuna-sweeper, hydra-ax-sweeper and hydra-nevergrad-sweeper.
"""

from collections.abc import Sequence

from heracles.errors import OverrideError
from heracles.hydra.settings import Setting
from heracles.text import printable

__all__ = ["PRODUCTS", "check_sweeper", "params"]

PRODUCTS = ("", "basic", "heracles")
"""The sweepers that launch the product of the overrides; the empty one is Hydra's own."""
_COUNTS = ("n_trials", "ax_config.max_trials", "optim.budget", "max_trials", "budget", "n_samples", "num_samples")
_PARAMS = "params."


def check_sweeper(settings: Sequence[Setting], *, is_sample: bool) -> None:
    """Refuse the settings of a sweeper that chooses values itself, unless a sample is asked for.

    Raises:
        OverrideError: If they are refused.

    """
    latest = {setting.name: setting for setting in settings}
    sweeper = latest.get("hydra/sweeper")
    count = next((latest[name] for name in (f"hydra.sweeper.{each}" for each in _COUNTS) if name in latest), None)
    own = sweeper is not None and sweeper.text not in PRODUCTS
    at = sweeper if own else count
    if at is None or is_sample:
        return
    number = count.text if count and count.text.isdigit() else "N"
    raise OverrideError(
        f"Heracles draws the runs of such a sweeper at random: give --sample {number}, with the seeds and the space "
        f"of values as overrides, and leave {printable(at.source)} out",
        at.source,
        at.span,
    )


def params(settings: Sequence[Setting]) -> list[str]:
    """Return the overrides in `hydra.sweeper.params`; of one key the last one counts, at the place of the first."""
    found = {}
    for setting in settings:
        if setting.option.startswith(_PARAMS):
            key = setting.option.removeprefix(_PARAMS)
            found[key] = f"{key}={setting.text}"
    return list(found.values())
