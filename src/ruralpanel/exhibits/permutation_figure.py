"""What permuted cohorts give, beside the estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ruralpanel.estimation.absent_p_values import ABSENT
from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count, probability
from ruralpanel.exhibits.style import (
    COLOURS,
    SMALLEST,
    axis_label,
    empty_axes,
    figure_style,
    finish,
    legend_below,
    panels,
)
from ruralpanel.exhibits.truth import draw_level, truth_notes, truth_of_rows
from ruralpanel.reasons import code_of
from ruralpanel.study.figures_of_results import PermutationFigure
from ruralpanel.words.estimates import unit_notes
from ruralpanel.words.names import term_words

ORIGIN = ["block", "specification", "outcome", "estimator", "term"]
SHOWN = [*ORIGIN, "row", "draw", "estimate", "p_value_permutation", "permutation", "reason", "reason_arguments"]


def plotted_data(estimates: pd.DataFrame, draws: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Put the estimates found and those of permuted cohorts below one another.

    Parameters
    ----------
    estimates
        The estimates of the exhibit's blocks, in the order of their files.
    draws
        What permutations gave: `block`, `row` within it, `draw`, `estimate`.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    pandas.DataFrame
        One row an estimate found, without `draw`, and one a permutation; where nothing could be permuted, the words
        of `permutation` say why.
    """
    exhibit = declaration.of(PermutationFigure)
    numbered = estimates.assign(row=estimates.groupby("block", sort=False).cumcount() + 1)
    asked = numbered[numbered["estimator"].isin(exhibit.estimators()) & (numbered["permutation"] != "")]
    asked = asked[asked["permutation"].map(code_of) != ABSENT["permutation"]]  # regressors, which no cohort moves
    if exhibit.terms is not None:
        asked = asked[asked["term"].isin(exhibit.terms)]
    permuted = draws.merge(asked[["row", *ORIGIN]], on=["block", "row"], how="inner", validate="many_to_one")
    both = pd.concat([asked, permuted]).reindex(columns=SHOWN).astype({"draw": "Int64"})
    order = {block: position for position, block in enumerate(exhibit.blocks)}
    by_block = both.assign(_order=both["block"].map(order))
    sorted_rows = by_block.sort_values(["_order", "row", "draw"], na_position="first", kind="stable")
    return sorted_rows.drop(columns="_order").reset_index(drop=True)


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw the distribution of permuted estimates, one set of axes a term and specification."""
    parts = [part for _, part in data.groupby(["block", "row"], sort=False)]
    with figure_style(declaration.fonts):
        figure, all_axes = panels(max(len(parts), 1), height=3.2 if len(parts) < 2 else 2.7)
        if not parts:
            empty_axes(all_axes[0], "no estimate with permutations in these blocks")
        for axes, part in zip(all_axes, parts, strict=False):
            _draw_distribution(axes, part, declaration)
        if any(axes.get_legend_handles_labels()[1] for axes in all_axes):
            legend_below(figure, least=1)
        finish(figure, declaration)
    return figure, _notes(parts, data, declaration)


def _draw_distribution(axes: Axes, part: pd.DataFrame, declaration: ExhibitDeclaration) -> None:
    found, permuted = part.iloc[0], part.loc[part["draw"].notna(), "estimate"].dropna()
    words = declaration.outcomes[str(found["outcome"])]
    which = declaration.specifications.get(f"{found['block']}/{found['specification']}", "")
    term = term_words(str(found["term"]), declaration.labels)
    if permuted.empty:
        empty_axes(axes, f"{words.head}, {term}: {found['permutation']}")
        return
    sns.histplot(x=permuted, ax=axes, bins=_bins(permuted), color="#b8c9d9", edgecolor="white", linewidth=0.3)
    axes.axvline(0, color="#555555", linewidth=0.8)
    estimate = float(found["estimate"])
    for value, style in ((estimate, "-"), (-estimate, ":")):
        axes.axvline(value, color=COLOURS[1], linewidth=1.8 if style == "-" else 1.2, linestyle=style)
    draw_level(axes, truth_of_rows(declaration, part.iloc[:1]), upright=True)
    axes.margins(y=0.18)
    axes.annotate(
        f"estimate\np {probability(found['p_value_permutation'])}",
        (estimate, 0.98),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-4 if estimate > 0 else 4, 0),
        textcoords="offset points",
        ha="right" if estimate > 0 else "left",
        va="top",
        fontsize=SMALLEST,
    )
    axes.set_title(", ".join(each for each in (words.head, which) if each))
    axes.set_xlabel(axis_label(f"Effect of {term}", words.effect_unit))
    axes.set_ylabel("Permutations")


def _bins(permuted: pd.Series) -> list[float]:
    """Choose bins by the draws alone (Freedman & Diaconis 1981), with an edge at zero; 60 at most."""
    low, high = float(permuted.min()), float(permuted.max())
    spread = float(permuted.quantile(0.75) - permuted.quantile(0.25))
    width = max(2 * spread / len(permuted) ** (1 / 3), (high - low) / 60) or 1.0
    first, last = int(np.floor(low / width)), int(np.floor(high / width)) + 1
    return [float(width * edge) for edge in range(first, last + 1)]


def _notes(parts: list[pd.DataFrame], data: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    known = any(truth_of_rows(declaration, part.iloc[:1]) is not None for part in parts)
    sentences = opening_notes(declaration) + truth_notes(known)
    sentences.append(
        "Estimates with cohorts permuted, as if nobody’s outcome depended on when anybody is treated; the p-value is "
        "the share as far from zero as the estimate (solid line; dotted: as far on the other side), which is itself "
        "counted as one of them."
    )
    for words in dict.fromkeys(part.iloc[0]["permutation"] for part in parts):
        sentences.append(f"{words[:1].upper()}{words[1:]}.")
    lost = int(data.loc[data["draw"].notna(), "estimate"].isna().sum())
    if lost:
        sentences.append(
            f"{count(lost)} permutations left a term without variation of its own: they count as far from zero."
        )
    found = data[data["draw"].isna()]
    return sentences + unit_notes(found, declaration.outcomes) + closing_notes(declaration)
