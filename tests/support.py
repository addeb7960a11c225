"""What the tests share."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "heracles"
GRAMMAR = ROOT / "grammar"
CORPUS = ROOT / "tests" / "corpus"
GOLDEN = ROOT / "tests" / "golden"

Heracles = Callable[..., subprocess.CompletedProcess[str]]


def absent(reason: str) -> NoReturn:
    """Skip a test for want of a program; under CI, fail: it has to test with all of them."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}: CI has to test with it")
    pytest.skip(reason)
