"""Clusters that are few, or few of which are treated, so that t tests reject too often.

Cameron, Gelbach and Miller (2008, Review of Economics and Statistics 90(3)) on few clusters and the wild bootstrap;
MacKinnon and Webb (2018, Econometrics Journal 21(2)) on few that are treated.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.diagnosis.finding import Finding, Level, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.estimation.treated_clusters import Counts
from ruralpanel.reasons import because
from ruralpanel.study.diagnosis import FewClusters
from ruralpanel.study.resampling import WildBootstrap

ITEM = "few_clusters"

FOR_WEBB = 12
"""Up to so many clusters, signs alone give few different draws (Webb 2023, Canadian Journal of Economics 56(3))."""


def diagnose(subject: Subject, settings: FewClusters) -> Finding:
    """Count clusters, those treated and those to compare with, and draw a p-value that holds with few.

    Parameters
    ----------
    subject
        The effect.
    settings
        From where on clusters are few, and the size of the tests that are compared.

    Returns
    -------
    Finding
        With `clusters`, `treated_clusters` and `other_clusters`, the usual `p` and `p_wild`, that of the wild cluster
        bootstrap with the null hypothesis imposed.

    Raises
    ------
    CannotDiagnose
        If standard errors are not clustered.
    """
    equation = subject.equation
    subject.require_clusters()
    counts = Counts(subject.sample, equation)
    numbers = {
        "clusters": float(counts.total),
        "treated_clusters": float(counts.treated),
        "other_clusters": float(counts.others),
    }
    if equation.inference.one_cluster and counts.total > 2:
        few_signs = counts.total <= FOR_WEBB
        bootstrap = WildBootstrap(draws=settings.draws, weights="webb" if few_signs else "rademacher")
        inference = equation.inference.model_copy(update={"bootstrap": bootstrap})
        rows = subject.estimated(inference=inference, seed=subject.seed).estimates
        row = rows[rows["effect_of"] == subject.entering].iloc[0]
        numbers |= {"p": float(row["p_value"]), "p_wild": float(row["p_value_bootstrap"])}
    few_on_a_side = min(counts.treated, counts.others) < settings.treated
    few = counts.total < settings.clusters
    if not few_on_a_side and not few:
        return silent(ITEM, **numbers)
    p_usual, p_wild = numbers.get("p", np.nan), numbers.get("p_wild", np.nan)
    disagree = few and (p_usual < settings.size) != (p_wild < settings.size)
    level: Level = "warning" if few_on_a_side or disagree else "note"
    told = {"clusters": counts.total, "treated": counts.treated, "others": counts.others}
    drawn = because("and_wild", p=p_usual, p_wild=p_wild) if not np.isnan([p_usual, p_wild]).any() else None
    flaw = because("few_of_a_side" if few_on_a_side else "few_clusters_in_all", **told, drawn=drawn)
    return Finding(ITEM, level, numbers, flaw, because("wild_or_permutation"))
