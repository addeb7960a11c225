"""A sweeper for Hydra: with `hydra/sweeper=heracles`, `hydra.sweeper.params` are in Heracles' language.

    defaults:
      - override hydra/sweeper: heracles
    hydra:
      sweeper:
        params:
          lr: range(0,0.3,0.1),1
          seed: __randseed(5)__

Hydra's launchers run the jobs, as they do for its basic sweeper. It needs `pip install 'heracles-sweep[hydra]'`.
Hydra itself parses what stands after `-m` on its command line, so this has to be in Hydra's own language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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

__all__ = ["HeraclesSweeper"]


@dataclass
class HeraclesSweeperConf:
    """The configuration, `hydra.sweeper`.

    Attributes:
        params: The values of the overrides, by key; an override of the command line replaces that of the same key.
        seed: What `__randseed(N)__` and `shuffle(...)` depend on.
        max_batch_size: How many jobs the launcher starts at a time; None for all of them.

    """

    _target_: str = "hydra_plugins.heracles_sweeper.HeraclesSweeper"
    params: dict[str, str] | None = None
    seed: int = 0
    max_batch_size: int | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="heracles", node=HeraclesSweeperConf, provider="heracles")


class HeraclesSweeper(Sweeper):
    """Launches the runs of a sweep that Heracles compiles; the arguments are those of `HeraclesSweeperConf`."""

    def __init__(self, params: dict[str, str] | None, seed: int, max_batch_size: int | None) -> None:
        super().__init__()
        self.params = params or {}
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
        overrides = [*(f"{key}={value}" for key, value in self.params.items()), *arguments]
        try:
            runs = heracles.parse(overrides, seed=self.seed, options=self._options)
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

    def _options(self, group: str) -> Sequence[str]:
        loader = self.hydra_context.config_loader
        return sorted(loader.get_group_options(group))
