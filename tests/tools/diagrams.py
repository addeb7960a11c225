"""Draw the grammar: `python tests/tools/diagrams.py` writes railroad diagrams to grammar/diagrams, one for each rule.

Needs the package railroad-diagrams. All that is in them comes from the .lark files, which are read with Lark's own
grammar of such files. A word of terminals.lark has a picture if it is made of parts; one regular expression is a box.
"""

import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import railroad  # type: ignore[import-untyped]
from lark import Lark, Token, Tree

GRAMMAR = Path(__file__).parents[2] / "grammar"
FOLDER = GRAMMAR / "diagrams"
Node = Tree[Token]

# Colours to be read on light and on dark: a picture in a page cannot know on which of them it lies.
STYLE = """\
path { fill: none; stroke: #7d8590; stroke-width: 2; }
rect { stroke-width: 1.5; }
text { fill: #7d8590; font: bold 14px monospace; text-anchor: middle; }
text.comment { font: italic 12px monospace; }
.terminal text, .non-terminal text:not(.comment) { fill: #1f2328; }
.rule rect { fill: #d6e6ff; stroke: #3b6fc4; }
.word rect { fill: #d5f0da; stroke: #3c8a52; }
.sign rect { fill: #ffe8c2; stroke: #c08019; }
.pattern rect { fill: #ececec; stroke: #8a8a8a; }
"""


def pictures() -> dict[str, str]:
    """Draw each name that gets a picture.

    Returns:
        The text of an SVG file for each rule, and for each word that is made of parts, in the order of the .lark files.

    """
    # The library has these as globals: branches begin on the left, and lines are two pixels wide.
    railroad.INTERNAL_ALIGNMENT = "left"
    railroad.STROKE_ODD_PIXEL_LENGTH = False
    return {name: _picture(name, body) for name, body in _definitions().items() if _is_drawn(name)}


def _picture(name: str, body: Node) -> str:
    diagram = railroad.Diagram(railroad.Start(label=name), drawn(body))
    text = StringIO()
    diagram.format(20, 10, 10, 10).writeStandalone(text.write, STYLE)
    return text.getvalue() + "\n"


@cache
def _definitions() -> dict[str, Node]:
    """Return what the .lark files have on the right of each name's colon."""
    found: dict[str, Node] = {}
    for name in ("override.lark", "terminals.lark", "expression.lark"):
        found |= read((GRAMMAR / name).read_text())
    return found


def read(source: str) -> dict[str, Node]:
    """Read a grammar.

    Args:
        source: The text of a .lark file.

    Returns:
        What stands on the right of the colon, for each rule and word that is defined there.

    """
    reader = Lark.open_from_package("lark", "lark.lark", ("grammars",), parser="lalr", maybe_placeholders=False)
    items = [item for item in _nodes(reader.parse(source)) if item.data in ("rule", "token")]
    return {str(item.children[0]).lstrip("?!"): list(_nodes(item))[-1] for item in items}


def _is_drawn(name: str) -> bool:
    return not name.isupper() or _definitions()[name].data != "literal"


def _nodes(node: Node) -> Iterator[Node]:
    return (child for child in node.children if isinstance(child, Tree))


def _tokens(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, Token)]


def drawn(node: Node) -> railroad.DiagramItem:
    """Draw the right side of a colon, or a part of one."""
    return _DRAWN_AS[node.data](node)


def _choice(node: Node) -> railroad.DiagramItem:
    return railroad.Choice(0, *map(drawn, _nodes(node)))


def _named_branch(node: Node) -> railroad.DiagramItem:
    (branch,), (name,) = _nodes(node), _tokens(node)
    return railroad.Sequence(drawn(branch), railroad.Comment(str(name)))


def _sequence(node: Node) -> railroad.DiagramItem:
    """Draw one thing after another, but `a (b a)*` as a loop through a that comes back through b."""
    parts = list(_nodes(node))
    items = [drawn(part) for part in parts]
    for place in range(len(parts) - 1, 0, -1):
        before, part = parts[place - 1 : place + 1]
        separator = _separator(before, part)
        if separator and _tokens(part) == ["*"]:
            items[place - 1 : place + 1] = [railroad.OneOrMore(drawn(before), drawn(separator))]
        elif separator:  # a (b a)+ is a, b, and such a loop
            items[place : place + 1] = [drawn(separator), railroad.OneOrMore(drawn(before), drawn(separator))]
    return railroad.Sequence(*items)


def _separator(before: Node, part: Node) -> Node | None:
    """Return the b of `a (b a)*` or `a (b a)+`, of which `before` is the first a and `part` is the rest."""
    if part.data != "expr" or _tokens(part) == ["?"]:
        return None
    (repeated,) = _nodes(part)
    if repeated.data != "expansion" or repeated.children[1:] != [before]:
        return None
    return next(_nodes(repeated))


def _repeated(node: Node) -> railroad.DiagramItem:
    (item,), (operator,) = map(drawn, _nodes(node)), _tokens(node)
    loop = item if operator == "?" else railroad.OneOrMore(item)
    return loop if operator == "+" else railroad.Optional(loop)


def _box(node: Node) -> railroad.DiagramItem:
    """Draw a name: a rule, a word, or a sign, which a word is that stands for one text with spaces around it."""
    (name,) = map(str, _tokens(node))
    if not name.isupper():
        return railroad.NonTerminal(name, cls="rule")
    body = _definitions()[name]
    sign = _sign(str(body.children[0])) if body.data == "literal" else ""
    return railroad.Terminal(sign or name, cls="sign" if sign else "word")


def _literal(node: Node) -> railroad.DiagramItem:
    (literal,) = map(str, _tokens(node))
    sign = _sign(literal)
    return railroad.Terminal(sign or literal, cls="sign" if sign else "pattern")


def _sign(literal: str) -> str:
    """Return the one text that a string or regular expression stands for, apart from spaces around it; or nothing."""
    inside = literal[1:-1]
    if literal[0] == "/":
        inside = inside.replace(r"[ \t]*", "")
        inside = re.sub(r"\\([^\w])", r"\1", inside) if re.fullmatch(r"(\\\W|[^\\.^$*+?(){}\[\]|])+", inside) else ""
    return inside


_DRAWN_AS = {
    "expansions": _choice,
    "alias": _named_branch,
    "expansion": _sequence,
    "expr": _repeated,
    "name": _box,
    "literal": _literal,
}


def main() -> None:
    """Write all pictures, and remove those of names that are gone."""
    FOLDER.mkdir(exist_ok=True)
    texts = pictures()
    for path in FOLDER.glob("*.svg"):
        if path.stem not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
