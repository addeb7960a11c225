"""Every property test of tests/, each for an equal share of the time: `python -m tools.fuzz.properties OUT SECONDS`."""

import functools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase
from tools.fuzz import checks, findings

_DATABASE = ".hypothesis/examples"
_ROUND = 50  # examples at most, of which there are as many rounds as the time allows, and at least one
_OVERRIDES = ("overrides", "texts", "text", "override")  # the arguments of tests that are inputs here too


class Shares:
    """What pytest calls: it gives the tests their time, counts their inputs, and keeps those that they fail with.

    Attributes:
        tests: How many tests there are.
        tried: How many inputs they were given.
        failed: The input that each test failed with.

    """

    def __init__(self, seconds: float) -> None:
        self.tests = 0
        self.tried = 0
        self.failed: dict[str, dict[str, Any]] = {}
        self._end = time.monotonic() + seconds
        self._round = max(1, min(_ROUND, int(seconds)))
        self._left = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Set the number of examples before a test is imported."""
        settings.register_profile(
            "round",
            parent=settings.get_profile("thorough"),
            max_examples=self._round,
            database=DirectoryBasedExampleDatabase(_DATABASE),
            derandomize=False,
        )
        settings.load_profile("round")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.tests = self._left = len(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a test again and again, as long as its share of the time lasts."""
        now = time.monotonic()
        end = now + (self._end - now) / self._left
        self._left -= 1
        handle = pyfuncitem.obj.hypothesis  # all parameters of a test share it
        body, handle.inner_test = handle.inner_test, self._counted(handle.inner_test, pyfuncitem.nodeid)
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        try:
            pyfuncitem.obj(**arguments)
            while time.monotonic() < end:
                pyfuncitem.obj(**arguments)
        finally:
            handle.inner_test = body
        self.failed.pop(pyfuncitem.nodeid, None)  # inputs that `assume` rejects raise an exception too
        return True

    def _counted(self, body: Callable[..., None], name: str) -> Callable[..., None]:
        @functools.wraps(body)
        def counted(*arguments: Any, **named: Any) -> None:
            self.tried += 1
            try:
                body(*arguments, **named)
            except Exception:
                self.failed[name] = named
                raise

        return counted


def _kept(shares: Shares) -> list[tuple[str, str]]:
    """Keep what tests failed with, where it is overrides."""
    found = []
    for test, arguments in shares.failed.items():
        name = test.rpartition("::")[2].partition("[")[0]
        chosen: Any = next((arguments[name] for name in _OVERRIDES if name in arguments), [])
        texts = [chosen] if isinstance(chosen, str) else chosen
        data = "\n\n".join(texts).encode("utf-8", "surrogatepass")
        file = findings.keep(data, name) if texts and checks.overrides_of(data) == texts else "(in .hypothesis)"
        found.append((file, f"{test}: {arguments!a}"))
    return found


def main() -> int:
    report, seconds = Path(sys.argv[1]), float(sys.argv[2])
    shares = Shares(seconds)
    options = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    options += [
        "-m",
        "hypothesis",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib",
    ]
    status = pytest.main([*options, "tests"], plugins=[shares])
    found = _kept(shares)
    report.write_text(json.dumps({"tests": shares.tests, "tried": shares.tried, "new": found}))
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
