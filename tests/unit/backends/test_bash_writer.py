"""Bash statements under construction."""

import pytest

from heracles.backends.bash_writer import BashWriter, variable_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("lr", "lr"),
        ("optimizer.LR", "lr"),
        ("+model@trainer.net", "net"),
        ("--num-envs", "envs"),
        ("layers.0.1", "layers"),
        ("0", "value_0"),
        ("3d", "_3d"),
        ("_", "value"),
        ("ключ", "value"),
        ("", "value"),
    ],
)
def test_a_variable_is_named_after_the_last_part_of_its_key(key: str, name: str) -> None:
    assert variable_name(key) == name


@pytest.mark.parametrize("taken", ["run", "heracles_overrides", "then", "local", "item"])
def test_a_new_name_is_no_other_variable_and_no_word_of_the_shell(taken: str) -> None:
    writer = BashWriter()
    assert [writer.new_name(taken), writer.new_name(taken), writer.new_name("x"), writer.new_name("x")] == [
        f"{taken}_2",
        f"{taken}_3",
        "x",
        "x_2",
    ]
    assert writer.names == [f"{taken}_2", f"{taken}_3", "x", "x_2"]


def test_a_call_leaves_its_result_in_a_variable() -> None:
    writer = BashWriter()
    writer.write("if true; then")
    with writer.indented():
        assert writer.call("permute", ["1 2", "3:4"], "order") == "order"
        assert writer.call("permute", ["1 2", "3" * 80], "order") == "order_2"
        assert writer.call("decimal", ["5 1"], "order") == "order_3"
    writer.write("fi")
    assert writer.lines == [
        "if true; then",
        "  heracles_permute 1 2 3:4",
        "  order=$REPLY",
        "  heracles_permute 1 2 \\",
        f"    {'3' * 80}",
        "  order_2=$REPLY",
        "  heracles_decimal 5 1",
        "  order_3=$REPLY",
        "fi",
    ]
    assert list(writer.helpers) == ["permute", "decimal"]


def test_a_comment_stands_before_statements_alone() -> None:
    writer = BashWriter()
    with writer.titled("none"):
        pass
    with writer.indented(), writer.titled("two"):
        writer.listed("x", ["1"])
        writer.write("y=2")
    with writer.sharing_lists(), writer.titled("those before branches"):
        writer.listed("z", ["1"])
    assert writer.lines == ["  # two", "  x=(1)", "  y=2", "z=(1)"]
