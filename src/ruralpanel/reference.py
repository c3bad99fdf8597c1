"""Write the reference of study files and their JSON schema from the model.

The prose is in ``templates/reference.md.j2``; every table of keys comes from the model.

``python -m ruralpanel.reference`` rewrites ``config/README.md`` and ``config/schema.json``; a test fails while
they are not what the model says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ruralpanel.sources.numbers import MISSING_MARKERS
from ruralpanel.study.answer import DeclaredAnswer
from ruralpanel.study.archive import Archive
from ruralpanel.study.base import Section, descriptions
from ruralpanel.study.beside_published import OwnEstimate
from ruralpanel.study.blocks import Block, GroupTime, Inference, Specification
from ruralpanel.study.claims import Claim, ClaimTest
from ruralpanel.study.contracts import Check
from ruralpanel.study.designation import Designation, YearlyList
from ruralpanel.study.diagnosis import ITEMS, Diagnosis, SubjectChoice
from ruralpanel.study.dose_response import DoseResponse
from ruralpanel.study.estimators import OWN_PATTERN, reading
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.exhibits import KINDS
from ruralpanel.study.factors import Factors
from ruralpanel.study.figures_of_places import KnownCount, Outlines
from ruralpanel.study.groups import Groups
from ruralpanel.study.legacies import Capacity, Legacy, Proxy
from ruralpanel.study.matching import Matching
from ruralpanel.study.measures import Deflator, Derived
from ruralpanel.study.mediation import Mediation
from ruralpanel.study.model import Study
from ruralpanel.study.near_misses import NearMisses
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import Join, Panel, Restriction
from ruralpanel.study.paper import Paper
from ruralpanel.study.paper_text import FACTS, TREATMENT_FACTS, VERDICT_FACTS
from ruralpanel.study.place_names import Level, MatchNames
from ruralpanel.study.places import (
    Density,
    DistanceTo,
    LeaveOutShare,
    Nearest,
    NearestNeighbourIndex,
    Neighbours,
    Places,
)
from ruralpanel.study.resampling import Permutation, WildBootstrap
from ruralpanel.study.retrieval import RETRIEVED_FILES, Retrieval
from ruralpanel.study.rule import RULE_PARTS, Rule
from ruralpanel.study.sensitivity import ANALYSES, Sensitivity
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import DroppedRows, Source
from ruralpanel.study.switching import Switching
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.study.tables import Computed, Crosswalk, Group, Part, Recode, Summary, Table, Total
from ruralpanel.study.threshold import Threshold

EXAMPLE = files("ruralpanel.study").joinpath("templates/electrification.yaml").read_text(encoding="utf-8")
"""A study of one Stata file, complete; a test runs it."""


def _read_by(key: str) -> str:
    """Say where a key stands that some estimators read."""
    return f"In a block or a specification with {' or '.join(f'`{name}`' for name in reading(key))}."


SECTIONS: list[tuple[str, str, type[Section]]] = [
    ("The study", "The top level of the file.", Study),
    ("answer", "What the page and the abstract begin with.", DeclaredAnswer),
    ("sources", "One entry for each raw file, by name.", Source),
    ("sources.NAME.retrieve", "For a file that is not in the repository, known by its hash.", Retrieval),
    (
        "sources.NAME.columns",
        "One entry for each column that is used, by the name used in the rest of the study.",
        Column,
    ),
    ("sources.NAME.drop_rows", "A list; each entry has one of the first four keys and a reason.", DroppedRows),
    ("sources.NAME.checks", "A list; each entry has one of the first five keys.", Check),
    ("tables", "One entry for each table made of sources, by name.", Table),
    ("tables.NAME.stack", "A name, or a list of names or of:", Part),
    ("tables.NAME.derived", "By name, an expression or:", Computed),
    ("tables.NAME.match_names", "Names of places.", MatchNames),
    ("tables.NAME.match_names.levels", "A list, from the largest place to the one that is wanted.", Level),
    ("tables.NAME.recode", "Codes of administrative areas.", Recode),
    ("tables.NAME.recode.crosswalk", "A source or table that says which codes became which.", Crosswalk),
    ("tables.NAME.group", "One row for each combination.", Group),
    ("tables.NAME.group.columns", "By name, a word (`residents: sum`) or:", Summary),
    ("tables.NAME.totals.NAME", "By column.", Total),
    ("panel", "From tables to one row per unit and period.", Panel),
    ("panel.joins", "A list; tables are joined in this order.", Join),
    ("panel.deflators", "One entry for each series of prices, by name.", Deflator),
    ("panel.derived", "By name, an expression, or one way to compute the column, label and unit.", Derived),
    ("panel.places", "Columns from coordinates and groups.", Places),
    ("panel.places.neighbours.NAME", "The treated around a unit.", Neighbours),
    ("panel.places.leave_out_share.NAME", "The treated among the others of a group.", LeaveOutShare),
    ("panel.places.density.NAME", "How many others are near.", Density),
    ("panel.places.nearest.NAME", "May be left empty.", Nearest),
    ("panel.places.nearest_neighbour_index.NAME", "How evenly units lie.", NearestNeighbourIndex),
    ("panel.places.distance_to.NAME", "`points` or `line`.", DistanceTo),
    ("panel.sample", "A list; restrictions are applied in this order.", Restriction),
    ("designation", "One entry for each treatment, by name.", Designation),
    ("designation.NAME.list", "Where a designation is read from yearly lists.", YearlyList),
    ("legacies", "One entry for each legacy, by name.", Legacy),
    ("legacies.NAME.capacities.NAME", "One number for each unit, made of proxies.", Capacity),
    ("legacies.NAME.capacities.NAME.proxies.NAME", "By column.", Proxy),
    ("outcomes", "One entry for each outcome, by name.", Outcome),
    (
        "blocks",
        "One entry for each set of specifications, by name: the keys of a specification, and:",
        Block,
    ),
    (
        "blocks.NAME.specifications",
        "By name, what differs from the block. `outcomes` and `estimators` are needed here or in the block.",
        Specification,
    ),
    ("inference", "In a block or a specification.", Inference),
    ("bootstrap", "In `inference`.", WildBootstrap),
    ("permutation", "In `inference`.", Permutation),
    ("group_time", _read_by("group_time"), GroupTime),
    ("synthetic", _read_by("synthetic"), Synthetic),
    ("threshold", _read_by("threshold"), Threshold),
    ("mediation", _read_by("mediation"), Mediation),
    ("factors", _read_by("factors"), Factors),
    ("dose_response", _read_by("dose_response"), DoseResponse),
    ("matching", "In a block or a specification.", Matching),
    ("near_misses", "In a block or a specification.", NearMisses),
    ("switching", _read_by("switching"), Switching),
    ("groups", _read_by("groups"), Groups),
    (
        "sensitivity",
        "One entry for each analysis, by name, in `results/<study>/sensitivity/NAME.csv`; all kinds have:",
        Sensitivity,
    ),
    *((f"sensitivity of kind {name}", "Also:", kind) for name, kind in ANALYSES.items()),
    ("diagnosis", "What could be wrong with effects of treatments; may be left out.", Diagnosis),
    ("diagnosis.subjects", "A list.", SubjectChoice),
    *((f"diagnosis.{name}", "May be left out.", type(Diagnosis().settings(name))) for name in ITEMS),
    ("exhibits", "One entry for each table or figure, by name; all kinds have:", Exhibit),
    *((f"exhibits of kind {name}", "Also:", kind) for name, kind in KINDS.items()),
    ("published_counts", "By year, in a `rollout_figure`:", KnownCount),
    ("outlines", "In a `map_figure`:", Outlines),
    ("own", "In a `meta_figure` and a `meta_table`, a list; each entry has:", OwnEstimate),
    ("claims", "What is claimed, by name. `results/<study>/claims.csv` says what became of it.", Claim),
    ("tests", "In a claim.", ClaimTest),
    ("rule", "What claims are held to; in a claim, the keys in which it differs.", Rule),
    *((f"rule.{name}", "In a rule.", part) for name, part in RULE_PARTS.items()),
    ("paper", "Left out: a paper of the question, data, exhibits and limits as they stand in the study file.", Paper),
    ("archive", "What only the authors can say of the replication archive that `./run package` makes.", Archive),
]


def reference_text() -> str:
    """Write ``config/README.md``."""
    from ruralpanel.estimation.estimates import COLUMNS
    from ruralpanel.panel import balance
    from ruralpanel.panel.legacies.capacities import MEASURES, WITHIN
    from ruralpanel.panel.lists import EVENTS
    from ruralpanel.sensitivity.results import COLUMNS as RESULTS
    from ruralpanel.tables.administrative_codes import OUTCOMES
    from ruralpanel.verification.published import STATISTICS

    inherited: dict[type[Section], type[Section]] = {Block: Specification, **dict.fromkeys(KINDS.values(), Exhibit)}
    inherited |= dict.fromkeys(ANALYSES.values(), Sensitivity)
    sections = []
    for heading, sentence, model in SECTIONS:
        above = set(inherited[model].model_fields) if model in inherited else set()
        schema = model.model_json_schema(by_alias=True)
        rows = [_row(key, model, schema) for key in model.model_fields if key not in above]
        title = heading if heading == "The study" else f"`{heading}`" if " " not in heading else heading
        sections.append({"title": title, "sentence": sentence, "rows": rows})
    environment = Environment(  # Markdown, which has nothing to escape
        loader=PackageLoader("ruralpanel.study"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("reference.md.j2").render(
        balance_measures=balance.MEASURES,
        estimates={name: words for name, (_, words) in COLUMNS.items()},
        sensitivity={name: words for name, (_, words) in RESULTS.items()},
        events=EVENTS,
        facts=_quoted(FACTS),
        index_measures=MEASURES | {"within_NAME": WITHIN},
        markers=_quoted(MISSING_MARKERS),
        outcomes=OUTCOMES,
        retrieved=RETRIEVED_FILES,
        sections=sections,
        statistics=_quoted(STATISTICS),
        statuses=balance.STATUSES,
        treatment_fact=TREATMENT_FACTS[0],
        treatment_facts=_quoted(TREATMENT_FACTS),
        verdict_facts=_quoted(VERDICT_FACTS),
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def schema_text() -> str:
    """Write ``config/schema.json``, which editors use to complete and check study files."""
    return json.dumps(Study.model_json_schema(by_alias=True), indent=1, ensure_ascii=False) + "\n"


def _row(name: str, model: type[Section], schema: dict[str, Any]) -> dict[str, str]:
    """Say of one key what its value must be and what it means."""
    key = model.model_fields[name].alias or name
    declared = schema["properties"][key]
    needed = key in schema.get("required", [])
    default = declared.get("default")
    value = _type_words(declared, schema)
    if needed:
        value += "; **needed**"
    elif default not in (None, [], {}):
        value += f"; default `{json.dumps(default)}`".replace('`"', "`").replace('"`', "`")
    description = " ".join(descriptions(model).get(name, "").split())
    return {"key": key, "value": value, "meaning": description.replace("|", r"\|")}


def _type_words(part: dict[str, Any], schema: dict[str, Any]) -> str:
    """Say in words what a value must be."""
    if "$ref" in part:
        return "keys, see below"
    if "enum" in part:
        return "one of " + ", ".join(f"`{word}`" for word in part["enum"])
    if "const" in part:
        return f"`{part['const']}`"
    if "anyOf" in part:
        options = [_type_words(option, schema) for option in part["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(options))
    if part.get("type") == "array":
        item = _type_words(part.get("items", {}), schema).replace("keys, see below", "entries, see below")
        return f"list of {item}s" if item in {"name", "number", "whole number"} else f"list: {item}"
    if part.get("type") == "object" and "patternProperties" not in part:
        return f"by value: {_type_words(part['additionalProperties'], schema)}"
    if part.get("type") == "object":
        pattern, inner = next(iter(part["patternProperties"].items()))
        return f"by {'name' if 'a-z' in pattern else 'year'}: {_type_words(inner, schema)}"
    if part.get("type") == "string":
        pattern = part.get("pattern", "")
        if r"\[" in pattern:
            return "fixed effect"
        if pattern == OWN_PATTERN:
            return "`FILE.py:FUNCTION`"
        return "name or names joined by `*`" if r"\*" in pattern else "name" if pattern else "text"
    plain = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    return plain.get(str(part.get("type")), "keys, see below")


def write_reference(config: Path) -> None:
    """Rewrite the reference and the schema in a folder.

    Parameters
    ----------
    config
        The folder of the configuration.
    """
    (config / "README.md").write_text(reference_text(), encoding="utf-8")
    (config / "schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    write_reference(Path("config"))
