"""Where the overrides go in a script, judged by a real bash: the program must receive them, word for word."""

import itertools
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import need

import heracles
from heracles import ScriptError, strategies
from heracles.backends import run_script
from heracles.script.job_script import JobScript
from heracles.shell.quoting import quote

HEADER = "#!/bin/bash\n#SBATCH --time=1:00\n\n"
OVERRIDES = ("lr=0.1", "name='x y'", 'note="it\'s $HOME; `ls` *"', "~old", "e=")
WORDS = "lr=0.1 \"name='x y'\" 'note=\"it'\\''s $HOME; `ls` *\"' '~old' e="

APPENDED = [
    "prog --fixed\n",
    "prog",
    "prog\n\n\n",
    "prog  \t\n",
    "prog;\n",
    "prog \\\n",
    "prog \\\n\n",
    "prog \\",
    "prog \\\n  --long \\\n  --lines\n",
    "prog 'quoted $@ word' \"and # this\"\n",
    "prog $'it\\'s' '' \"\"\n",
    'prog "$(echo "a)b" \')\' $(echo c))" `echo d`\n',
    'prog a#b \\# "#" # a comment behind a word\nprog\n',
    "prog --x > out.log 2>&1\n",
    "prog < /dev/null 2> /dev/null\n",
    "cd . && prog\n",
    "false || true; prog\n",
    "TIMEFORMAT=\ntime prog 2> /dev/null\n",
    "exec prog\n",
    "A=1 B='x y' prog\n",
    'x=(1 \'2 3\' "$(echo 4)")\nprog "${x[@]}"\n',
    "if true; then echo yes; else echo no; fi > /dev/null\nprog\n",
    "for i in 1 2; do\n  echo $i\ndone > /dev/null\nprog\n",
    "for ((i = 0; i < 2; i++)); do true; done\nprog\n",
    'case x in\n  (a|b) echo a;;\n  x) true;;\n  *) echo "$(case y in y) echo b;; esac)";;\nesac\nprog\n',
    "while false; do true; done; until true; do false; done; prog\n",
    "cat <<EOF > /dev/null\nhi ' \" )\nEOF\nprog\n",
    "cat <<-'EOF' <<B > /dev/null\n\t$@\n\tEOF\nbody\nB\nprog\n",
    'f() { echo "$@"; }\nf 1 > /dev/null\nprog\n',
    "function f {\n  echo $*\n}\nf > /dev/null; prog\n",
    'g () (\n  echo "${@:1}"\n)\ng > /dev/null\nprog\n',
    "# \"$@\" goes here\nprog '$@' \\$@ \"\\$@\" $'$@'\n",
    "bash -c 'prog --inner \"$@\"' _\n",
    "[[ a == a && ! b < a ]] && prog\n",
    "(( 1 < 2 )) && prog $((1 + (2)))\n",
    "{ true; } && (true) && prog\n",
    "shopt -s extglob\nls !(x|y) > /dev/null\nprog {a,b}\n",
    "comm -3 <(echo 1) <(echo 1) && prog\n",
    "! false && prog\n",
    "set -euo pipefail\n\nprog\n",
    "echo ${HOME#*/} ${x:-\"}\"} > /dev/null; prog ${y-'}'}\n",
    "prog \\\n--a\\\nb\n",
    "true & wait; prog\n",
    "prog --x\\",
    "prog --x\\\n",
    "prog 2> /dev/null\n",
    'A=(\n  1 # "$@" goes last, where it\'s kept\n  \'2 3\'\n)\nprog "${A[@]}"\n',
    "cat <(echo a # don't (\n) > /dev/null\nprog\n",
    "echo ${x:-{} > /dev/null\nprog\n",
    'f() {\n  case $1\n  in a) echo "$@";; esac\n}\nprog\n',
    "bash -c 'prog \"$@\"' job\n",
    "bash -o pipefail -ec 'prog $0 \"$@\"' --\n",
]

SET = [
    'prog "$@"\n',
    'prog "${@}" --last\n',
    'prog "$@" | cat\n',
    'for i in 1; do\n  prog "$@"\ndone\necho done\n',
    'prog "$@" &\nwait\n',
    'f() { prog "$@"; }\nf "$@"\n',
    '# the job\n\n# its program\nprog "$@" # the sweep\n',
    'x=$(prog "$@")\necho "$x" > /dev/null\n',
    'bash -c \'prog "$@"\' _ "$@"\n',
    'if true; then prog "$@"; fi\n',
    'args=("$@")\nprog "${args[@]}"\nexit 0\n',
    'set -- "$@"\nprog "$@"\n',
    'set -- --last "$@"\nprog "$@"\n',
    'bash -c "echo ${HOME}" > /dev/null\nprog "$@"\n',
    'bash -c "prog \\"\\$@\\"" _ "$@"\n',
    'echo "Running with $@" > /dev/null\nprog "$@"\n',
    'trap \'echo "$@" > /dev/null\' EXIT\nprog "$@"\n',
]

