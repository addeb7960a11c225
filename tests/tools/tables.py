"""Make the parsers' tables anew: `python tests/tools/tables.py` writes what `heracles.language.loader` reads."""

from pathlib import Path

from heracles.language import loader


def write() -> None:
    """Write each file, all of its text at once."""
    for start, name in loader.TABLES.items():
        (Path(loader.__file__).parent / name).write_text(loader.tables(start), encoding="utf-8")


if __name__ == "__main__":
    write()
