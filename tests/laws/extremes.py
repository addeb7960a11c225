"""Texts that would take all of a machine, parsed within a gigabyte and a minute."""

import resource

import heracles

MEGABYTE = 10**6


def repeated(start: str, length: int, *pieces: str) -> list[str]:
    return [start + piece * (length // len(piece)) for piece in pieces]


def texts() -> list[str]:
    big = "1" + "0" * 30
    found = ["a=range(0,inf)", f"a=range({big})", f"a=shuffle(range({big}))", "a=sort(range(99999999))"]
    found += [
        f"a=str(range({big}))",
        "a=sort(str(range(99999999)))",
        "a=range(0,1,1e-300)",
        "a=range(0,1,1e-999999999)",
    ]
    found += repeated("a=", 100_000, "[", "]", "{a:", "f(", "int(", "${", "}", "(", ")", "1,", ":")
    found += repeated("a=", MEGABYTE, "'", '"', "\\", "a ", "x", "$", " ", "=", "a'", "\\'", "\t ")
    found += repeated("a='", MEGABYTE, "\\", "\\'", "x", "\n")
    found += repeated("", MEGABYTE, "x", ".", "+", "a.", "a/")
    found += ["a[0]" * 10_000 + "=1", "\udc80=1", "a=\udc80", "a='\ud800'"]
    found += [f"a={chr(code)}" for code in range(0x100)]
    return found + [f"{chr(code)}=1" for code in range(0x100)]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    for text in texts():
        try:
            sweep = heracles.parse([text])
            if sweep:
                _ = sweep[0], sweep[-1]
        except heracles.OverrideError as error:
            assert error.span is not None
            start, end = error.span
            assert 0 <= start <= end <= len(text)
            assert len(str(error)) < 1000, text[:40]
    print(len(texts()))


main()
