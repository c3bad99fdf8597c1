"""What the parts of a Monte Carlo are called where space is short."""

from __future__ import annotations

from ruralpanel.study.blocks import Inference


def words_of_variance(inference: Inference) -> str:
    """Say in a few words how standard errors are computed."""
    clusters = " and ".join(inference.cluster or ["village"])
    if inference.bootstrap is not None:
        return f"wild bootstrap by {clusters} ({inference.bootstrap.draws:,} draws)"
    kernel = "Bartlett" if inference.kernel == "bartlett" else "uniform"
    stated = inference.model_dump() | {"clusters": clusters, "kernel": kernel}
    words = (inference.vcov.in_plan or inference.vcov.short).format(**stated)
    return ", ".join(part for part in (words, inference.correction.short) if part)


def words_of_selection(loading: float) -> str:
    """Say in a few words how listing depends on shocks to income."""
    return "listed whatever the shocks" if loading == 0 else "listed by a threshold on sales"
