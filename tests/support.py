"""Types that the tests share."""

import subprocess
from collections.abc import Callable

Heracles = Callable[..., subprocess.CompletedProcess[str]]
