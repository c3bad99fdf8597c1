"""Every kind of standard errors by name, and every small-sample correction: all that the rest of the product asks.

A kind is its module under :mod:`ruralpanel.inference`, whose ``covariance`` computes it, and its entry here; nothing
else lists kinds. Whoever depends on how standard errors are made asks the entry, and not its name. The workflow reads
this whenever it starts: nothing slow to load belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

KEYS_OF_SOME = ("cluster", "cutoff", "kernel", "bandwidth", "bootstrap")
"""Keys of `inference` that belong to some kinds of standard errors only. A permutation stands beside any of them."""


@dataclass(frozen=True)
class Vcov:
    """What the rest of the product has to know of a kind of standard errors.

    In texts, ``{clusters}`` stands for the labels of the clusters, and ``{settings}`` for what the module says of how
    it computed, such as the kernel.
    """

    module: str
    """The module whose ``covariance(influences, rows, inference)`` computes it."""
    meaning: str
    """What it allows, for the reference of keys: behind its name."""
    words: str
    """How a note under an exhibit calls it: ``Standard errors in parentheses: ...``."""
    short: str
    """How a row of choices in a figure calls it."""
    many: Literal["clusters", "rows", "places", "periods"]
    """What there has to be much of for it to hold."""
    freedom: str
    """The degrees of freedom of its t distribution."""
    in_table: str | None = None
    """How a row of a table headed “Standard errors” calls it, where that is not `short`."""
    in_plan: str | None = None
    """What it is called in a Monte Carlo, where that is not `short`; any key of `inference` may stand in braces."""
    keys: tuple[str, ...] = ()
    """Those of :data:`KEYS_OF_SOME` that it reads."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Those among `keys` that it cannot do without, and what a user would write."""
    dimensions: int = 0
    """The dimensions that its clusters can have; zero where there are none."""
    needs_places: bool = False
    """Whether it reads the coordinates of units."""
    constant_variance: bool = False
    """Whether it takes all errors to vary alike, so that it is no sandwich."""
    corrections: tuple[str, ...] = ("fixest", "none")
    """The values of `small_sample` that it takes, the default among them."""
    corrected: bool = True
    """Whether a small-sample correction is made at all; else it has none, whatever its default is called."""

    @property
    def clusters(self) -> bool:
        """Whether rows are put into clusters that a study names."""
        return self.dimensions > 0


_FACTORS = ("fixest", "fixest_full", "reghdfe", "none")

VCOVS: dict[str, Vcov] = {
    "clustered": Vcov(
        module="ruralpanel.inference.clustered",
        meaning="allows any correlation within a cluster",
        words="clustered by {clusters}",
        short="clustered by {clusters}",
        in_table="by {clusters}",
        many="clusters",
        freedom="clusters less one",
        keys=("cluster", "bootstrap"),
        dimensions=2,
        corrections=(*_FACTORS, "cr2", "cr3"),
    ),
    "heteroskedastic": Vcov(
        module="ruralpanel.inference.independent",
        meaning="assumes independent rows",
        words="heteroskedastic",
        short="heteroskedastic",
        in_plan="independent rows (heteroskedastic)",
        many="rows",
        freedom="rows less coefficients",
        corrections=_FACTORS,
    ),
    "homoskedastic": Vcov(
        module="ruralpanel.inference.independent",
        meaning="assumes independent rows whose errors vary alike",
        words="homoskedastic",
        short="homoskedastic",
        in_plan="independent rows (homoskedastic)",
        many="rows",
        freedom="rows less coefficients",
        constant_variance=True,
        corrections=_FACTORS,
    ),
    "spatial": Vcov(
        module="ruralpanel.inference.spatial",
        meaning="(Conley 1999) allows correlation between rows of places that are within the `cutoff` of each other, "
        "whatever their periods, and needs the coordinates of `panel.places`",
        words="spatial (Conley 1999; {settings})",
        short="spatial, {settings}",
        in_plan="spatial, {cutoff:g} km, {kernel} kernel",
        many="places",
        freedom="rows less coefficients",
        keys=("cutoff", "kernel"),
        needs={"cutoff": "a `cutoff` in km: `cutoff: 50`"},
        needs_places=True,
        corrected=False,
    ),
    "driscoll_kraay": Vcov(
        module="ruralpanel.inference.driscoll_kraay",
        meaning="(Driscoll and Kraay 1998) allows correlation between all rows of a period, and with those of periods "
        "up to the `bandwidth` away, and needs many periods",
        words="Driscoll–Kraay (1998; {settings})",
        short="Driscoll–Kraay, {settings}",
        in_plan="Driscoll–Kraay",
        many="periods",
        freedom="periods less one",
        keys=("bandwidth",),
    ),
}
"""The kinds of standard errors, in the order in which a study's author is told of them; the first is the default."""


