"""The table of mutants: it is of the code as it is."""

from support import ROOT
from tools.mutants import EQUIVALENT, TESTS


def test_the_modules_and_their_tests_are_there() -> None:
    for module, tests in TESTS.items():
        assert (ROOT / module).exists(), module
        assert all((ROOT / "tests" / name.partition("::")[0]).exists() for name in tests), module


def test_what_no_test_can_tell_is_of_lines_that_are_there() -> None:
    _, *entries = EQUIVALENT.read_text(encoding="utf-8").split("\n\n")
    for entry in entries:
        module, line, *_ = entry.splitlines()
        words = " ".join((ROOT / module).read_text(encoding="utf-8").split())
        assert " ".join(line.removeprefix("- ").split()) in words, entry