# What is passed over or gone into: in each, `prog` is the only program.
FOUND = [
    "prog # c\n",
    "prog\n# c\n",
    "if true; then prog; fi\n",
    "if prog; then true; fi\n",
    "if ! prog; then exit 1; fi\n",
    "for i in 1; do\n  prog $i\ndone\n",
    "while true; do prog; break; done < /dev/null\n",
    "case x in\n x) prog;;\nesac\n",
    "f() {\n  prog\n}\nf\n",
    "function f { prog; }\nf > /dev/null\n",
    "( prog )\n",
    "{ prog; } > /dev/null\n",
    "prog &\nwait\n",
    "prog & wait $!\n",
    "prog && date > /dev/null\n",
    "prog | tee log\n",
    "prog --x \\\n  2>&1 | tee log\n",
    "prog |& cat | cat\n",
    "true | prog\n",
    "false || prog\n",
    "prog || echo bad\n",
    "prog\nexit 0\n",
    "prog\nexit\n",
    "prog\necho finished\n",
    "prog\ncd .\n",
    "prog\nx=1\n",
    "prog > x\n> y\n",
    "prog --x <<EOF\nx\nEOF\n",
    "prog\ncp -r x y 2> /dev/null\n",
    "prog\nRC=$?\necho $RC\nexit $RC\n",
    "prog\nif [ $? -eq 0 ]; then echo good; else echo bad; exit 1; fi\n",
    "prog\nfor i in 1 2; do rm -f x$i; done\n",
    "sleep 0 & prog; wait\n",
    "eval prog\n",
    "eval 'prog'\n",
    'CMD="prog --x"\neval "$CMD"\n',
    "CMD='prog --x'\neval $CMD > /dev/null\n",
    'CMD="prog --x"\n$CMD\necho\n',
    "bash -c prog\n",
    "bash -c 'prog --x'\n",
    "bash -c 'prog --x' name > /dev/null\n",
    "bash -c 'true; prog \"it is\"; echo'\n",
    "bash -c $'true' ; prog\n",
    'bash -c "prog --x"\n',
    'X=1; bash -c "A=\\$B prog \\"--x\\" $X \\\\\\$Y"\n',
    'bash -c "\ntrue\nprog --x\n"\n',
    "bash -c 'prog '\\''a b'\\'\n",
    'CMD="prog --x"\nbash -c "$CMD"\n',
    'CMD="--x"\nbash -ec "prog $CMD"\n',
    "bash <<EOF\nprog --x \\$HOME\nEOF\n",
    "bash <<'EOF'\ntrue\nprog --x $HOME\nEOF\ndate > /dev/null\n",
    "bash -s <<-EOF\n\tprog --x\n\tEOF\n",
    'echo "called with $@" > /dev/null\nprog --x\n',
]

