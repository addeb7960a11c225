"""Whether bash can read a script, also where there is no room for a file."""

import subprocess
import sys

import pytest

from heracles.script.syntax_check import check_syntax

CHECK = """
import resource, signal, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from heracles.script.syntax_check import check_syntax
print(check_syntax(b"if true\\n" + b"# long\\n" * 10_000))
print(check_syntax(b"true\\n"))
"""


def test_what_bash_reports() -> None:
    assert check_syntax(b"true\n") == ""
    assert check_syntax(b"true\nfi\n").startswith("line 2: syntax error")


@pytest.mark.parametrize("size", [0, 1024], ids=["no file can be written", "a small one can"])
def test_no_temporary_file_is_needed(size: int) -> None:
    result = subprocess.run([sys.executable, "-c", CHECK, str(size)], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    first, second, rest = result.stdout.split("\n")
    assert ("syntax error" in first, second, rest) == (True, "", "")
