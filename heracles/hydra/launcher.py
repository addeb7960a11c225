"""Settings of Hydra's launchers, as the options of sbatch or of Heracles that stand for them.

The names are those of hydra-submitit-launcher (`SlurmQueueConf`) and hydra-joblib-launcher (`JobLibLauncherConf`); what
submitit makes of them is in `submitit/slurm/slurm.py`, `_make_sbatch_string`.
"""

from collections.abc import Iterator, Sequence

from heracles.hydra.settings import Setting
from heracles.ir.values import Bool, Null
from heracles.lean import NamedTuple
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["Counterpart", "counterparts", "explained"]

_SBATCH = {
    "timeout_min": "time",
    "name": "job-name",
    "tasks_per_node": "ntasks-per-node",
    **{
        name: name.replace("_", "-")
        for name in (
            "account", "comment", "constraint", "cpus_per_gpu", "cpus_per_task", "dependency", "exclude", "exclusive",
            "gpus_per_node", "gpus_per_task", "gres", "mail_type", "mail_user", "mem", "mem_per_cpu", "mem_per_gpu",
            "nice", "nodelist", "nodes", "ntasks_per_node", "partition", "qos", "reservation", "time",
        )
    },
}  # fmt: skip
_OWN = {"array_parallelism": "throttle", "n_jobs": "jobs"}


class Counterpart(NamedTuple):
    """What stands for a setting of a launcher.

    Attributes:
        setting: The setting.
        option: An option of sbatch, as one word; empty if there is none.
        own: The name of an option of Heracles (`throttle`, `jobs`) that takes a number; empty if there is none.
        number: That number.

    """

    setting: Setting
    option: str = ""
    own: str = ""
    number: int = 0

    @property
    def shown(self) -> str:
        """How a person writes it: `#SBATCH --time=60`, `--throttle 4`; empty if nothing stands for the setting."""
        if self.option:
            return f"#SBATCH {quote(self.option)}"
        return f"{'-j' if self.own == 'jobs' else '--throttle'} {self.number}" if self.own else ""


def counterparts(settings: Sequence[Setting]) -> list[Counterpart]:
    """Return what stands for each setting of a launcher but for its name; of settings of one name the last counts."""
    latest = {setting.name: setting for setting in settings if setting.option}
    return [_counterpart(setting) for setting in latest.values()]


def _counterpart(setting: Setting) -> Counterpart:
    name, value = setting.option, setting.value
    text = setting.text
    if isinstance(value, Null) or (isinstance(value, Bool) and not value.data):
        return Counterpart(setting)
    if name in _OWN:
        is_count = text.isascii() and text.isdigit() and int(text) > 0
        return Counterpart(setting, own=_OWN[name], number=int(text)) if is_count else Counterpart(setting)
    if name == "mem_gb":
        return Counterpart(setting, f"--mem={text}G")
    further = name.removeprefix("additional_parameters.")
    option = further.replace("_", "-") if further != name else _SBATCH.get(name, "")
    if not option or "." in option:
        return Counterpart(setting)
    return Counterpart(setting, f"--{option}" if isinstance(value, Bool) else f"--{option}={text}")


def explained(settings: Sequence[Setting], *, is_applied: bool) -> Iterator[str]:
    """Yield the lines that say what became of the settings of a launcher; none if there are none.

    Args:
        settings: The settings.
        is_applied: Whether the submission gets what stands for them.

    """
    if not settings:
        return
    found = counterparts(settings)
    given = [each for each in found if each.shown]
    lost = [each.setting for each in found if not each.shown]
    names = sorted({printable(str(setting)) for setting in settings if not setting.option})
    if names:
        yield f"{' '.join(names)}: Hydra's launchers start no single run, so that this is left out of the runs."
    if given and is_applied:
        yield "These settings of Hydra's launcher are left out of the runs, and go to the submission as options:"
    elif given:
        yield (
            "These settings of Hydra's launcher are left out of the runs. Write them into the job script, or add "
            "--apply-launcher:"
        )
    width = max((len(printable(str(each.setting))) for each in given), default=0)
    for each in given:
        yield f"  {printable(str(each.setting)).ljust(width)}  {printable(each.shown)}"
    if lost:
        yield (
            "Nothing stands for these settings of Hydra's launcher, and they are left out of the runs: "
            f"{', '.join(printable(str(setting)) for setting in lost)}"
        )
