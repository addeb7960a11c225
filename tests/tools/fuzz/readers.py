"""What Heracles reads besides overrides: journals, exit records and schedulers' answers, damaged in every way.

`python -m tools.fuzz.readers REPORT SECONDS`, with tests/ on PYTHONPATH. Whatever is in such a text, each reader
returns something or raises a HeraclesError.
"""

import json
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from support import GOLDEN
from unit.schedulers.recorded import gridengine, slurm

from heracles.errors import HeraclesError
from heracles.jobs import query
from heracles.schedulers.client import Client, Job
from heracles.schedulers.process import Ended
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History
from heracles.store.journal import Journal

__all__ = ["READERS", "mutated", "tried"]

_BATCH = 200
_JOBS = [Job(str(number)) for number in range(1, 30)]
_PIECE = re.compile(r"\d+|\w+|\s+|.", re.DOTALL)
_ODD = ["", "0", "-1", "9" * 5000, "²", "\0", "\x1b[2J", "\udcff", "\r", "#", "|", "\n", "{}", "[]", "null", '"', "%"]
_ODD += ["1-", "[1-5%2]", "1_[3-5,9", "N/A", "(null)", "1e999", "99999999999", "CLUSTER: x", "Motd: 80 % used\n"]


class _Text(Journal):
    """A journal that was read already."""

    def __init__(self, content: bytes) -> None:
        super().__init__("job_hydra.jsonl", "9.8.7")
        self._text = content

    def _content(self) -> bytes:
        return self._text


def _read_journal(text: str) -> None:
    history = History(_Text(text.encode("utf-8", "surrogateescape")))
    history.unknown()
    history.on_hold()
    for each in history.compilations.values():
        history.of_sweep(each.sweep)
        for item in (0, each.items - 1):
            with suppress(IndexError):
                each.run(item)
    query.recorded_sweep(history, "job.sh")


def _read_records(text: str) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        Path(folder, "n1").write_bytes(text.encode("utf-8", "surrogateescape"))
        records = ExitRecords(folder)
    for compilation in ("0123456789abcdef", "a"):
        for columns in records.by_job(compilation).values():
            list(columns)
            columns.times()
        records.latest(compilation, 0)
        records.of(compilation, "7", 0)


def _read_answers(client: Client) -> None:
    for ask in (
        lambda: client.states(_JOBS, with_past=True),
        lambda: client.find(["ab.0", "t.0"]),
        lambda: client.release(_JOBS[:2]),
        lambda: client.cancel([(_JOBS[0], None), (_JOBS[1], [range(3)])]),
    ):
        with suppress(HeraclesError):
            ask()


def _read_slurm(text: str) -> None:
    answer = Ended(0, text, "")
    client = slurm(dict.fromkeys(("squeue", "sacct", "scontrol", "scancel"), answer))
    _read_answers(client)
    client.limits()


def _read_gridengine(text: str) -> None:
    _read_answers(gridengine(dict.fromkeys(("qstat", "qacct", "qrls", "qdel"), Ended(0, text, ""))))


def _texts(folder: str, pattern: str) -> list[str]:
    return [path.read_text() for path in sorted((GOLDEN / folder).glob(pattern)) if path.name != "expected.json"]


_RECORDS = "".join(
    f"0123456789abcdef 7 {task} {70 + task} {task} {word} {1_700_000_000 + task}\n"
    for task in range(4)
    for word in ("start", "0", "143")
)
_GRIDENGINE = [
    "<job_list state='running'><JB_job_number>7</JB_job_number><state>r</state><tasks>1-5:2</tasks></job_list>\n",
    "==============\nqname all.q\nhostname n1\njobnumber 7\ntaskid 1\nfailed 0\nexit_status 0\nmaxvmem 1.5G\n",
    "job_number:                 7\ncontext:                    heracles=t.0\n",
]
READERS: dict[str, tuple[Callable[[str], None], list[str]]] = {
    "journal": (_read_journal, _texts("journals", "*/*.jsonl")),
    "exit records": (_read_records, [_RECORDS]),
    "Slurm": (_read_slurm, _texts("answers/slurm", "*/*.txt")),
    "Grid Engine": (_read_gridengine, _GRIDENGINE),
}
"""What reads a text, and texts that it reads."""


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with lines lost, doubled and moved, or with pieces of a few lines changed."""
    lines = text.split("\n")
    for _ in range(chance.choice([1, 1, 2, 3])):
        place = chance.randrange(len(lines))
        if chance.random() < 0.3:
            others = [[], lines[place : place + 1] * 2, [""], _ODD[-2:]]
            lines[place : place + chance.choice([1, 1, 5])] = chance.choice(others)
            lines = lines or [""]
            continue
        pieces = _PIECE.findall(lines[place]) or [""]
        start = chance.randrange(len(pieces))
        end = start + chance.choice([0, 1, 1, 1, 2, 8])
        pieces[start:end] = chance.choice([[], pieces[start:end] * 2, [chance.choice(_ODD)], [chance.choice(pieces)]])
        lines[place] = "".join(pieces)
    return "\n".join(lines)


def tried(name: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Try texts without end; yield what is wrong with each, as a traceback, and the text; empty if nothing is."""
    read, texts = READERS[name]
    while True:
        text = mutated(chance.choice(texts), chance)
        try:
            read(text)
        except HeraclesError:
            pass
        except Exception:  # noqa: BLE001 - whatever it is, it should not have come out
            yield traceback.format_exc(), text
            continue
        yield "", text


def main() -> int:
    report, seconds = Path(sys.argv[1]), float(sys.argv[2])
    chance = random.Random()  # noqa: S311 - no secret
    counts: dict[str, int] = dict.fromkeys(READERS, 0)
    found: dict[str, str] = {}
    end = time.monotonic() + seconds
    streams = {name: tried(name, chance) for name in READERS}
    while time.monotonic() < end:
        for name, stream in streams.items():
            for _ in range(_BATCH):
                trace, text = next(stream)
                counts[name] += 1
                if trace:
                    place = "\n".join(re.findall(r'File "[^"]*heracles/.*', trace)[-1:])
                    found.setdefault(f"{name}: {place}", f"{trace}\n{text[-2000:]!a}")
    report.write_text(json.dumps({"counts": counts, "new": sorted(found.items())}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
