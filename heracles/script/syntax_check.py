"""Whether bash can read a script: `bash -n`."""

import re
import shutil
import subprocess
import tempfile

from heracles.text import printable

__all__ = ["check_syntax"]

_BASH = re.compile(r"\S*bash: (?=line \d+: )")


def check_syntax(content: bytes) -> str:
    """Return the error that `bash -n` reports in a script: `line 4: syntax error …`.

    Returns:
        The first line of the report; empty if bash can read the script, or if there is no bash.

    """
    bash = shutil.which("bash")
    if bash is None:
        return ""
    with tempfile.TemporaryFile() as file:  # which bash reads in pieces, and a pipe byte by byte
        file.write(content)
        file.seek(0)
        result = subprocess.run([bash, "-n"], stdin=file, capture_output=True, check=False)  # noqa: S603
    if result.returncode == 0:
        return ""
    return printable(_BASH.sub("", result.stderr.decode("utf-8", "replace").partition("\n")[0], count=1))
