"""The function that computes the overrides of a run: what it leaves in the shell, and which part of it is longest."""

import subprocess

import pytest

import heracles
from heracles import Subset
from heracles.backends.bash_decoder import decoder_of


def test_the_variables_are_local() -> None:
    decoder = decoder_of(heracles.parse(["a=1,2", "a.b=x,range(100)", "c=3"]))
    script = "\n".join(
        [*decoder.function, "before=$(compgen -v)", "heracles_decode 3", 'comm -13 <(echo "$before") <(compgen -v)']
    )
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    assert set(shown.split()) <= {"before", "heracles_overrides", "PIPESTATUS"}


@pytest.mark.parametrize("name", ["a", "run", "heracles_overrides"])
def test_a_readonly_name_ends_the_script(name: str) -> None:
    decoder = decoder_of(heracles.parse(["a=1,2"]))
    script = "\n".join([f"readonly {name}=5", *decoder.function, "heracles_decode 1", "echo went on"])
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "readonly variable" in result.stderr


def test_the_longest_part() -> None:
    sweep = heracles.parse(["a=range(9)", "b=xxx,yyy"])
    assert decoder_of(sweep).longest == "the values of b take 43 of them; sweep over a part of them at a time"
    single = heracles.parse(["a=range(9)", f"b={'long' * 20}"])
    assert decoder_of(single).longest == "the values of b take 84 of them; sweep over a part of them at a time"
    subset = Subset(sweep, [0, 1, 2, 5, 17, 3, 8, 11, 4, 15, 13])
    assert decoder_of(subset).longest.startswith("the numbers of the 11 runs take ")
