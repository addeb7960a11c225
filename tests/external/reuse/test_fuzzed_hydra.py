"""A Hydra app whose reading of overrides is tested with Heracles' strategies: runs compose, mistakes are told."""

from contextlib import suppress

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import given

import heracles
from heracles import HeraclesError, strategies

PARSER = OverridesParser.create()


def app(overrides: tuple[str, ...]) -> dict[str, object]:
    """Read the overrides of a run as Hydra does before an app begins."""
    parsed = PARSER.parse_overrides(list(overrides))
    return {override.get_key_element(): override.value() for override in parsed}


@given(strategies.sweeps(2))
def test_every_run_is_read(overrides: list[str]) -> None:
    ours = [override for override in overrides if "[" not in override.partition("=")[0]]  # which Hydra 1.3 has not
    sweep = heracles.parse(ours)
    for run in sweep[: min(sweep.size, 5)]:
        assert len(app(run)) == len(run)


@given(strategies.texts_near_the_grammar())
def test_a_mistake_is_told_not_thrown(text: str) -> None:
    with suppress(HydraException):
        app((text,))
    with suppress(HeraclesError):
        heracles.parse([text])


def test_what_heracles_refuses_hydra_would_not_run() -> None:
    with pytest.raises(HydraException):
        app(("lr=1,",))