REFUSED = [
    ("prog &\nprog2 &\nwait\n", "it is unclear which command gets the overrides: add --at 4 or --at 5", "wait"),
    ("prog a | prog b\n", "it is unclear which command gets the overrides", "prog b"),
    (
        "python - <<'EOF'\nprint(1)\nEOF\necho done\n",
        "no command of this script is a program that could get the overrides: add --at 4",
        "echo done",
    ),
    ("cd x\n", "no command of this script is a program that could get the overrides", "cd x"),
    ("f() {\n  prog\n}\n", "no command of this script is a program that could get the overrides", "f() {"),
    ("source env/bin/activate\n", "no command of this script is a program that could get the overrides", None),
    ("conda activate x\n", "no command of this script is a program that could get the overrides", None),
    ("ssh host prog\n", "ssh host is no experiment", None),
    ("pip install x\n", "pip install is no experiment", None),
    ("gcloud compute\n", "gcloud compute is no experiment", None),
    ("git push\n", "git push is no experiment", None),
    ("find . -name x\n", "find . is no experiment", None),
    ("zip -r x.zip x\n", "zip -r is no experiment", None),
    ("prog <<EOF\nx\nEOF\n", "prog reads its input from elsewhere, and overrides would not change it", "prog <<EOF"),
    ("g16 < a.com > a.log\n", "g16 reads its input from elsewhere, and overrides would not change it", None),
    ("parallel prog ::: a b\n", "words after ::: are inputs of parallel, not arguments of its program", None),
    ("srun bash -c $'prog'\n", "the text that this shell runs is known only when the script runs", None),
    ('CMD="prog | cat"\nbash -c "$CMD"\n', "what $CMD adds to this text is known only when the script runs", "$CMD"),
    ('bash -c "$CMD"\n', "what $CMD adds to this text is known only when the script runs", "$CMD"),
    ("f() { prog; }\nf; f\n", "the function that this stands in is called several times", "prog"),
]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program `prog` that notes down its words."""
    folder = tmp_path_factory.mktemp("bench")
    program = folder / "prog"
    program.write_text('#!/bin/sh\n[ $# = 0 ] || printf "%s\\0" "$@" >> "$SEEN"\nprintf "\\0" >> "$SEEN"\n')
    program.chmod(0o755)
    return folder


def words_of_program(content: bytes, folder: Path) -> list[list[str]]:
    """Run a script with a real bash, and give the words that each call of the program received."""
    seen, job = folder / "seen", folder / "a job.sh"
    seen.unlink(missing_ok=True)
    job.write_bytes(content)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "SEEN": str(seen), "HOME": "/home"}
    result = subprocess.run(["bash", job], cwd=folder, env=environment, capture_output=True, check=False)
    assert result.stderr == b""
    words: list[str] = []
    calls = []
    for word in seen.read_bytes().decode("utf-8", "surrogateescape").split("\0")[:-1]:
        words.append(word)
        if word == "":
            calls.append(words)
            words = []
    return calls


def made(body: str, overrides: tuple[str, ...] = OVERRIDES) -> str:
    return run_script.content(overrides, JobScript("job.sh", (HEADER + body).encode())).decode()


@pytest.mark.parametrize("body", APPENDED)
def test_words_are_appended_to_the_last_command(body: str, bench: Path) -> None:
    content = made(body)
    before, words, after = content.partition(WORDS)
    assert words
    assert HEADER + body in (before + after, before[:-1] + after, before[:-2] + after)
    with_words = [word for call in words_of_program(content.encode(), bench) for word in call]
    without = [word for call in words_of_program((HEADER + body).encode(), bench) for word in call]
    assert with_words == [*without[:-1], *OVERRIDES, ""]


@pytest.mark.parametrize("body", SET)
def test_words_are_set_as_parameters_behind_the_header(body: str, bench: Path) -> None:
    content = made(body)
    lines = content.split("\n")
    place = lines.index(f"set -- {WORDS}")
    assert "\n".join(lines[:place] + lines[place + 1 :]) == HEADER + body
    assert all(not line or line.startswith("#") for line in lines[:place])
    assert lines[place - 1].startswith("#")
    (received,) = words_of_program(content.encode(), bench)
    assert [word for word in received if word not in ("--last", "")] == [*OVERRIDES]


@pytest.mark.parametrize("body", FOUND)
def test_the_only_program_gets_the_words(body: str, bench: Path) -> None:
    without = words_of_program((HEADER + body).encode(), bench)
    assert words_of_program(made(body).encode(), bench) == [[*call[:-1], *OVERRIDES, ""] for call in without]
    assert without


@pytest.mark.parametrize(("body", "reason", "marked"), REFUSED)
def test_a_script_with_no_place_is_refused(body: str, reason: str, marked: str | None) -> None:
    with pytest.raises(ScriptError) as caught:
        made(body)
    error = caught.value
    assert re.fullmatch(rf"job\.sh, line \d+: {re.escape(reason)}", error.message)
    assert error.span is not None
    assert error.source[slice(*error.span)] == (body.rstrip("\n") if marked is None else marked)


def test_overrides_inside_the_text_of_a_shell_are_refused() -> None:
    with pytest.raises(ScriptError) as caught:
        made('srun bash -c "prog $@"\n')
    assert str(caught.value) == (
        "job.sh, line 4: the shell that reads this text would split, expand and run the overrides in it: add --at 4\n"
        '  srun bash -c "prog $@"\n'
        "               ^^^^^^^^^\n"
        "  line 4: prog $@"
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "set -- a=1\n"),
        ("#!/bin/sh\n", "#!/bin/sh\nset -- a=1\n"),
        ("#!/bin/sh\n#SBATCH -n 1\n\n# why\n", "#!/bin/sh\n#SBATCH -n 1\n\n# why\nset -- a=1\n"),
        ("\n  # indented\n\n\n", "\n  # indented\nset -- a=1\n\n\n"),
        ("#!/bin/zsh\n\x0b\n", "#!/bin/zsh\nset -- a=1\n\x0b\n"),
    ],
)
def test_the_header_ends_behind_its_last_comment(header: str, expected: str) -> None:
    script = JobScript("job.sh", f'{header}prog "$@"'.encode())
    assert run_script.content(("a=1",), script).decode() == f'{expected}prog "$@"'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "job.sh is empty"),
        (b" \n\t\n", "job.sh is empty"),
        (b"\x7fELF\0\1", "job.sh is not a text file: it holds NUL bytes"),
        (
            b"\xef\xbb\xbf#!/bin/bash\nx\n",
            "job.sh starts with a byte order mark, which hides its first line: remove it with"
            " sed -i '1s/^\\xEF\\xBB\\xBF//' job.sh",
        ),
        (
            b"#!/bin/bash\nx\r\ny\r\n",
            "job.sh has DOS line ends (line 2 is the first), which schedulers reject: convert it with"
            " sed -i 's/\\r$//' job.sh",
        ),
        (
            b"#!/usr/bin/env -S FOO=1 python3 -u\nx\n",
            "job.sh, line 1: it is run by python3: overrides can only go into a POSIX shell's script\n"
            "  #!/usr/bin/env -S FOO=1 python3 -u\n  ^",
        ),
        (b"#!/bin/bash\n# nothing\n", "job.sh has no command that overrides could be added to"),
        (b"lr=1\n", "job.sh has no command that overrides could be added to"),
        (b"[[ -f prog ]]\n", "job.sh has no command that overrides could be added to"),
        (b"((x++))\n", "job.sh has no command that overrides could be added to"),
    ],
)
def test_bad_scripts(content: bytes, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        run_script.content(("a=1",), JobScript("job.sh", content))
    assert str(caught.value) == message


def test_deep_expansions_are_refused() -> None:
    with pytest.raises(ScriptError, match="nest too deep"):
        made("echo " + "$(echo " * 3000 + "\n")


def test_bytes_that_are_no_text_stay() -> None:
    body = b"#!/bin/bash\n# caf\xe9\nprog '\xff\xfe' \xc3\xa9\n"
    script = JobScript("job.sh", body)
    assert run_script.content(("a=1", "b='\udcff'"), script) == body.rstrip() + b" a=1 \"b='\xff'\"\n"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(max_examples=300)
def test_a_quoted_word_is_short_where_it_can_be(word: str) -> None:
    quoted = quote(word)
    if re.fullmatch(r"(?!=)[\w@%+=:,./-]+", word, re.ASCII):
        assert quoted == word
    else:
        assert quoted[0] == quoted[-1] in "'\""


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=60))
@settings(max_examples=60)
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "ksh"])
def test_shells_read_quoted_words_back(shell: str, words: list[str]) -> None:
    if shell != "bash":
        need(shell)
    script = f"set -- {' '.join(map(quote, words))}\nprintf '%s\\0' \"$@\"\n"
    result = subprocess.run([shell], input=script.encode(), capture_output=True, check=True)
    assert result.stdout.decode() == "".join(f"{word}\0" for word in words)


@given(strategies.sweeps(), st.sampled_from(["prog\n", "prog \\\n", 'prog "$@" | cat\n']))
@settings(max_examples=60)
def test_the_program_receives_the_words_of_its_run(bench: Path, overrides: list[str], body: str) -> None:
    sweep = heracles.parse(overrides)
    script = JobScript("job.sh", (HEADER + body).encode())
    for run, content in itertools.islice(zip(sweep, run_script.contents(sweep, script), strict=True), 2):
        assert words_of_program(content, bench) == [[*run, ""]]


def test_bash_can_read_every_result() -> None:
    for body in APPENDED + SET:
        if "extglob" in body:  # which bash learns of only when it runs the script
            continue
        checked = subprocess.run(["bash", "-n"], input=made(body).encode(), capture_output=True, check=False)
        assert checked.stderr == b"", body


@pytest.mark.parametrize(
    ("words", "name", "options"),
    [
        ("/bin/bash -l", "bash", ["-l"]),
        ("/usr/bin/env bash", "bash", []),
        ("/usr/bin/env -u X bash", "bash", []),
        ("/usr/bin/env -S -i --unset X -C / A=1 bash -e", "bash", ["-e"]),
        ("/usr/bin/env -Su X -uY --chdir=/ dash -u", "dash", ["-u"]),
        ("/usr/bin/env -u", "", []),
        ("/usr/bin/env", "", []),
    ],
)
def test_the_program_that_the_first_line_names(words: str, name: str, options: list[str]) -> None:
    script = JobScript("job.sh", f"#!{words}\nx\n".encode())
    assert (script.interpreter, script.interpreter_options) == (name, options)
