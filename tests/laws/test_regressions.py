"""What `make fuzz` found, an input a file: all of the checks once more."""

from pathlib import Path

import pytest
from support import CORPUS
from tools.fuzz import checks

FOUND = CORPUS / "regressions"


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.txt")), ids=lambda path: path.stem)
def test_what_was_found_once(path: Path) -> None:
    checks.thorough(path.read_bytes())
