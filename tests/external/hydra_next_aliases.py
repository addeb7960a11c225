"""Aliases of overrides, against the next hydra-core; `make test-hydra-next` names this file, as no other has them."""

from importlib import import_module

from hypothesis import given
from hypothesis import strategies as st

from heracles.hydra.aliases import expanded

KEYS = st.sampled_from(["a", "b.c", "d/e", "x\\\\=y"])
VALUES = st.sampled_from(["", "=", "=1", "=1,2", "=x\\\\=y"])
PREFIXES = st.sampled_from(["", "+", "++", "~"])
WORDS = st.builds("{}{}{}".format, PREFIXES, KEYS, VALUES)


@given(st.dictionaries(KEYS, WORDS), WORDS)
def test_a_word_is_what_it_is_to_hydra(targets: dict[str, str], word: str) -> None:
    hydras = import_module("hydra._internal.override_aliases").OverrideAliases(targets)
    try:
        wanted = hydras.expand(word)
    except Exception as error:  # noqa: BLE001 - a key without a value, which the parser of overrides refuses
        assert "requires a value" in str(error)
        assert "=" not in expanded(word, targets).replace("\\\\=", "")
        return
    assert expanded(word, targets) == wanted
