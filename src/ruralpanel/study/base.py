"""What every section of a study file has in common: strictness, and a description for every key."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name the user makes up and refers to elsewhere in the study: lower-case letters, digits and underscores,
beginning with a letter. It also becomes a file name."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Words for a reader; never empty."""


class Section(BaseModel):
    """A section of a study file: unknown keys are errors, and ``yes`` is not a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)
