"""A sweeper for Hydra: with `hydra/sweeper=heracles`, `hydra.sweeper.params` are in Heracles' language.

    defaults:
      - override hydra/sweeper: heracles
    hydra:
      sweeper:
        params:
          lr: range(0,0.3,0.1),1
          pair: zip(model=[cnn,vit],batch=[32,64])
          seed: __randseed(5)__
        cases: [{depth: "2,4"}, {depth: "8", width: "64"}]
        exclude: ["model=vit lr=1"]
        where: ["lr * batch < 50"]
        sample: 20

Hydra's launchers run the jobs, as they do for its basic sweeper. It needs `pip install 'heracles-sweep[hydra]'`.
Hydra itself parses what stands after `-m` on its command line, so this has to be in Hydra's own language.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

import heracles
from heracles.errors import HeraclesError
from heracles.ir import Runs

__all__ = ["HeraclesSweeper"]


@dataclass
class HeraclesSweeperConf:
    """The configuration, `hydra.sweeper`.

    Attributes:
        params: The values of the overrides, by key; an override of the command line replaces that of the same key.
        cases: The values of the overrides of each case, by key, which come after `params`.
        exclude: Rules that leave out runs.
        where: Rules that are true of the runs to keep.
        sample: How many combinations to draw; None for all of them.
        seed: What `__randseed(N)__` and `shuffle(...)` depend on.
        max_batch_size: How many jobs the launcher starts at a time; None for all of them.

    """

    _target_: str = "hydra_plugins.heracles_sweeper.HeraclesSweeper"
    params: dict[str, str] | None = None
    cases: list[dict[str, str]] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    sample: int | None = None
    seed: int = 0
    max_batch_size: int | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="heracles", node=HeraclesSweeperConf, provider="heracles")


class HeraclesSweeper(Sweeper):
    """Launches the runs of a sweep that Heracles compiles; the arguments are those of `HeraclesSweeperConf`."""

    def __init__(  # noqa: PLR0913 - Hydra passes the fields of the configuration
        self,
        params: dict[str, str] | None,
        seed: int,
        max_batch_size: int | None,
        *,
        cases: Sequence[dict[str, str]] = (),
        exclude: Sequence[str] = (),
        where: Sequence[str] = (),
        sample: int | None = None,
    ) -> None:
        super().__init__()
        self.params = params or {}
        self.cases = cases
        self.exclude = exclude
        self.where = where
        self.sample = sample
        self.seed = seed
        self.max_batch_size = max_batch_size

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra passes, and create its launcher."""
        self.hydra_context: HydraContext = hydra_context
        self.config: DictConfig = config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Launch every run, in order.

        Args:
            arguments: The overrides of the command line.

        Returns:
            The results of the jobs, a list for each batch.

        Raises:
            HydraException: If an override is not valid.

        """
        launcher = self.launcher
        assert launcher is not None
        try:
            runs = self._runs(arguments)
        except HeraclesError as error:
            raise HydraException(str(error)) from error
        folder = Path(self.config.hydra.sweep.dir)
        folder.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(self.config, folder / "multirun.yaml")
        results = []
        size = self.max_batch_size or max(1, runs.size)
        for start in range(0, runs.size, size):
            batch = [list(run) for run in runs[start : start + size]]
            self.validate_batch_is_legal(batch)
            results.append(launcher.launch(batch, initial_job_idx=start))
            for result in results[-1]:
                _ = result.return_value  # raises the exception of a job that failed
        return results

    def _runs(self, arguments: list[str]) -> Runs:
        """Return the sweep; the overrides of the command line replace those of `params` and of all cases."""
        return heracles.parse(
            [*_overrides(self.params), *([] if self.cases else arguments)],
            cases=[[*_overrides(case), *arguments] for case in self.cases],
            exclude=list(self.exclude),
            where=list(self.where),
            sample=self.sample,
            seed=self.seed,
            options=self._options,
        )

    def _options(self, group: str) -> Sequence[str]:
        loader = self.hydra_context.config_loader
        return sorted(loader.get_group_options(group))


def _overrides(values: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in values.items()]
