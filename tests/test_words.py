"""The words that Heracles speaks in: each thing has one, and the others are not used."""

import re
from pathlib import Path

import pytest
from support import GOLDEN, GRAMMAR, PACKAGE, ROOT

RETIRED = {
    r"\bbehind\b": "after",
    r"\bblanks?\b": "space",
    r"\blet(s|ting)? go\b": "released",
    r"\b(got|get|gets) in\b": "accepted",
    r"\b(told|tells?) of\b": "shown",
    r"\bwithout a word\b": "silently",
    r"\b(written|wrote|writes) down\b": "recorded",
    r"\bnoted\b": "recorded",
    r"\bin doubt\b": "unknown",
    r"\bof worth\b": "needed",
    r"\b(is|are|be|was) fit\b": "valid",
    r"\bstretch(es)?\b": "ranges of runs",
    r"\bmother script\b": "job script",
    r"\btwo things to do\b": "cannot be combined",
    r"\bwhoever's\b": "name the owner",
    r"\bare to be (held|let)\b": "on hold",
    r"\"\"\"Gives?\b": "Return",
    r"\"\"\"Tells? whether\b": "Return whether",
    r"\banew, what\b": "again",
}


def paths() -> list[Path]:
    """Return the files whose texts are read: all code, and all that users and developers are told."""
    code = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.bash"), *GRAMMAR.glob("*.lark"), *PACKAGE.rglob("*.schema.json")]
    documents = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "Makefile",
        PACKAGE / "README.md",
        GRAMMAR / "README.md",
    ]
    return sorted([*code, *documents, GOLDEN / "messages.txt", GOLDEN / "mistakes.txt"])


@pytest.mark.parametrize("path", paths(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_retired_word_is_used(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), 1)
    found = [
        f"{path.name}:{number}: say {better!r}: {line.strip()}"
        for number, line in lines
        for phrase, better in RETIRED.items()
        if re.search(phrase, line, re.IGNORECASE)
    ]
    assert not found


def test_every_phrase_is_found_where_it_stands() -> None:
    samples = [
        "it stands behind the script", "with a blank", "jobs are let go", "whether it got in", "is told of",
        "goes wrong without a word", "its id is written down", "as the run noted", "what is in doubt", "of worth",
        "what is fit", "as stretches", "The mother script", "are two things to do", "of whoever's",
        "jobs are to be held",
        '"""Give the number', '"""Tell whether', "Submit anew, what",
    ]  # fmt: skip
    for phrase, sample in zip(RETIRED, samples, strict=True):
        assert re.search(phrase, sample, re.IGNORECASE)
