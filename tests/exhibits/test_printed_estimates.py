"""Printed estimates and a study's own: one table, scales apart, numbers as printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.estimation.address import address_of
from ruralpanel.exhibits import meta_figure, meta_table
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.printed_estimates import rows_beside
from ruralpanel.exhibits.truth import LABEL
from tests.exhibits.conftest import declaration_of

OWN = "block/main/y/two_way_fixed_effects/listed"


def printed_list(**changes: object) -> pd.DataFrame:
    """List what three publications have printed."""
    table = pd.DataFrame(
        {
            "publication": ["A (2020)", "B (2021)", "C (2022)"],
            "topic": ["income", "income", "income"],
            "outcome": ["GDP per head", "Income", "Income"],
            "treatment": ["Listed village", "Listed village", "Fair"],
            "unit": ["county", "village", "village"],
            "estimate": [-859.28, -5.3, 0.02],
            "standard_error": [533.49, np.nan, 0.004],
            "scale": ["yuan", "per cent", "log points"],
            "observations": [1949, np.nan, 540],
            "printed_in": ["Table 5", "Abstract", "Table 8"],
        }
    )
    return table.assign(**changes)


def shown(kind: str = "meta_table", **keys: object) -> ExhibitDeclaration:
    own = [{"at": OWN, "topic": "income"}, {"at": OWN, "topic": "income", "per_cent": True}]
    return declaration_of("simulated", kind=kind, of="list", own=own, **keys)


def scorecard(estimates: pd.DataFrame) -> pd.DataFrame:
    row = estimates[(estimates["specification"] == "main") & (estimates["term"] == "listed")].iloc[0]
    return pd.DataFrame({"address": [address_of(row)], "test_status": ["not_identified"]})


def test_scales_are_apart_and_own_estimates_last(made_estimates: pd.DataFrame) -> None:
    rows = rows_beside(printed_list(), made_estimates, scorecard(made_estimates), shown())
    assert rows[["scale", "own"]].values.tolist() == [
        ["per cent", False],
        ["per cent", True],
        ["log points", False],
        ["log points", True],
        ["yuan", False],
    ]
    assert rows.loc[rows["own"], "status"].unique().tolist() == ["not identified"]
    here = rows[rows["own"]].set_index("scale")
    b, error = here.loc["log points", ["estimate", "standard_error"]]
    assert here.loc["per cent", "estimate"] == pytest.approx(100 * (np.exp(b) - 1))
    assert here.loc["per cent", "standard_error"] == pytest.approx(100 * np.exp(b) * error)
    ends = here.loc["log points", ["interval_low", "interval_high"]].astype(float)
    assert here.loc["per cent", ["interval_low", "interval_high"]].tolist() == pytest.approx(
        (100 * np.expm1(ends)).tolist()
    )


def test_a_printed_standard_error_gives_an_interval_and_none_gives_none(made_estimates: pd.DataFrame) -> None:
    rows = rows_beside(printed_list(), made_estimates, None, shown()).set_index("publication")
    assert rows.loc["A (2020)", "interval_low"] == pytest.approx(-859.28 - 1.96 * 533.49, abs=0.05)
    assert pd.isna(rows.loc["B (2021)", "interval_low"])


def test_printed_numbers_keep_their_decimals(made_estimates: pd.DataFrame) -> None:
    table = meta_table.print_table(printed_list(), made_estimates, scorecard(made_estimates), shown())
    cells = {(label, row[2]): row for label, row in table.coefficients}
    assert cells["A (2020): GDP per head", "yuan"][:2] == ["−859.28", "(533.49)"]
    assert cells["B (2021): income", "per cent"][:2] == ["−5.3", ""]
    assert cells["C (2022): income", "log points"][:2] == ["0.020", "(0.004)"]
    assert cells["This study: income_per head", "log points"][-1].endswith("[not identified]")
    assert "SIMULATED" in table.title


def test_what_is_true_of_own_estimates_stands_beside_them_on_their_scale(made_estimates: pd.DataFrame) -> None:
    known = {"truths": {"listed": {"y": {"average": 0.1, "by_event_time": {}}}}}
    card = scorecard(made_estimates)
    table = meta_table.print_table(printed_list(), made_estimates, card, shown().model_copy(update=known))
    assert [head for _, head in table.heads][:4] == ["Estimate", "Std. error", "True effect", "Scale"]
    cells = [(row[3], row[2]) for _, row in table.coefficients]
    assert cells == [("per cent", ""), ("per cent", "10.5"), ("log points", ""), ("log points", "0.100"), ("yuan", "")]
    assert table.words == (3, 4, 5, 7) and "True effect: known because the data are simulated." in table.notes
    declaration = shown("meta_figure").model_copy(update=known)
    data = meta_figure.plotted_data(printed_list(), made_estimates, card, declaration)
    figure, notes = meta_figure.draw(data, declaration)
    drawn = [[list(line.get_xdata()) for line in axes.lines if line.get_label() == LABEL] for axes in figure.axes]
    assert drawn == [[[pytest.approx(10.517092)] * 2], [[0.1, 0.1]], []]
    assert any(note.startswith("Dashed: the true effect") for note in notes)
    unknown = meta_table.print_table(printed_list(), made_estimates, card, shown())
    assert "True effect" not in [head for _, head in unknown.heads] and unknown.words == (2, 3, 4, 6)


def test_every_scale_has_axes_of_its_own(made_estimates: pd.DataFrame) -> None:
    declaration = shown("meta_figure", topics=["income"])
    data = meta_figure.plotted_data(printed_list(), made_estimates, scorecard(made_estimates), declaration)
    figure, notes = meta_figure.draw(data, declaration)
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "Effect (per cent)",
        "Effect (log points)",
        "Effect (yuan)",
    ]
    assert any("100(exp(b) − 1)" in note for note in notes)


def test_a_topic_that_is_not_asked_for_is_left_out(made_estimates: pd.DataFrame) -> None:
    table = printed_list(topic=["income", "industry", "income"])
    rows = rows_beside(table, made_estimates, None, shown(topics=["income"]))
    assert "B (2021)" not in set(rows["publication"])


def test_text_among_numbers_is_an_error(made_estimates: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="holds text; expected numbers"):
        rows_beside(printed_list(estimate=["one", "2", "3"]), made_estimates, None, shown())


def test_an_address_of_nothing_is_an_error(made_estimates: pd.DataFrame) -> None:
    own = [{"at": "block/main/y/two_way_fixed_effects/lisded", "topic": "income"}]
    with pytest.raises(DataError, match="lisded"):
        rows_beside(printed_list(), made_estimates, None, declaration_of(kind="meta_table", of="list", own=own))
