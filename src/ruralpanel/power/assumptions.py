"""The file of a design: what varies between the designs compared, and what is taken for the outcome's errors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.installation import own_or_shipped
from ruralpanel.study.base import Name, Section
from ruralpanel.study.estimators import ESTIMATORS, EstimatorName
from ruralpanel.study.messages import problems_of
from ruralpanel.study.yaml_file import is_file, read_yaml

DESIGNS = Path("config/power")
"""Where files of designs are."""

Share = Annotated[float, Field(ge=0, le=1)]
Part = Annotated[float, Field(gt=0, lt=1)]
Timing = Annotated[list[Part], Field(min_length=1)]
Correlation = Annotated[float, Field(ge=0, lt=1)]
Assigned = Literal["village", "county"]
SUMS_OF_MEANS = [name for name, each in ESTIMATORS.items() if each.effects_from]
"""Estimators whose precision is known before there is an outcome; the first is used if none is named."""


class Errors(Section):
    """What an outcome does around effects of units and periods, as standard deviations and correlations."""

    sd: Annotated[float, Field(gt=0)]
    """The standard deviation around effects of units and periods, in the outcome's unit: of a village's own errors and
    its county's together."""
    icc: Share = 0.0
    """The share of this variance that the villages of a county have in common in a wave."""
    ar: Correlation = 0.0
    """The correlation of a village's own lasting errors from one wave to the next."""
    noise: Share = 0.0
    """The share of a village's own variance that is unrelated from wave to wave, such as errors of measurement."""
    county_ar: Correlation = 0.0
    """The correlation of what a county's villages have in common from one wave to the next."""
    county_noise: Share = 0.0
    """The share of the county's variance that is unrelated from wave to wave."""


class MeasuredErrors(Section):
    """Where errors are measured: the rows of a study's panel before treatment."""

    study: str
    """The study, as behind `--config study=`; its panel is built if it is not there yet."""
    outcome: Name
    """One of its outcomes."""
    treatment: Name
    """One of its designations, whose treated rows are left out."""
    county: Name
    """The panel's column of clusters."""


class Assumptions(Section):
    """Designs to compare: every level of each list with every other."""

    errors: Errors | MeasuredErrors
    """Assumed (`sd`, `icc`, `ar`, ...), or those of a study's panel before treatment (`study`, `outcome`, `treatment`,
    `county`)."""
    villages: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1)]
    """How many villages are observed."""
    counties: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1)]
    """In how many counties these are, the same number in each."""
    waves: Annotated[list[Annotated[int, Field(ge=2, le=200)]], Field(min_length=1)]
    """How often they are observed."""
    treated: Annotated[list[Part], Field(min_length=1)]
    """The share that is ever treated."""
    adoption: Annotated[dict[Name, Timing], Field(min_length=1)] = {"at_once": [0.5]}
    """By name, when: for each of so many cohorts of the same size, the part of the waves before it is treated.
    `at_once: [0.5]` is half-way for all, `staggered: [0.3, 0.5, 0.7]` three cohorts."""
    assigned: Annotated[list[Assigned], Field(min_length=1)] = ["county"]
    """Who is drawn for treatment: a `village` by itself, or a `county` with all its villages."""
    estimators: Annotated[list[EstimatorName], Field(min_length=1)] = SUMS_OF_MEANS[:1]
    """With what the effect is estimated; those of staggered adoption let effects differ, and are less precise where
    they do not."""
    power: Part = 0.8
    """The chance of finding the effect."""
    level: Part = 0.95
    """One less the size of the test, of two sides."""

    @model_validator(mode="after")
    def _no_county_is_empty(self) -> Assumptions:
        if min(self.villages) < max(self.counties):
            raise ValueError(f"{min(self.villages)} villages cannot be in {max(self.counties)} counties")
        return self

    @model_validator(mode="after")
    def _estimators_are_sums_of_means(self) -> Assumptions:
        for name in self.estimators:
            if name not in SUMS_OF_MEANS:
                raise ValueError(f"what `{name}` will find is not known before; one of {', '.join(SUMS_OF_MEANS)}")
        return self


def load_assumptions(name: str, root: Path = Path()) -> tuple[str, Assumptions]:
    """Read and check a file of designs.

    Parameters
    ----------
    name
        Of a file under ``config/power``, without ``.yaml``, or a path that ends in it.
    root
        The top of the repository; where it has no designs, those that come with the program are meant.

    Returns
    -------
    tuple of (str, Assumptions)
        The name that results are kept by, and what is in the file.

    Raises
    ------
    StudyError
        If there is none, or anything is wrong with it.
    """
    folder = own_or_shipped(root, DESIGNS.as_posix())
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    shown = Path(name) if name.endswith(".yaml") else DESIGNS / f"{name}.yaml"
    path = root / shown if name.endswith(".yaml") else folder / shown.name
    if not is_file(path):
        raise StudyError([Problem("power", f"there is no file of designs {name!r}", hint=nearest(name, known))])
    file = read_yaml(path, shown_as=shown)
    try:
        return shown.stem, Assumptions.model_validate(file.data)
    except ValidationError as error:
        raise StudyError(problems_of(error, file, Assumptions)) from None
