"""The text of the files that `@rows.csv` names."""

import os
import stat

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["read_rows"]


def read_rows(path: str) -> str:
    """Return the text of a file, with its line ends, as `heracles.parse(files=…)` takes it.

    Raises:
        FileError: If it cannot be read, is no plain file, or holds no text in UTF-8.

    """
    name = printable(path)
    try:
        status = os.stat(path)  # before it is opened: that of a FIFO would wait
        if stat.S_ISDIR(status.st_mode):
            raise FileError(f"{name} is a directory: @ takes a file of rows")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"{name} is not a plain file")
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise FileError(f"no such file of rows: {name}") from None
    except OSError as error:
        raise FileError(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileError(f"cannot read {name}: it is no text in UTF-8") from None
