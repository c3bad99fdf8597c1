"""What every section of a study file has in common: strictness, and a description for every key."""

from __future__ import annotations

import keyword
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator


def _not_a_word_of_the_language(name: str) -> str:
    if keyword.iskeyword(name):
        raise ValueError(f"`{name}` is a word that conditions and expressions are made of; choose another name")
    return name


Name = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60), AfterValidator(_not_a_word_of_the_language)
]
"""A name the user makes up and refers to elsewhere in the study: lower-case letters, digits and underscores,
beginning with a letter. It also becomes a file name."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Words for a reader; never empty."""


class Section(BaseModel):
    """A section of a study file: unknown keys are errors, and ``yes`` is not a number."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        defer_build=True,  # most scripts of the workflow read one section: the validators of the others are not built
    )

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for key in type(self).model_fields:
            items = getattr(self, key)
            if isinstance(items, list) and all(isinstance(item, str) for item in items):
                repeated = sorted({item for item in items if items.count(item) > 1})
                if repeated:
                    raise ValueError(f"`{key}` lists {', '.join(repeated)} twice")
        return self
