"""Whether bash can read a script: `bash -n`."""

import shutil
import subprocess
import tempfile

from heracles.text import printable

__all__ = ["check_syntax"]


def check_syntax(content: bytes) -> str:
    """Ask bash whether it can read a script; give what it says is wrong, empty if nothing or if there is no bash."""
    bash = shutil.which("bash")
    if bash is None:
        return ""
    with tempfile.TemporaryFile() as file:  # which bash reads in pieces, and a pipe byte by byte
        file.write(content)
        file.seek(0)
        result = subprocess.run([bash, "-n"], stdin=file, capture_output=True, check=False)  # noqa: S603
    return "" if result.returncode == 0 else printable(result.stderr.decode("utf-8", "replace").partition("\n")[0])
