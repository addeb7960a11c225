"""What to say about an option that does not exist."""

import difflib
from collections.abc import Iterator, Sequence

from heracles.cli.options import OPTIONS
from heracles.text import printable

__all__ = ["unknown_option"]

_CLOSE = 0.75


def unknown_option(name: str, arguments: Sequence[str]) -> str:
    """Return the message for an option that does not exist.

    Args:
        name: The option, as it was written: `--time`.
        arguments: The command line.

    """
    shown = printable(name)
    if any(word.partition("=")[0] in ("--retry", "--retry-with") for word in arguments):
        return (
            f"no such option: {shown}. An option for the submit command goes into --retry-with: "
            f"--retry-with='{printable(_written(name, arguments))}'; or edit the script, which --retry reads anew"
        )
    close = difflib.get_close_matches(name, list(_suggestible()), n=1, cutoff=_CLOSE)
    question = f" (did you mean {close[0]}?)" if close else ""
    return (
        f"no such option: {shown}{question}. To sweep an option of your own program, write it after --, as in: "
        f"-- {shown}=1,2"
    )


def _written(name: str, arguments: Sequence[str]) -> str:
    """Return the option with its value, as it was written: `--time=5`, or `--time 5`."""
    for place, word in enumerate(arguments):
        if word.startswith(f"{name}="):
            return word
        if (
            word == name
            and not (value := "".join(arguments[place + 1 : place + 2])).startswith("-")
            and "=" not in value
        ):
            return f"{name} {value}".rstrip()
    return name


def _suggestible() -> Iterator[str]:
    """Yield the spellings that are good to suggest: of nothing that deletes, overwrites or repeats."""
    for option in OPTIONS:
        if not (option.is_drastic or option.is_hidden):
            yield from (word for word in option.spellings.replace("/", " ").split() if word.startswith("--"))
