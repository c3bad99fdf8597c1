"""The ``threshold`` key: which running variable decides on a treatment, and where."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name, Section


class Threshold(Section):
    """How `threshold_regression_discontinuity` compares rows on the two sides of a threshold."""

    running: Name
    """The column of the running variable, such as sales in the year that a list is made from."""
    at: float
    """Its value from which on a unit is to be treated."""
    design: Literal["sharp", "fuzzy", "crossing"] = "sharp"
    """`sharp`: all are treated at the threshold and beyond, and nobody below; one that does not follow is refused.
    `fuzzy`: more are, and the effect is of treatment on those whom the threshold moves. `crossing`: of being beyond the
    threshold, whoever is treated."""
    order: Annotated[int, Field(ge=0, le=3)] = 1
    """Of the polynomial on either side; one more is taken for its bias."""
    kernel: Literal["triangular", "epanechnikov", "uniform"] = "triangular"
    """How rows weigh by their distance from the threshold."""
    bandwidth: Annotated[float, Field(gt=0)] | None = None
    """Up to which distance from the threshold rows are used; left out: that with the smallest mean squared error."""
    bias_bandwidth: Annotated[float, Field(gt=0)] | None = None
    """The same for the polynomial by which bias is estimated; left out: the best, or the `bandwidth` where it is
    given."""
