"""The events of a journal."""

from heracles.store.events import Token


def test_a_token_is_spelled_as_schedulers_are_told_it() -> None:
    assert str(Token("ab12", 3)) == "ab12.3"
