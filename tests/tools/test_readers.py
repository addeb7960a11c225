"""What the fuzzer of the readers does, for a moment; and answers that are very long."""

import itertools
import random
import time

import pytest
from tools.fuzz.readers import READERS, mutated, tried


@pytest.mark.parametrize("name", READERS)
def test_no_damage_is_a_traceback(name: str) -> None:
    chance = random.Random(name)  # noqa: S311 - no secret
    for trace, text in itertools.islice(tried(name, chance), 150):
        assert not trace, f"{trace}\n{text!a}"


@pytest.mark.parametrize("name", READERS)
def test_a_megabyte_is_read(name: str) -> None:
    read, texts = READERS[name]
    line = texts[0].splitlines()[-1] + "\n"
    begin = time.process_time()
    try:
        read(line * (1_000_000 // len(line)))
    except Exception as error:
        if type(error).__name__ != "FileError":  # a journal that is no journal
            raise
    assert time.process_time() - begin < 10


def test_a_text_is_changed() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    text = READERS["Slurm"][1][0]
    assert sum(mutated(text, chance) != text for _ in range(50)) > 40
