"""A syntax error as a sentence: what is wrong in an override, and where."""

import re
from collections.abc import Callable

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from heracles.errors import OverrideError
from heracles.language.loader import parser
from heracles.text import printable

__all__ = ["check_depth", "explained"]

_OPENERS = {"LSQB": "[", "LBRACE": "{", "LPAR": "(", "RANDOM_OPEN": "(", "ZIP_OPEN": "(", "EXPRESSION_OPEN": "("}
_CLOSERS = {"RSQB": "]", "RBRACE": "}", "RPAR": ")", "RANDOM_CLOSE": ")__"}
_CLOSER_OF = {"[": "]", "{": "}", "(": ")"}
_NOUNS = {
    "BARE": "a value",
    "DICT_KEY": "a dict key",
    "_COMMA": "a comma",
    "_COLON": "':' and a value after the dict's key",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "RPAR": "')'",
    "$END": "the end of the override",
}
# As in the grammar: it ends at the first brace, so that of `${a:${b}}` it is all but the last one.
_INTERPOLATION = r"\$\{[^}]+\}"
# What BARE_CHARACTER of the grammar leaves out, except for structure and quotes.
_UNQUOTABLE = r"[\x00-\x1f\x7f-\xa0`\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"


def explained(text: str) -> OverrideError:
    """Return the error that says what is wrong in a text that does not parse."""
    stop = _parsed(text)
    for recognise in _MISTAKES:
        if mistake := recognise(stop):
            message, span = mistake
            return OverrideError(message, text, span)
    nouns = dict.fromkeys(noun for terminal, noun in _NOUNS.items() if terminal in stop.expected)
    return OverrideError(f"expected {' or '.join(nouns)}", text, _here(stop))


def check_depth(text: str, most: int) -> None:
    """Raise an OverrideError if brackets nest more than `most` deep; those inside quotes do not count."""
    depth = 0
    for token in _parsed(text).tokens:
        depth += (token.type in _OPENERS) - (token.type in _CLOSERS)
        if depth > most:
            raise OverrideError(f"brackets nest more than {most} deep", text, _span(token))


