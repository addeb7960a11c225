"""Sweeps that are more than a product: keys that move together, cases, rules and samples."""

from typing import Any

from hypothesis import strategies as st

from heracles.strategies.overrides import joined, values

__all__ = ["conditions", "studies", "zips"]


def zips(keys: tuple[str, ...] = ("zx", "+zy.a", "++zz@p", "--zf")) -> st.SearchStrategy[str]:
    """`mo=zip(a=[1,2],b=range(2))`, of some of the keys, and `mo=shuffle(zip(…))`."""

    def members(size: int) -> st.SearchStrategy[str]:
        rows = joined(st.lists(values(), min_size=size, max_size=size), ",")
        columns = st.one_of(
            rows.map("[{}]".format),
            rows.map("choice({})".format),
            st.just(f"range({size})"),
            st.just(f"linspace(0,1,{size})"),
        )
        chosen = st.lists(st.sampled_from(keys), min_size=2, max_size=len(keys), unique=True)
        return chosen.flatmap(
            lambda some: joined(st.tuples(*(columns.map(f"{key}={{}}".format) for key in some)).map(list), ",")
        )

    rows = st.integers(1, 4).flatmap(members).map("zip({})".format)
    return st.one_of(rows, rows.map("shuffle({})".format)).map("mo={}".format)


def conditions(keys: tuple[str, ...] = ("a", "b", "c")) -> st.SearchStrategy[str]:
    """Expressions of `--where` on keys whose values are whole numbers; Python gives them the same meaning."""
    numbers = st.one_of(st.sampled_from(keys), st.integers(-3, 9).map(str))
    terms = st.recursive(
        numbers,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "//", "%", "/"]), inner),
            st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
            st.builds("-{}".format, inner),
            st.builds("abs({})".format, inner),
            st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner),
        ),
        max_leaves=4,
    )
    signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    comparisons = st.one_of(
        st.builds("{} {} {}".format, terms, signs, terms),
        st.builds("{} {} {} {} {}".format, terms, signs, terms, signs, terms),
        st.builds("{} {} [{}, {}]".format, terms, st.sampled_from(["in", "not in"]), numbers, terms),
    )
    return st.recursive(
        comparisons,
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=3,
    )


def studies() -> st.SearchStrategy[dict[str, Any]]:
    """What `heracles.parse` takes: overrides, and perhaps cases, rules and a sample, which may leave no run."""
    number = joined(st.lists(st.integers(0, 4).map(str), min_size=1, max_size=4), ",")
    axes = [
        st.one_of(number, st.just("range(3)")).map(f"{key}={{}}".format) if key != "w" else _words_of_few()
        for key in ("a", "b", "c", "w")
    ]
    extra = st.sampled_from(
        ["s=__randseed(2)__", "out=runs/__run__", "d=expr(a * 2 + b)", "--n='run __run(3)__',x", "k=1"]
    )
    pairs = st.lists(number, min_size=2, max_size=2).filter(lambda two: two[0].count(",") == two[1].count(","))
    paired = pairs.map(lambda two: f"mo=zip(x=[{two[0]}],y=[{two[1]}])")
    rest = st.lists(st.one_of(extra, paired), max_size=2, unique=True)
    common = st.tuples(st.tuples(*axes).map(list), rest).flatmap(lambda parts: st.permutations([*parts[0], *parts[1]]))
    case = st.lists(st.one_of(*axes, number.map("e={}".format)), min_size=1, max_size=2)
    excluded = st.lists(st.one_of(*axes), min_size=1, max_size=2, unique_by=lambda text: text[0]).map(" ".join)
    return st.fixed_dictionaries(
        {"overrides": common, "seed": st.integers(0, 9)},
        optional={
            "cases": st.lists(case, min_size=1, max_size=3),
            "exclude": st.lists(excluded, max_size=2),
            "where": st.lists(conditions(), max_size=2),
            "sample": st.integers(1, 5),
        },
    )


def _words_of_few() -> st.SearchStrategy[str]:
    return joined(st.lists(st.sampled_from(["p", "q", "'p'", "1", "null"]), min_size=1, max_size=3), ",").map(
        "w={}".format
    )
