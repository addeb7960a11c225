"""Make the parsers' tables anew: `python tests/tools/tables.py` writes what `heracles.language.loader` reads."""

from support import PACKAGE

from heracles.language import loader, saving


def write() -> None:
    """Write each module, all of its text at once."""
    for start, name in loader.TABLES.items():
        (PACKAGE.parent / f"{name.replace('.', '/')}.py").write_text(saving.tables(start), encoding="utf-8")


if __name__ == "__main__":
    write()
