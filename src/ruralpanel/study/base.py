"""What every section of a study file has in common: strictness, and a description for every key."""

from __future__ import annotations

import ast
import inspect
import keyword
import sys
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler


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

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the keys in the schema by what is written below them."""
        schema = handler(core_schema)
        keys = handler.resolve_ref_schema(schema)["properties"]
        for name, words in descriptions(cls).items():
            keys[cls.model_fields[name].alias or name]["description"] = words
        return schema


@cache
def descriptions(section: type[Section]) -> dict[str, str]:
    """Give what is said of the keys of a section: what a field is given as its description, or the text below it.

    pydantic can collect these texts itself, but only as it makes a class, and reads its source to do so. That took two
    thirds of the time in which each job loads a study, and only the reference, the schema and messages need them.

    Parameters
    ----------
    section
        The section.
    """
    written: dict[str, str] = {}
    for each in reversed(section.__mro__):
        if issubclass(each, Section):
            written |= _written_below(each)
    given = {name: field.description or written.get(name) for name, field in section.model_fields.items()}
    return {name: words for name, words in given.items() if words}


def _written_below(section: type[Section]) -> dict[str, str]:
    """Give the text below each field that a section declares itself."""
    body = _classes_in(str(sys.modules[section.__module__].__file__))[section.__name__].body
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


@cache
def _classes_in(file: str) -> dict[str, ast.ClassDef]:
    with open(file, encoding="utf-8") as source:
        return {each.name: each for each in ast.parse(source.read()).body if isinstance(each, ast.ClassDef)}
