from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.formula.api import ols

from ruralpanel.panel.legacies.reliability import item_rest_correlations, share_within, standardised_alpha

# Denis (2015), Applied Univariate, Bivariate, and Multivariate Statistics, chapter 2: ten persons, five items; SPSS
# prints alpha of standardised items 0.691, without the fifth item 0.863, and correlations of an item with the others.
ITEMS = pd.DataFrame(
    [
        (10, 12, 15, 11, 12),
        (12, 18, 12, 12, 1),
        (8, 16, 14, 14, 4),
        (6, 8, 16, 8, 6),
        (4, 7, 8, 7, 5),
        (6, 6, 3, 7, 3),
        (3, 4, 6, 5, 8),
        (7, 3, 7, 9, 9),
        (8, 9, 4, 10, 10),
        (9, 5, 6, 11, 12),
    ]
)
ITEM_TOTALS = [0.712, 0.558, 0.512, 0.796, -0.228]

# Shrout and Fleiss (1979), table 2: six targets, four judges; ICC(1,1) is 0.17.
RATINGS = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]


def test_alpha_is_the_one_in_the_textbook() -> None:
    assert standardised_alpha(ITEMS.corr()) == pytest.approx(0.691, abs=0.0005)
    assert standardised_alpha(ITEMS.drop(columns=4).corr()) == pytest.approx(0.863, abs=0.0005)


def test_alpha_of_standard_scores_is_the_formula_of_bland_and_altman() -> None:
    scores = (ITEMS - ITEMS.mean()) / ITEMS.std()
    expected = 5 / 4 * (1 - scores.var().sum() / scores.sum(axis=1).var())
    assert standardised_alpha(ITEMS.corr()) == pytest.approx(expected)


def test_items_correlate_with_the_others_as_in_the_textbook() -> None:
    assert item_rest_correlations(ITEMS.cov()).tolist() == pytest.approx(ITEM_TOTALS, abs=0.0005)
    scores = (ITEMS - ITEMS.mean()) / ITEMS.std()
    expected = [scores[item].corr(scores.drop(columns=item).sum(axis=1)) for item in scores]
    assert item_rest_correlations(ITEMS.corr()).tolist() == pytest.approx(expected)


def test_a_single_proxy_has_neither() -> None:
    assert np.isnan(standardised_alpha(ITEMS[[0]].corr()))
    assert item_rest_correlations(ITEMS[[0]].corr()).isna().all()


def test_the_intraclass_correlation_is_the_published_one() -> None:
    ratings = pd.DataFrame(RATINGS).rename_axis(index="target").reset_index().melt(id_vars="target")
    assert 1 - share_within(ratings["value"], ratings["target"]) == pytest.approx(0.166, abs=0.0005)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), min_size=3, max_size=30))
def test_the_share_within_groups_follows_from_the_mean_squares_of_statsmodels(rows: list[tuple[int, int]]) -> None:
    table = pd.DataFrame(rows, columns=["county", "value"])
    sizes = table["county"].value_counts()
    assume(len(sizes) > 1 and sizes.max() > 1 and table.groupby("county")["value"].nunique().max() > 1)
    between, within = sm.stats.anova_lm(ols("value ~ C(county)", table).fit())["mean_sq"]
    size = (len(table) - (sizes**2).sum() / len(table)) / (len(sizes) - 1)
    expected = 1 - max(0, (between - within) / (between + (size - 1) * within))
    assert share_within(table["value"], table["county"]) == pytest.approx(expected, abs=1e-9)


def test_the_share_within_groups_at_its_ends() -> None:
    counties = pd.Series(["a", "a", "b", "b"])
    assert share_within(pd.Series([1.0, 1.0, 2.0, 2.0]), counties) == 0
    assert share_within(pd.Series([1.0, 2.0, 1.0, 2.0]), counties) == 1
    assert np.isnan(share_within(pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series(["a"] * 4)))
    assert np.isnan(share_within(pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series(list("abcd"))))
    assert np.isnan(share_within(pd.Series([1.0, 1.0, 1.0, 1.0]), counties))
    assert share_within(pd.Series([1.0, 1.0, 2.0, 2.0, 9.0, np.nan]), pd.Series(["a", "a", "b", "b", None, "b"])) == 0
