"""Aliases of overrides: what a word of a command line stands for."""

import pytest

from heracles.hydra.aliases import aliases_in, expanded
from heracles.language.yaml_documents import document

CONFIG = """
hydra:
  aliases:
    "quick, q": trainer.steps=1
    lr: optim.lr
    tag: +tag=x
    odd: ${x}=1
    list: [a]
"""


def test_aliases_in_a_config() -> None:
    body = document(CONFIG, "config.yaml")
    assert body is not None
    assert aliases_in(body) == {
        "quick": "trainer.steps=1",
        "q": "trainer.steps=1",
        "lr": "optim.lr",
        "tag": "+tag=x",
    }


@pytest.mark.parametrize("text", ["a: 1", "hydra: 1", "hydra: {aliases: 1}", "hydra: {run: {dir: x}}", "[1]"])
def test_without_aliases(text: str) -> None:
    body = document(text, "config.yaml")
    assert body is not None
    assert aliases_in(body) == {}


@pytest.mark.parametrize(
    ("word", "override"),
    [
        ("quick", "trainer.steps=1"),
        ("++quick", "++trainer.steps=1"),
        ("quick=1", "quick=1"),
        ("lr=1,2", "optim.lr=1,2"),
        ("+lr=1", "+optim.lr=1"),
        ("~lr", "~optim.lr"),
        ("tag", "+tag=x"),
        ("++tag", "++tag=x"),
        ("other=1", "other=1"),
        ("@rows.csv", "@rows.csv"),
    ],
)
def test_expanded(word: str, override: str) -> None:
    assert expanded(word, {"quick": "trainer.steps=1", "lr": "optim.lr", "tag": "+tag=x"}) == override