class _Stop:
    """Where parsing stops.

    Args:
        text: The text.
        tokens: The tokens before that place.
        place: The position in the text.
        expected: The terminals that could stand there.

    """

    __slots__ = ("expected", "place", "text", "tokens")

    def __init__(self, text: str, tokens: list[Token], place: int, expected: frozenset[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.place = place
        self.expected = expected

    @property
    def rest(self) -> str:
        return self.text[self.place :]

    @property
    def last(self) -> str:
        return self.tokens[-1].type if self.tokens else ""

    @property
    def in_key(self) -> bool:
        return all(token.type != "_EQUAL" for token in self.tokens)

    @property
    def open_brackets(self) -> list[Token]:
        stack: list[Token] = []
        for token in self.tokens:
            if token.type in _OPENERS:
                stack.append(token)
            elif token.type in _CLOSERS:
                stack.pop()
        return stack


_Mistake = tuple[str, tuple[int, int]] | None
"""A message and its place; None if the mistake is another one."""


def _parsed(text: str) -> _Stop:
    """Parse as far as the grammar goes."""
    steps = parser().parse_interactive(text)
    tokens: list[Token] = []
    try:
        for token in steps.iter_parse():
            tokens.append(token)  # noqa: PERF402 - those before an exception are wanted too
        place = len(text)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
    except UnexpectedToken as error:
        place = _span(error.token)[0]
        if tokens and tokens[-1] is error.token:
            tokens.pop()
    return _Stop(text, tokens, place, frozenset(steps.accepts()))  # type: ignore[no-untyped-call]


def _span(token: Token) -> tuple[int, int]:
    return token.start_pos or 0, token.end_pos or 0


def _here(stop: _Stop) -> tuple[int, int]:
    return stop.place, min(stop.place + 1, len(stop.text))


def _empty(stop: _Stop) -> _Mistake:
    if stop.text.strip():
        return None
    return "an override is empty: write key=value", (0, len(stop.text))


def _rows_of_a_file(stop: _Stop) -> _Mistake:
    if not stop.text.startswith("@") or not stop.in_key:
        return None
    equal = stop.text.find("=")
    if equal >= 0:
        message = "the path of a file of rows has no '=' in it: rename the file, or make a link to it"
        return (message, (equal, equal + 1)) if stop.text.endswith((".csv", ".tsv", ".jsonl")) else None
    return "a file of rows is .csv, .tsv or .jsonl; after a key, expected '=' and a value", (0, len(stop.text))


def _no_equal_sign(stop: _Stop) -> _Mistake:
    if not stop.in_key or ("=" in stop.text and stop.rest):
        return None
    if not stop.place:
        return "expected an override: key=value", (0, len(stop.text))
    return "expected '=' and a value after the key", _here(stop)


def _bad_key(stop: _Stop) -> _Mistake:
    if not stop.in_key:
        return None
    if stop.rest[:1] in (" ", "\t"):
        return "a key has no spaces in it or around it", _here(stop)
    if stop.rest[:1] in ("'", '"'):
        return "a key has no quotes: quote the value alone, key='a b'", _here(stop)
    if stop.rest[:1] == ":" and stop.text.find("=") > stop.place:
        return "a key has no ':' in it: write key@package", _here(stop)
    character = printable(stop.rest[:1])
    return f"a key cannot have '{character}' here: expected names joined by '.' or '/'", _here(stop)


def _typographic_quote(stop: _Stop) -> _Mistake:
    if stop.rest[:1] in tuple("\u2018\u2019\u201c\u201d"):
        return "a typographic quote does not quote: use ' or \"", _here(stop)
    return None


def _unclosed_quote(stop: _Stop) -> _Mistake:
    quote = stop.rest[:1]
    if quote not in ("'", '"') or "QUOTED" not in stop.expected:
        return None
    return f"this quote is never closed: expected another {quote} at the end of the value", _here(stop)


def _quoted_dict_key(stop: _Stop) -> _Mistake:
    if stop.rest[:1] in ("'", '"') and "DICT_KEY" in stop.expected:
        return "a dict's key is written without quotes", _here(stop)
    return None


def _quote_in_a_word(stop: _Stop) -> _Mistake:
    if stop.rest[:1] not in ("'", '"') or stop.last not in ("BARE", "_BLANK"):
        return None
    return "a quote cannot stand inside an unquoted value: quote the whole value", _here(stop)


def _text_after_a_value(stop: _Stop) -> _Mistake:
    if "_COMMA" not in stop.expected or not stop.rest or stop.rest[0] in ")]}":
        return None
    if stop.last == "QUOTED":
        return "a quoted value ends at its closing quote: expected a comma or the end", _here(stop)
    if stop.last in _CLOSERS:
        closer = _CLOSERS[stop.last]
        return f"nothing can follow the closing {closer!r} but a comma or the end", _here(stop)
    return None


def _interpolation(stop: _Stop) -> _Mistake:
    start = stop.text.rfind("${", 0, stop.place + 1)
    if start < 0 or stop.in_key:
        return None
    end = stop.text.find("}", start)
    if end < 0 or end == start + 2:
        what = "never closed: expected '}'" if end < 0 else "empty: expected a name between the braces"
        return f"this interpolation is {what}", (start, start + 2)
    nested = [match for match in re.finditer(_INTERPOLATION, stop.text[: stop.place]) if "${" in match[0][2:]]
    if stop.rest[:1] == "}" and nested:
        span = nested[-1].start(), stop.place + 1
        return "an interpolation inside another one needs quotes around the whole value", span
    return None


def _missing_value(stop: _Stop) -> _Mistake:
    what = "a value" if "BARE" in stop.expected else "a dict's key" if "DICT_KEY" in stop.expected else ""
    if not what or stop.rest[:1] not in ("", ",", ")", "]", "}"):
        return None
    if stop.last == "_COMMA":
        comma = stop.text.rindex(",", 0, stop.place)
        if not stop.rest and not stop.open_brackets:
            hint = "the last comma; if a space follows the comma, quote the whole override"
        else:
            hint = "this comma"
        return f"expected {what} after {hint}", (comma, comma + 1)
    if stop.rest[:1] == ",":
        return f"expected {what} before this comma", _here(stop)
    return None


def _wrong_closer(stop: _Stop) -> _Mistake:
    closer = stop.rest.lstrip(" \t")[:1]
    if closer not in (")", "]", "}"):
        return None
    place = len(stop.text) - len(stop.rest.lstrip(" \t"))
    if not stop.open_brackets:
        return f"nothing is open that this {closer!r} could close", (place, place + 1)
    opener = _OPENERS[stop.open_brackets[-1].type]
    if closer == _CLOSER_OF[opener]:
        return None
    return f"expected {_CLOSER_OF[opener]!r} to close the {opener!r}, found {closer!r}", (place, place + 1)


def _random_count(stop: _Stop) -> _Mistake:
    if "COUNT" in stop.expected:
        return "expected how many seeds: a whole number, as in __randseed(90)__", _here(stop)
    if "RANDOM_CLOSE" in stop.expected:
        return "expected ')__' after the number of seeds, as in __randseed(90)__", _here(stop)
    return None


def _misspelt_seed(stop: _Stop) -> _Mistake:
    for token in stop.tokens:
        is_name = token.type == "NAME" or (token.type == "BARE" and re.match(r"\([0-9]+\)__", stop.rest))
        if is_name and token.startswith("__"):
            return "did you mean __randseed(N)__, __randperm(N)__ or __run(N)__?", _span(token)
    return None


def _in_a_zip(stop: _Stop) -> _Mistake:
    if stop.in_key or not {"PATH", "_EQUAL", "AT"} & stop.expected:
        return None
    if stop.rest[:1] == "~":
        return "a zip sets keys and cannot delete any: write the deletion beside it", _here(stop)
    if "PATH" not in stop.expected and stop.rest:
        return "expected '=' and the values of this key, as in lr=[0.1,0.3]", _here(stop)
    if not stop.rest:
        return _unclosed_bracket(stop)
    return "expected a key of the zip and its values, as in lr=[0.1,0.3]", _here(stop)


def _in_an_expression(stop: _Stop) -> _Mistake:
    opening = next((token for token in stop.tokens if token.type == "EXPRESSION_OPEN"), None)
    if opening is None:
        return None
    if stop.last == "EXPRESSION_OPEN":
        if stop.rest[:1] == ")":
            return "expr() needs an expression, such as steps // 10", (_span(opening)[0], stop.place + 1)
        return _unclosed_bracket(_Stop("", stop.tokens, 0, stop.expected))
    if stop.rest:
        return "expr(…) stands alone, as in warmup=expr(steps // 10): it has one value in each run", _here(stop)
    return None


def _parenthesis(stop: _Stop) -> _Mistake:
    if stop.rest[:1] != "(" or "BARE" not in stop.expected:
        return None
    return "a value cannot begin with '(': a list is written [1,2], and text with parentheses is quoted", _here(stop)


def _unclosed_bracket(stop: _Stop) -> _Mistake:
    if stop.rest or not stop.open_brackets:
        return None
    token = stop.open_brackets[-1]
    opener = _OPENERS[token.type]
    place = _span(token)[0] + token.index(opener)
    return f"this {opener!r} is never closed: expected {_CLOSER_OF[opener]!r}", (place, place + 1)


def _unquotable(stop: _Stop) -> _Mistake:
    character = stop.rest[:1]
    if not re.fullmatch(_UNQUOTABLE, character):
        return None
    return f"'{printable(character)}' can only stand inside quotes", _here(stop)


def _bracket_in_a_word(stop: _Stop) -> _Mistake:
    if stop.last not in ("BARE", "_BLANK") or stop.rest[:1] not in ("(", "[", "{"):
        return None
    return f"{stop.rest[0]!r} cannot stand inside an unquoted value: quote the value, or write '\\{stop.rest[0]}'", (
        _here(stop)
    )


# Every one is tried until one recognises the mistake: those that are certain before those that guess.
_MISTAKES: tuple[Callable[[_Stop], _Mistake], ...] = (
    _empty,
    _rows_of_a_file,
    _no_equal_sign,
    _bad_key,
    _misspelt_seed,
    _random_count,
    _in_an_expression,
    _in_a_zip,
    _interpolation,
    _typographic_quote,
    _unclosed_quote,
    _quoted_dict_key,
    _quote_in_a_word,
    _missing_value,
    _wrong_closer,
    _text_after_a_value,
    _parenthesis,
    _unclosed_bracket,
    _unquotable,
    _bracket_in_a_word,
)
