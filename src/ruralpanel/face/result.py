"""What an estimator's function gives: numbers as tables, a picture, a summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.block import BlockResults
from ruralpanel.estimation.estimates import ROW
from ruralpanel.face.declaration import Declared
from ruralpanel.frames.ledger import ledger_frame
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.words.frames import as_text, in_words, ledger_in_words, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIDY = {
    "term": "term",
    "event_time": "event_time",
    "event_time_bin": "event_time_bin",
    "cohort": "cohort",
    "period": "period",
    "estimate": "estimate",
    "standard_error": "std.error",
    "statistic": "statistic",
    "p_value": "p.value",
    "interval_low": "conf.low",
    "interval_high": "conf.high",
    "outcome": "outcome",
    "reason": "reason",
}
"""Columns of the estimates that every tidy table has, and what broom calls them."""

OF_ALL = ("coefficient", "overall", "average", "effect_at", "response_at", "density_test", "first_stage", "comparison")
"""Kinds of rows that are of all event times, cohorts and periods."""

TIDY_WHERE_ANY = {
    "p_value_bootstrap": "p.value.bootstrap",
    "interval_low_bootstrap": "conf.low.bootstrap",
    "interval_high_bootstrap": "conf.high.bootstrap",
    "p_value_permutation": "p.value.permutation",
    "interval_low_simultaneous": "conf.low.simultaneous",
    "interval_high_simultaneous": "conf.high.simultaneous",
    "first_stage_f": "first_stage_f",
    "p_value_anderson_rubin": "p.value.anderson_rubin",
    "interval_low_anderson_rubin": "conf.low.anderson_rubin",
    "interval_high_anderson_rubin": "conf.high.anderson_rubin",
    "weight_share": "weight_share",
    "treated_clusters": "treated_clusters",
}
"""Columns that a tidy table has where any row has them."""


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """What was estimated.

    Made by the functions of estimators, such as :func:`ruralpanel.event_study`.

    Parameters
    ----------
    declared
        The call, as the product understands it.
    equation
        What was estimated.
    found
        What the estimation stage gives.
    called
        The function.
    """

    declared: Declared = field(repr=False)
    equation: Equation
    found: BlockResults = field(repr=False)
    called: str
    unit_is_known: bool = True

    @property
    def outcome(self) -> str:
        """The column that is explained, as it is called in the frame."""
        return self.declared.names.get(self.equation.outcome, self.equation.outcome)

    @property
    def estimator(self) -> str:
        """The estimator, by its name in the registry."""
        return self.equation.estimator

    @property
    def estimates(self) -> pd.DataFrame:
        """The estimates with all their columns, as every run of a study writes them: what is told is a code and its
        arguments, which :meth:`tidy` and :attr:`told` have in sentences."""
        return self.found.estimates

    @cached_property
    def told(self) -> pd.DataFrame:
        """The estimates with sentences in place of codes, and with names as the study has them."""
        return as_text(self.estimates)

    @property
    def ledger(self) -> pd.DataFrame:
        """What became of the rows: how treatment was dated, and which rows left, with reasons."""
        both = [ledger_frame(self.declared.ledger.lines), self.found.ledger]
        return ledger_in_words(pd.concat([each for each in both if len(each)], ignore_index=True), None)

    def name(self, term: str) -> str:
        """Give what the user calls a term: products of columns by their columns."""
        return "*".join(self.declared.names.get(part, part) for part in term.split("*"))

    def tidy(self) -> pd.DataFrame:
        """Give the estimates, one row a coefficient, with the column names of R's broom.

        Returns
        -------
        pandas.DataFrame
            ``term``, ``estimate``, ``std.error``, ``statistic``, ``p.value``, ``conf.low``, ``conf.high``; the place of
            a coefficient (``event_time``, ``event_time_bin``, ``cohort``, ``period``); ``outcome``; and ``reason``,
            which says why a number is missing or zero by construction. Further columns, such as
            ``p.value.bootstrap``, where any row has them.
        """
        return self._tidy.copy()

    @cached_property
    def _tidy(self) -> pd.DataFrame:
        """What :meth:`tidy` gives, of which only the reasons are to be put in words."""
        estimates = self.estimates
        arrays = {str(name): column.array for name, column in estimates.items()}
        names = TIDY | {key: name for key, name in TIDY_WHERE_ANY.items() if not arrays[key].isna().all()}
        columns = {name: arrays[key] for key, name in names.items()}
        columns["term"] = pd.array([self.name(term) for term in arrays["term"]], dtype="str")
        columns["outcome"] = pd.array([self.outcome] * len(estimates), dtype="str")
        if estimates["reason"].ne("").any():
            columns["reason"] = in_words(estimates[["reason", "reason_arguments"]], None)["reason"].array
        return pd.DataFrame(columns, estimates.index)

    def glance(self) -> pd.DataFrame:
        """Give one row of what holds for the whole equation.

        Returns
        -------
        pandas.DataFrame
            ``nobs``, ``n_units``, ``clusters``, ``r.squared`` (within the fixed effects), ``outcome.mean``,
            ``p.value.leads`` of the joint test of leads, and in words what was estimated how.
        """
        rows = self.told
        effects = rows.loc[rows["kind"] != "lead_test"]
        if "variance" in ESTIMATORS[self.estimator].without:  # means: each row has its own units
            shown = effects[effects["period"].notna()]
            counts = {"nobs": shown["observations"].sum(), "n_units": self._units_of_means()}
        else:
            shown = effects[effects["observations"].notna()]
            shown = shown if len(shown) else effects
            # Where each event time is a regression of its own, that over all of them speaks for the whole.
            of_all = shown[shown["event_time"].isna() & (shown["cohort"] == "")]
            shown = of_all if len(of_all) else shown
            counts = {"nobs": shown["observations"].iloc[0], "n_units": shown["units"].iloc[0]}
        first = shown.iloc[0]
        leads = rows.loc[rows["kind"] == "lead_test", "p_value"]
        clusters = "*".join(self.name(part) for part in (self.equation.inference.cluster or []))
        found = {
            "outcome": self.outcome,
            "estimator": self.estimator,
            "nobs": counts["nobs"],
            "n_units": counts["n_units"] if self.unit_is_known else pd.NA,
            "clusters": first["clusters"],
            "r.squared": first["r_squared"],
            "outcome.mean": first["outcome_mean"],
            "p.value.leads": leads.iloc[0] if len(leads) else np.nan,
            "fixed_effects": " + ".join(map(self.effect_name, self.fixed_effects)) or "none",
            "weights": self.name(self.equation.weights) if self.equation.weights else "none",
            "variance": first["variance"],
            "clustered_by": self.clustered_by or clusters,
            "sample": first["sample"],
        }
        return pd.DataFrame([found]).astype({"nobs": "Int64", "n_units": "Int64", "clusters": "Int64"})

    def _units_of_means(self) -> int:
        """Count the units that means are of."""
        panel, outcome = self.declared.panel, self.equation.outcome_column
        return int(panel.loc[panel[outcome].notna(), self.equation.unit].nunique())

    @property
    def fixed_effects(self) -> list[str]:
        """The fixed effects that enter, by their names in the study."""
        return [] if "fixed_effects" in ESTIMATORS[self.estimator].without else list(self.equation.fixed_effects)

    def effect_name(self, effect: str) -> str:
        """Give what the user calls a fixed effect."""
        within, _, slope = effect.removesuffix("]").partition("[")
        return self.name(within) + (f"[{self.name(slope)}]" if slope else "")

    @property
    def clustered_by(self) -> str:
        """The columns that clusters are defined by, as the user calls them; empty for none."""
        stated = next((each for each in map(listed, self.estimates["clustered_by"]) if each), [])
        return " + ".join(self.declared.names.get(part, part) for part in stated)

    @property
    def vcov(self) -> pd.DataFrame:
        """The covariance of the coefficients, by event time where the estimator has these, or else by term.

        Missing where it is not known, between coefficients that are not estimated together.
        """
        rows = self.estimates[self.estimates["standard_error"].notna()].set_index(ROW)
        by_time = rows[rows["kind"] == "event_time"]
        rows = by_time if len(by_time) else rows[rows["kind"].isin(OF_ALL)]
        square = pd.DataFrame(np.diag(rows["standard_error"].astype("float64") ** 2), rows.index, rows.index)
        square = square.where(np.eye(len(rows), dtype=bool))
        upper = self.found.covariance.pivot_table(index="row", columns="row_other", values="covariance")
        upper = upper.reindex(index=rows.index, columns=rows.index)
        square = square.fillna(upper).fillna(upper.T).astype("float64")
        names = by_time["event_time"].astype(int) if len(by_time) else rows["term"].map(self.name)
        square.index = square.columns = pd.Index(names, name="event_time" if len(by_time) else "term")
        return square

    def event_study(self) -> pd.DataFrame:
        """Give the rows of :meth:`tidy` by event time, the reference at zero among them; none without event times."""
        rows = self.tidy()
        return rows[rows["event_time"].notna() & (rows["cohort"] == "")].reset_index(drop=True)

    @property
    def terms(self) -> pd.DataFrame:
        """The rows of :meth:`tidy` that are of all rows and periods: effects overall, and controls."""
        rows = self.tidy()
        return rows[self.estimates["kind"].isin(OF_ALL)].reset_index(drop=True)

    @property
    def overall(self) -> pd.Series:
        """The effect over all event times and cohorts: a row of :meth:`tidy`.

        Raises
        ------
        LookupError
            If the estimator has none.
        """
        treatments = {self.name(name) for name in self.equation.treatment_terms}
        treatments |= {self.name(name) for name in self.equation.treatments}
        of_all = self.estimates["kind"].isin(OF_ALL).to_numpy()
        wanted = of_all & self._tidy["term"].isin(treatments).to_numpy() if self.equation.treatments else of_all
        if not wanted.any():
            raise LookupError(
                f"{self.called} has no effect over all event times; .event_study() has those by event time"
            )
        place = int(wanted.argmax())
        return self._tidy.iloc[place].rename(int(of_all[:place].sum()))

    @cached_property
    def summary_rows(self) -> pd.DataFrame:
        """The rows that a summary shows."""
        rows = self.tidy()
        return rows[(rows["cohort"] == "") & rows["period"].isna()] if self._has_others(rows) else rows

    @staticmethod
    def _has_others(rows: pd.DataFrame) -> bool:
        return bool(((rows["cohort"] == "") & rows["period"].isna()).any())

    def summary(self) -> str:
        """Write the result as text: what was estimated how, the numbers, and what is to be said of them."""
        from ruralpanel.face.texts import summary_text

        return summary_text(self)

    def plot(self, **words: Any) -> Axes:
        """Draw the result in the house style.

        Event times with their reference and what they are measured from, means as paths, or coefficients with
        intervals: whichever the estimator has.

        Parameters
        ----------
        **words
            ``title`` and ``unit`` (of the effect's axis) in place of those of the call.

        Returns
        -------
        matplotlib.axes.Axes
            Its ``figure`` saves the picture: ``result.plot().figure.savefig("effects.png")``.
        """
        from ruralpanel.face.plots import plot

        return plot(self, **words)

    def __repr__(self) -> str:
        return self.summary()

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from ruralpanel.face.texts import summary_html

        return summary_html(self)
