"""Parse each line of the input, a text as JSON, with the stand-alone parser that the argument names.

Each gets a line: its tree, [rule, [part, ...]] with [type, text] for each token, as JSON; or null if it has none.
"""

import json
import runpy
import sys
from typing import Any

names = runpy.run_path(sys.argv[1])
parser = names["Lark_StandAlone"]()


def plain(part: Any) -> list[Any]:
    """Return a tree, or a token in it, as lists."""
    if isinstance(part, names["Tree"]):
        return [part.data, [plain(child) for child in part.children]]
    return [part.type, part.value]


def answer(text: str) -> list[Any] | None:
    """Parse one text."""
    try:
        return plain(parser.parse(text))
    except names["UnexpectedInput"]:
        return None


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