@dataclass(frozen=True)
class Correction:
    """What the rest of the product has to know of a small-sample correction."""

    words: str
    """How a note under an exhibit calls it."""
    meaning: str
    """What it does, for the reference of keys: behind its name."""
    short: str = ""
    """What a row of choices in a figure or a table adds for it to the kind of standard errors; nothing where it is one
    factor."""
    module: str | None = None
    """The module that computes the covariance in place of the variance's own; None where a factor is all there is."""
    one_dimension: bool = False
    """Whether it is of clusters in one dimension only."""
    drops_singletons: bool = False
    """Whether rows that are alone in a fixed effect leave first."""

    @property
    def of_leverage(self) -> bool:
        """Whether it goes by how much each cluster moves its own fit, which only some estimators can tell."""
        return self.module is not None


CORRECTIONS: dict[str, Correction] = {
    "fixest": Correction(
        words="small-sample correction as in fixest",
        meaning="is R fixest's default, which leaves fixed effects nested in the clusters out of the count of "
        "coefficients",
    ),
    "fixest_full": Correction(
        words="small-sample correction as in fixest, with nested effects counted in full",
        meaning="counts them in full",
    ),
    "reghdfe": Correction(
        words="small-sample correction as in reghdfe",
        meaning="is Stata reghdfe's, which drops singletons first and counts what two effects share, and in Poisson "
        "regressions ppmlhdfe's, which counts no coefficients",
        drops_singletons=True,
    ),
    "none": Correction(words="without small-sample correction", meaning="is the plain sandwich"),
    "cr2": Correction(
        short="CR2",
        words="CR2, with Satterthwaite degrees of freedom (Bell and McCaffrey 2002, Pustejovsky and Tipton 2018)",
        meaning="is for few clusters: residuals are divided by how much their cluster moves its own fit, and each "
        "coefficient has its own degrees of freedom (Pustejovsky and Tipton 2018)",
        module="ruralpanel.inference.leverage",
        one_dimension=True,
    ),
    "cr3": Correction(
        short="CR3",
        words="CR3, the jackknife over clusters (MacKinnon, Nielsen and Webb 2023)",
        meaning="is the jackknife, which leaves out one cluster after the other, for few clusters (MacKinnon, Nielsen "
        "and Webb 2023)",
        module="ruralpanel.inference.leverage",
        one_dimension=True,
    ),
}
"""The small-sample corrections, in the order in which a study's author is told of them; the first is the default."""


def covariance_module(variance: str, small_sample: str) -> str:
    """Name the module that computes a kind of standard errors with a small-sample correction."""
    return CORRECTIONS[small_sample].module or VCOVS[variance].module


def with_key(key: str) -> tuple[str, ...]:
    """Name the kinds of standard errors that read a key of `inference` that belongs to some only."""
    return tuple(name for name, each in VCOVS.items() if key in each.keys)


def with_clusters() -> tuple[str, ...]:
    """Name the kinds of standard errors whose rows are put into clusters."""
    return tuple(name for name, each in VCOVS.items() if each.clusters)


def text_of(entry: str, template: str, clusters: str, settings: str) -> str:
    """Write what a row of the estimates calls its standard errors.

    Parameters
    ----------
    entry
        Its kind, or how it was resampled where that is none.
    template
        ``words``, ``short`` or ``in_table``.
    clusters
        What its clusters are called.
    settings
        What the estimates say of how it was computed.
    """
    if entry not in VCOVS:
        return entry
    vcov = VCOVS[entry]
    return str(getattr(vcov, template) or vcov.short).format(clusters=clusters, settings=settings)


def one_of(registry: Mapping[str, Any]) -> tuple[AfterValidator, WithJsonSchema]:
    """Give what makes a text of a study file one of the names of a registry, in its errors and in the schema."""

    def known(name: str) -> str:
        if name not in registry:
            raise PydanticKnownError("literal_error", {"expected": " or ".join(f"'{each}'" for each in registry)})
        return name

    return AfterValidator(known), WithJsonSchema({"enum": list(registry), "type": "string"})


def described(registry: Mapping[str, Vcov] | Mapping[str, Correction]) -> str:
    """Say of every entry what it does, for the reference of keys."""
    return "; ".join(
        f"`{name}` {each.meaning}" + (f" (t distribution with {each.freedom})" if isinstance(each, Vcov) else "")
        for name, each in registry.items()
    )
