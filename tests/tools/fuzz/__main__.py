"""Look for texts that break something, for FUZZ_SECONDS: in the readers, by hypothesis, and by atheris.

It fails when it finds a new one, which it leaves in tests/corpus/regressions.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tools.fuzz import checks, findings

_FOLDER = Path("build/fuzz")
_SHORTEST = 5.0  # seconds that are worth another start


def _run(module: str, *arguments: object, log: Path | None = None) -> int:
    """Run a module to its end, its errors to the end of a file if there is one; give its status."""
    command = [sys.executable, "-m", f"tools.fuzz.{module}", *map(str, arguments)]
    if log is None:
        return subprocess.run(command, check=False).returncode
    with log.open("ab") as errors:
        return subprocess.run(command, stderr=errors, check=False).returncode


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    path.unlink(missing_ok=True)
    return found


def _by_hypothesis(seconds: float) -> list[tuple[str, str]]:
    """Let each property test have its share of the time; give what was found."""
    path = _FOLDER / "properties.json"
    begin = time.monotonic()
    status = _run("properties", path, seconds)
    report = _read(path)
    if not report:
        raise SystemExit(f"pytest stopped with {status}")
    tried, spent = report["tried"], time.monotonic() - begin
    print(f"hypothesis: {report['tests']} tests, {tried:,} inputs in {spent:.0f} s, {tried / spent:.0f} a second")
    return [*map(tuple, report["new"])] or [("no file", f"pytest stopped with {status}")] * (status != 0)


def _by_atheris(seconds: float) -> list[tuple[str, str]]:
    """Let libFuzzer look, and start it anew where an input stops it; give what was found."""
    begin = time.monotonic()
    log = _FOLDER / "log"
    log.unlink(missing_ok=True)
    counts: dict[str, int] = {}
    found: list[tuple[str, str]] = []
    while (left := begin + seconds - time.monotonic()) > _SHORTEST or not counts:
        status = _run("fuzz", _FOLDER, left, log=log)
        report = _read(_FOLDER / "report.json")
        if not report:
            raise SystemExit(f"the fuzzer stopped with {status} before it began: see {log}")
        counts = {name: counts.get(name, 0) + count for name, count in report["counts"].items()}
        found += map(tuple, report["new"])
        found += _stopped(status)
        for name, count in report["again"].items():
            print(f"{count:,} more like what is known: {name}")
    spent = time.monotonic() - begin
    print(
        f"atheris: {counts['tried']:,} inputs in {spent:.0f} s, {counts['tried'] / spent:.0f} a second; "
        f"hydra-core was asked about {counts['asked']:,} of them, and bash was given {counts['noted']:,} scripts"
    )
    return found


def _in_readers(seconds: float) -> list[tuple[str, str]]:
    """Damage journals, exit records and schedulers' answers; give what was found."""
    path = _FOLDER / "readers.json"
    status = _run("readers", path, seconds)
    report = _read(path)
    if not report:
        raise SystemExit(f"the readers' fuzzer stopped with {status}")
    counts = ", ".join(f"{count:,} of {name}" for name, count in report["counts"].items())
    print(f"readers: {sum(report['counts'].values()):,} inputs in {seconds:.0f} s: {counts}")
    return [("no file", f"{name}: {detail}") for name, detail in report["new"]]


def _stopped(status: int) -> list[tuple[str, str]]:
    """Keep the inputs that stopped libFuzzer: for their time or their memory."""
    found = []
    for path in sorted((_FOLDER / "stopped").glob("*")):
        kind = path.name.partition("-")[0]
        data = path.read_bytes()
        if not kind.startswith("slow"):
            found.append((findings.keep(data, kind), f"{kind}: {data!a}, {checks.MOST_SECONDS} s are allowed"))
        path.unlink()
    return found or [("no file", f"the fuzzer stopped with {status}: see {_FOLDER / 'log'}")] * (status != 0)


def main() -> int:
    seconds = float(os.environ.get("FUZZ_SECONDS", "120"))
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for report in _FOLDER.glob("*.json"):  # of a time that was broken off
        report.unlink()
    found = [*_in_readers(0.2 * seconds), *_by_hypothesis(0.4 * seconds), *_by_atheris(0.4 * seconds)]
    for name, detail in found:
        print(f"FOUND {name}: {detail}")
    print(f"{len(found)} new" if found else "nothing new was found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
