"""What the tests share."""

import os
import subprocess
from collections.abc import Callable
from typing import NoReturn

import pytest

Heracles = Callable[..., subprocess.CompletedProcess[str]]


def absent(reason: str) -> NoReturn:
    """Skip a test for want of a program; under CI, fail: it has to test with all of them."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}: CI has to test with it")
    pytest.skip(reason)
