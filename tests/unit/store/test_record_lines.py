"""Exit records in columns say what a plain reading of each line says, whatever the lines are."""

import os
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.store import record_columns, record_lines
from heracles.store.exit_records import ExitRecord, ExitRecords
from heracles.store.record_columns import ABSENT, CUT_SHORT, ENDED, STARTED

KEYS = ["0123456789abcdef", "fedcba9876543210"]
RECORD = re.compile(rb"\S{1,99} \S{1,99} (-|[0-9]{1,19}) \S{1,99} [0-9]{1,19} (start|[0-9]{1,3}) [0-9]{1,15}")

ITEMS = st.one_of(st.integers(0, 40), st.integers(1000, 1040), st.sampled_from([10**6, 10**12, 2**63, 10**19 - 1]))
LINES = st.builds(
    "{} {} {} {} {} {} {}".format,
    st.sampled_from(KEYS),
    st.sampled_from(["7", "70", "8.pbs", "007", "-1"]),
    st.sampled_from(["-", "0", "3", "03", str(2**31), "9" * 19]),
    st.sampled_from(["71", "7[3].pbs", str(2**32), "01"]),
    ITEMS,
    st.sampled_from(["start", "0", "00", "1", "143", "999", "07"]),
    st.sampled_from([0, 1, 100, 101, 1_700_000_000, 2**32 - 1, 2**32, 10**15 - 1]),
).map(str.encode)
TORN = st.tuples(LINES, st.integers(0, 60)).map(lambda drawn: drawn[0][: drawn[1]])
MIXED = st.tuples(LINES, LINES, st.integers(0, 60)).map(lambda drawn: drawn[0][: drawn[2]] + drawn[1])
FOREIGN = st.sampled_from(
    [
        b"",
        b"garbage",
        b"\0" * 40,
        b"1 2 3 4 5 6 7 8",
        b"[1,2]",
        b"1,2",
        b"k 7 start 71 1 0 100",
        KEYS[0].encode() + b" 7 - 71 0 - 5",
        KEYS[0].encode() * 9 + b" 7 1 1 1 1 1",
        b"\xff\xfe",
        b"null",
    ]
)
TEXTS = st.lists(
    st.one_of(LINES, LINES, LINES, TORN, MIXED, FOREIGN, LINES.map(lambda line: line.replace(b" ", b"\t", 1)))
)


def expected(files: dict[str, bytes]) -> tuple[dict[tuple[str, str, int], ExitRecord], dict[str, int]]:
    """Return the record of each item, by compilation, job and item, and the first damaged line of each file."""
    found: dict[tuple[str, str, int], ExitRecord] = {}
    damaged: dict[str, int] = {}
    for node, content in sorted(files.items()):
        lines = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            if not RECORD.fullmatch(line):
                if line or number < len(lines):
                    damaged.setdefault(node, number)
                continue
            key, job, _, own, item, word, time = line.decode().split(" ")
            record = ExitRecord(None if word == "start" else int(word), int(time), own, node, job, word == "00")
            before = found.get((key, job, int(item)))
            if before is None or before.node == node or before.time <= record.time:
                found[key, job, int(item)] = record
    return found, damaged


def mark(record: ExitRecord) -> int:
    if record.code is None:
        return STARTED
    return CUT_SHORT if record.is_cut_short else ENDED + record.code


def check(records: ExitRecords, wanted: dict[tuple[str, str, int], ExitRecord], damaged: dict[str, int]) -> None:
    assert records.damaged == damaged
    found = {
        (key, job, item): records.of(key, job, item)
        for key in KEYS
        for job, recorded in records.by_job(key).items()
        for item in recorded
    }
    assert found == {place: record for place, record in wanted.items() if place[0] in KEYS}
    for key in KEYS:
        for job, recorded in records.by_job(key).items():
            of_job = {item: each for (of_key, of, item), each in wanted.items() if (of_key, of) == (key, job)}
            marks = {item: mark(each) for item, each in of_job.items()}
            for items in (range(50), range(990, 1100), *recorded.spans(), range(10**6 - 5, 10**6 + 5), range(7, 7)):
                assert list(recorded.marks(items)) == [marks.get(item, ABSENT) for item in items]
            times = [each.time for each in of_job.values()]
            assert recorded.times()[1] == max(times)
            assert recorded.times()[0] == min(filter(None, times), default=0)


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(TEXTS, st.booleans()), max_size=3), st.integers(1, 9)
)
def test_columns_hold_what_the_lines_say(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, tuple[list[bytes], bool]], size: int
) -> None:
    folder = tmp_path_factory.mktemp("exits")
    files = {node: b"\n".join(lines) + b"\n" * ends for node, (lines, ends) in texts.items()}
    for node, content in files.items():
        (folder / node).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_lines, "_SIZE", 50 * size)
        patch.setattr(record_columns, "_BLOCK", 3 * size)
        check(ExitRecords(str(folder)), *expected(files))


@given(st.integers(1, 5), st.integers(0, 9), st.integers(0, 99), st.sampled_from(["71", "71.pbs"]))
def test_of_one_item_the_task_of_each_is_known(
    tmp_path_factory: pytest.TempPathFactory, pack: int, shift: int, item: int, own: str
) -> None:
    folder = tmp_path_factory.mktemp("exits")
    lines = [f"{KEYS[0]} 7 {shift + item // pack} {own} {item} 0 100", f"{KEYS[0]} 8 - {own} {item} 0 100"]
    (folder / "n1").write_text("".join(f"{line}\n" for line in lines))
    array, single = map(ExitRecords(str(folder)).by_job(KEYS[0]).__getitem__, ("7", "8"))
    assert [array.task(each, pack) for each in range(100)] == [shift + each // pack for each in range(100)]
    assert single.task(item, pack) is None


def test_records_take_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "n1").open("w") as file:
        for item in range(20_000):
            for word in ("start", 3, "00") if item < 10 else ("start", 3):
                file.write(f"{KEYS[0]} 7 {item} {item + 70} {item} {word} 1700000000\n")
    tracemalloc.start()
    recorded = ExitRecords(str(tmp_path)).by_job(KEYS[0])["7"]
    assert tracemalloc.get_traced_memory()[0] < 20 * 20_000
    tracemalloc.stop()
    assert set(recorded.marks(range(10))) == {CUT_SHORT}
    assert set(recorded.marks(range(10, 20_000))) == {ENDED + 3}
    assert os.path.getsize(tmp_path / "n1") > 2_000_000
