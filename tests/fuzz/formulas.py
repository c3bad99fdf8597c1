"""Formulas of regressions that nobody would write, for frames that hold what frames hold.

What is asked for is a result without infinite numbers, or an error of ours, in a time that a person waits; and that
nothing of a formula is run that is not in its language.
"""

from __future__ import annotations

import builtins
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

import ruralpanel as rp
from ruralpanel.errors import ProblemsFound
from tests.fuzz.run import Finding, Hung, limited, quiet

SECONDS = 20

COLUMNS = (
    "y",
    "x",
    "z",
    "g",
    "village",
    "year",
    "flag",
    "when",
    "empty",
    "constant",
    "a b",
    "年",
    "Intercept",
    "nothing",
)

CALLS = (
    "log({})",
    "I({}**2)",
    "C({})",
    "exp({})",
    "{} * {}",
    "{}:{}",
    "({} + {})**2",
    "{}/{}",
    "bs({}, df=4)",
    "poly({}, 2)",
    "center({})",
    "lag({}, 1)",
    "np.log({})",
    "I({} / 0)",
    "`{}`",
    "Q('{}')",
    "{} - 1",
    "0 + {}",
    "-1",
    "1",
    "0",
    ".",
    "{{{}}}",
    "C({}, Treatment('zz'))",
    "{}^{}",
    "I(__import__('os').mark({}))",
    "open('x')",
    "{}.mark()",
    "hashed({}, levels=3)",
    "I({}.to_csv('x'))",
    "exec('1')",
    "i({}, ref=2)",
    "{}[0]",
    "lambda: {}",
    "I([{}])",
    "I('{}')",
    "I(({} > 0))",
    "y",
)
"""What may stand in the place of a regressor."""


def term(draws: random.Random) -> str:
    """Write a term."""
    column = lambda: draws.choice(COLUMNS[:6] if draws.random() < 0.8 else COLUMNS)  # noqa: E731
    if draws.random() < 0.5:
        return column()
    call = draws.choice(CALLS)
    return call.format(*[column() for _ in range(call.count("{}"))])


def written(draws: random.Random) -> str:
    """Write a formula, mostly one that could be meant."""
    left = draws.choice(["y", "y", "y", term(draws), "", "y + x", "log(y)", "1", "C(g)"])
    right = draws.choice([" + ", " + ", " * ", " - ", " "]).join(term(draws) for _ in range(draws.choice([1, 1, 2, 3])))
    formula = f"{left} ~ {right}"
    if draws.random() < 0.6:
        effects = [
            "village",
            "year",
            "village + year",
            "g^year",
            "village[x]",
            "village[[x]]",
            "0",
            "",
            term(draws),
            "y",
        ]
        formula += f" | {draws.choice(effects)}"
        if draws.random() < 0.3:
            formula += f" | {term(draws)} ~ {draws.choice(['z', 'x', 'z + x', '', term(draws)])}"
    for _ in range(draws.choice([0, 0, 0, 1, 2])):
        at = draws.randrange(len(formula) + 1)
        formula = formula[:at] + draws.choice("~|+-*()[]^'`:\n\x00年{}%,.") + formula[at + draws.randrange(2) :]
    if draws.random() < 0.02:
        formula = "y ~ " + "(" * 500 + "x" + ")" * 500
    return formula


def frame(draws: random.Random) -> pd.DataFrame:
    """Make a small frame, of which some are odd."""
    random_ = np.random.default_rng(draws.randrange(10**6))
    made = pd.DataFrame([(v, y) for v in range(8) for y in range(2000, 2005)], columns=["village", "year"])
    rows = len(made)
    made["x"], made["z"] = random_.normal(size=(2, rows))
    made["y"] = 1 + made["x"] + random_.normal(size=rows)
    made["g"] = pd.array(["a", "b", None, "c"] * (rows // 4), dtype="str")
    made["flag"], made["when"] = made["x"] > 0, pd.Timestamp("2001-01-01")
    made["empty"], made["constant"], made["a b"], made["年"], made["Intercept"] = np.nan, 1.0, made["x"], made["z"], 2.0
    kind = draws.random()
    if kind < 0.1:
        made.loc[3, draws.choice(["x", "y", "z"])] = draws.choice([np.inf, np.nan, 1e300])
    elif kind < 0.2:
        made = made.head(draws.choice([0, 1, 2, 7]))
    elif kind < 0.25:
        made["g"] = made["g"].astype("category")
    elif kind < 0.3:
        made = made.convert_dtypes()
    return made


class Ran(BaseException):
    """Something of a formula was run."""


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note the opening of files to write and the running of code while a formula is read."""
    ran: list[str] = []
    kept = builtins.open

    def opened(file: Any, mode: str = "r", *others: Any, **more: Any) -> Any:
        if file == "x":
            ran.append(f"open({file!r})")
        return kept(file, mode, *others, **more)

    builtins.open = opened  # type: ignore[assignment]
    try:
        yield ran
    finally:
        builtins.open = kept


def case(seed: int, _: str = "") -> list[Finding]:
    """Estimate by a formula."""
    draws = random.Random(seed)
    formula, panel = written(draws), frame(draws)
    more: dict[str, Any] = draws.choice(
        [{}, {}, {"cluster": "village"}, {"variance": "heteroskedastic"}, {"cluster": "g"}]
    )
    before = panel.copy(deep=True)
    odd = f"{formula[:150]!r} {more} {len(panel)} rows"
    with quiet() as printed, warnings.catch_warnings(record=True) as warned, watched() as ran:
        warnings.simplefilter("always")
        try:
            with limited(SECONDS):
                fit = rp.feols(panel, formula, **more)
                tidy = fit.tidy()
                fit.glance(), fit.summary()
        except ProblemsFound:
            return [Finding(seed, "feols", odd, f"runs {ran}")] if ran else []
        except Hung:
            return [Finding(seed, "feols", odd, f"hangs for {SECONDS} s")]
        except Exception as error:  # what is looked for
            return [Finding(seed, "feols", odd, f"{type(error).__name__}: {str(error)[:200]}")]
    what = [f"runs {ran}"] if ran else []
    what += [f"a library writes: {printed.text[:100]}"] if printed.text else []
    what += sorted({f"a library warns: {each.category.__name__}: {str(each.message)[:100]}" for each in warned})
    numbers = tidy.select_dtypes("number").to_numpy(dtype="float64")
    what += ["an infinite number"] if np.isinf(numbers).any() else []
    what += ["a standard error of zero"] if (tidy["std.error"] == 0).any() else []
    what += [] if before.equals(panel) else ["the frame was changed"]
    return [Finding(seed, "feols", odd, each) for each in what]
