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
    result = _reading(bash, content)
    if result.returncode == 0:
        return ""
    return printable(_BASH.sub("", result.stderr.decode("utf-8", "replace").partition("\n")[0], count=1))


def _reading(bash: str, content: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Have bash read a script: from a file, which it reads in pieces, or from a pipe, byte by byte, if none can be
    written."""
    command = [bash, "-n"]
    try:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.seek(0)
            return subprocess.run(command, stdin=file, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return subprocess.run(command, input=content, capture_output=True, check=False)  # noqa: S603
