"""Advice of errors in a notebook: what is printed is typed, and the call works."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import ruralpanel as rp
from tests.face.conftest import frame

__all__ = ["frame"]


class Mistake(NamedTuple):
    """What somebody types, and what is typed once the error has been read.

    Parameters
    ----------
    hint
        What is printed.
    panel
        How the panel was changed before.
    call
        What is called.
    then
        What is typed to mend the panel; as the hint has it.
    again
        What is called then; left out: the same.
    """

    hint: str
    panel: str
    call: str
    then: str = ""
    again: str = ""


def called(who: str = "cohort='first'", name: str = "two_way") -> str:
    """Write a call."""
    return f"rp.{name}(panel, outcome='y', unit='village', period='year', {who})"


COHORT, ON = called(), called("treated='on'")
INFINITE = "panel.loc[panel['y'].idxmax(), 'y'] = np.inf"
TWICE = "panel = pd.concat([panel, panel.head(3)])"
MEANS = "panel.groupby(['village', 'year'], as_index=False).mean(numeric_only=True)"
NUMBERS = "pd.to_numeric(panel['y'], errors='coerce')"
DATES = "panel['year'] = pd.to_datetime(panel['year'].astype(str))"
SHIFTED = "panel.sort_values(['village', 'year']).groupby('village')['x'].shift()"
LATE = "panel[panel['year'] >= 2012]"
TEXTS = "panel['year'] = panel['year'].astype(str)"

MISTAKES = [
    Mistake(
        "pd.DataFrame(…) makes one; rp.read(path).table reads a file",
        "panel = panel.to_dict('list')",
        COHORT,
        "panel = pd.DataFrame(panel)",
    ),
    Mistake(
        "panel.columns = ['_'.join(each) for each in panel.columns]",
        "panel.columns = pd.MultiIndex.from_tuples([tuple(f'{each}_a'.split('_')) for each in panel])",
        COHORT,
        "panel.columns = ['_'.join(each) for each in panel.columns]",
        "rp.two_way(panel, outcome='y_a', unit='village_a', period='year_a', cohort='first_a')",
    ),
    Mistake(
        "panel.loc[:, ~panel.columns.duplicated()] keeps the first",
        "panel = pd.concat([panel, panel[['y']]], axis=1)",
        COHORT,
        "panel = panel.loc[:, ~panel.columns.duplicated()]",
    ),
    Mistake(
        "panel.reset_index() makes columns of the index",
        "panel = panel.set_index(['village', 'year'])",
        COHORT,
        "panel = panel.reset_index()",
    ),
    Mistake(
        f"{NUMBERS} makes numbers, and missing where there is none",
        "panel['y'] = panel['y'].astype(object); panel.loc[3, 'y'] = 'much'",
        COHORT,
        f"panel['y'] = {NUMBERS}",
    ),
    Mistake(
        "panel.replace([np.inf, -np.inf], np.nan), if that means missing",
        INFINITE,
        COHORT,
        "panel = panel.replace([np.inf, -np.inf], np.nan)",
    ),
    Mistake(
        "panel['village'].astype(str) makes text of all",
        "panel['village'] = panel['village'].astype(object).mask(panel['village'] == 1, 'a')",
        COHORT,
        "panel['village'] = panel['village'].astype(str)",
    ),
    Mistake(
        "panel.dropna(subset=['village']), if these rows can go",
        "panel['village'] = panel['village'].where(panel.index != 5)",
        COHORT,
        "panel = panel.dropna(subset=['village'])",
    ),
    Mistake(
        "give every period a whole number, such as a year",
        "panel['year'] = 'wave ' + panel['year'].astype(str)",
        COHORT,
        "panel['year'] = panel['year'].str.removeprefix('wave ').astype(int)",
    ),
    Mistake("say what a period is: frequency='year'", TEXTS, COHORT, "", called("cohort='first', frequency='year'")),
    Mistake(
        "frequency='day' (or 'month', 'quarter', 'year', which each date is then in)",
        DATES,
        ON,
        "",
        called("treated='on', frequency='year'"),
    ),
    Mistake(
        "count them: panel[name].rank(method='dense'), or number the waves",
        "panel['year'] = panel['year'] + 0.5",
        ON,
        "panel['year'] = panel['year'].rank(method='dense')",
    ),
    Mistake(
        "as the argument frequency='…'",
        "panel['year'] = panel['year'] * 100 + 7",
        ON,
        "panel['year'] = panel['year'].astype(str).str.slice(0, 4) + '-07'",
        called("treated='on', frequency='month'"),
    ),
    Mistake(
        "never='none', if that means never treated",
        "panel['first'] = panel['first'].astype(object).fillna('none')",
        COHORT,
        "",
        called("cohort='first', never='none'"),
    ),
    Mistake(
        "never=0, if that means never treated",
        "panel['first'] = panel['first'].fillna(0)",
        COHORT,
        "",
        called("cohort='first', never=0"),
    ),
    Mistake(
        "it holds 0 and 1, which say who is treated, and not since when: treated='ever'",
        "panel['ever'] = (panel['village'] % 4 == 1) * 1",
        called("cohort='ever'"),
        "panel['ever'] = panel['on']",
        called("treated='ever'"),
    ),
    Mistake("`on` is 0 or 1: treated='on'", "panel['year'] -= 2000", called("cohort='on'"), "", ON),
    Mistake("a column of 0 and 1 is given as `treated`", "panel['first'] = panel['year']", COHORT, "", ON),
    Mistake(
        "name the column that says when",
        "",
        "rp.two_way(panel, outcome='y', unit='village', period='village', cohort='first')",
        "",
        COHORT,
    ),
    Mistake("leave all but one out", "", called("cohort='first', treated='on'"), "", ON),
    Mistake(
        "cohort='the column with the first period treated', or treated='a column of 0 and 1'",
        "",
        called("cohort=None"),
        "",
        COHORT,
    ),
    Mistake(
        "latitude=…, longitude=…, in degrees",
        "panel['lat'] = 30 + panel['village'] / 10; panel['lon'] = 110 + panel['county'] / 10",
        called("cohort='first', variance='spatial', cutoff=50.0"),
        "",
        called("cohort='first', variance='spatial', cutoff=50.0, latitude='lat', longitude='lon'"),
    ),
    Mistake(f"{MEANS}, if they are to be one", TWICE, COHORT, f"panel = {MEANS}"),
    Mistake(
        "intensity='doses' is for a treatment in degrees, cohort='doses' for the first period treated",
        "panel['doses'] = panel['on'] * 3",
        called("treated='doses'"),
        "",
        called("intensity='doses'"),
    ),
    Mistake(
        "'y ~ x + log(z) | village + year'",
        "",
        "rp.feols(panel, 'y ~ (x')",
        "",
        "rp.feols(panel, 'y ~ x + log(weight) | village + year')",
    ),
    Mistake(
        "'y ~ x | village + year'", "", "rp.feols(panel, 'y = x')", "", "rp.feols(panel, 'y ~ x | village + year')"
    ),
    Mistake(
        "'y ~ x | village + year | endogenous ~ instrument'",
        "",
        "rp.feols(panel, 'y ~ x | village | on ~ x | year')",
        "",
        "rp.feols(panel, 'y ~ weight | village + year | on ~ x')",
    ),
    Mistake(
        f"{SHIFTED} lags within units",
        "",
        "rp.feols(panel, 'y ~ lag(x)')",
        f"panel['before'] = {SHIFTED}",
        "rp.feols(panel, 'y ~ before')",
    ),
    Mistake(
        "make the column in the frame first",
        "",
        "rp.feols(panel, 'y ~ I(x.abs())')",
        "panel['size'] = panel['x'].abs()",
        "rp.feols(panel, 'y ~ size')",
    ),
    Mistake(
        f"take the rows before: {LATE}",
        "panel['year'] += 8; panel['first'] += 8",
        called("cohort='first', sample=lambda row: True"),
        f"panel = {LATE}",
        COHORT,
    ),
    Mistake(
        "did you mean “cluster”?",
        "",
        called("cohort='first', clusters='county'"),
        "",
        called("cohort='first', cluster='county'"),
    ),
    Mistake(
        "there are: on",
        "",
        "rp.etable(rp.feols(panel, 'y ~ on'), terms='off')",
        "",
        "rp.etable(rp.feols(panel, 'y ~ on'), terms='on')",
    ),
    Mistake(
        "panel['since'].dt.year, or C(since) for a group of each date",
        "panel['since'] = pd.to_datetime(panel['year'].astype(str))",
        "rp.feols(panel, 'y ~ on + since')",
        "panel['since'] = panel['since'].dt.year",
    ),
    Mistake(
        "panel['since'].dt.year, or C(since) for a group of each date",
        "panel['since'] = pd.to_datetime(panel['year'].astype(str))",
        "rp.feols(panel, 'y ~ on + since')",
        "",
        "rp.feols(panel, 'y ~ on + C(since)')",
    ),
    Mistake(
        "did you mean “html”?",
        "",
        "rp.etable(rp.feols(panel, 'y ~ on'), format='htm')",
        "",
        "rp.etable(rp.feols(panel, 'y ~ on'), format='html')",
    ),
    Mistake(
        "rp.etable(first, second)",
        "",
        "rp.etable()",
        "",
        "rp.etable(rp.feols(panel, 'y ~ on'), rp.feols(panel, 'y ~ on + x'))",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.hint[:50])
def test_what_is_printed_can_be_typed(mistake: Mistake, frame: pd.DataFrame) -> None:
    notebook: dict[str, Any] = {"panel": frame, "pd": pd, "np": np, "rp": rp}
    exec(mistake.panel, notebook)
    with pytest.raises(rp.FrameError) as raised:
        eval(mistake.call, notebook)
    assert mistake.hint in "; ".join(each.hint for each in raised.value.problems)
    exec(mistake.then, notebook)
    eval(mistake.again or mistake.call, notebook)
