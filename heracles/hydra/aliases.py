"""Aliases of overrides: `hydra.aliases` of the primary config, which Hydra has since 1.4.

Its keys are names, several with commas between them. A name stands for an override (`quick: trainer.steps=1`) or for a
key (`lr: optimizer.lr`), as in `OverrideAliases` of hydra-core.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heracles.language.yaml_documents import Data

__all__ = ["aliases_in", "expanded"]

_OVERRIDE = r"(\+\+|\+|~)?((?:\\.|[^=])*)(=.*)?"


def aliases_in(body: "Data") -> dict[str, str]:
    """Return what each alias in a primary config stands for; those that Hydra would refuse are left out."""
    for step in ("hydra", "aliases"):
        body = body.get(step, {}) if isinstance(body, dict) else {}
    pairs = body.items() if isinstance(body, dict) else ()
    targets = {names: target for names, target in pairs if isinstance(target, str) and "${" not in target}
    return {name.strip(): target for names, target in targets.items() for name in names.split(",") if name.strip()}


def expanded(override: str, aliases: Mapping[str, str]) -> str:
    """Return what a word of a command line stands for: the word itself if it is no alias."""
    prefix, key, value = _split(override)
    target = aliases.get(key)
    if target is None:
        return override
    own_prefix, own_key, own_value = _split(target)
    if own_value:
        return override if value else f"{prefix or own_prefix}{own_key}{own_value}"
    return f"{prefix}{target}{value}"


def _split(override: str) -> tuple[str, str, str]:
    match = re.fullmatch(_OVERRIDE, override, re.DOTALL)
    assert match  # whatever the text is
    return match[1] or "", match[2], match[3] or ""
