"""Write the reference of study files and their JSON schema from the model.

``python -m ruralpanel.study.reference`` rewrites ``config/README.md`` and ``config/schema.json``; a test fails while
they are not what the model says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ruralpanel.sources.numbers import MISSING_MARKERS
from ruralpanel.study.base import Section
from ruralpanel.study.blocks import Block, Inference, Specification
from ruralpanel.study.contracts import Check
from ruralpanel.study.designation import Designation, YearlyList
from ruralpanel.study.exhibits import EventStudyFigure, Exhibit, RegressionTable, TrendsFigure
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import Derived, Join, Panel, Restriction
from ruralpanel.study.places import Density, DistanceTo, LeaveOutShare, Nearest, Neighbours, Places
from ruralpanel.study.sources import RETRIEVED_FILES, Column, Retrieval, Source

EXAMPLE = """\
study: electrification            # the same as the file's name: config/studies/electrification.yaml
title: Did electric light keep the young in the village?
authors: [A. Scholar]
seed: 1
data_standing: restricted         # simulated, restricted or public

sources:
  survey:
    path: data/raw/electrification/survey.dta
    key: [village, year]          # one row for each village and year
    missing_codes: [-9]           # a whole survey's code; a column can have its own
    columns:                      # name used here: name in the file, or its properties
      village: vid
      year: wave
      connected: elec             # 1 from the year the village has electricity, 0 before
      county: {from: cty, type: text, label: County}
      population: {from: pop, label: Residents, unit: persons, minimum: 0}
      young: {from: pop1535, label: Residents aged 15 to 35, unit: persons, minimum: 0}

panel:
  unit: village
  period: year
  derived:
    share_young: {expression: young / population, label: Share aged 15 to 35, unit: share of residents}
  sample:
    - {keep: population > 50, reason: smaller places were surveyed by another questionnaire}

designation:
  electricity: {indicator: connected, label: Electricity}

outcomes:
  share_young: {label: Share aged 15 to 35, unit: share of residents}
  population: {label: Residents, unit: persons, transformation: log}

blocks:
  baseline:
    outcomes: [share_young, population]
    estimators: [two_way_fixed_effects]
    inference: {cluster: [county]}
    specifications:
      unweighted: {}
      weighted: {weights: population}
  dynamic:
    outcomes: [share_young, population]
    estimators: [event_study]
    window: [-4, 4]
    inference: {cluster: [county]}
  trends:
    outcomes: [share_young]
    estimators: [cohort_means]

exhibits:
  effects: {kind: regression_table, title: Electricity and who stays, blocks: [baseline]}
  dynamics: {kind: event_study_figure, title: Before and after electricity, blocks: [dynamic]}
  raw: {kind: trends_figure, title: The young by year of connection, blocks: [trends]}
"""
"""A study of one Stata file, complete; a test runs it."""

OPENING = """\
<!-- Written by `python -m ruralpanel.study.reference` from src/ruralpanel/study; edit there. -->
# Study files

A study is one YAML file under `config/studies`. It says where the raw files are, how they become a panel, what is
estimated and what is shown; swapping the data set is swapping this file. `config.yaml` names the study that `./run`
runs; `./run --config study=NAME` runs another, and NAME may be the path of a study file anywhere.

## A study in one go

A Stata file with one treatment, weights and gaps. Copy, change, run:

```yaml
{example}```

Put the raw file where `path` says, then `./run --config study=electrification`. Everything wrong with the file is
reported at once, with line, key and the nearest valid word. The results are in `results/electrification`:
`report/index.html` is the page, `exhibits/` has tables and figures, `estimates/` every number in tidy form, and
`verdict.html` the comparison with published values.

## How it is read

- **Keys are strict.** An unknown key is an error. Names that you make up (of sources, columns, outcomes, blocks,
  exhibits) are lower-case letters, digits and underscores.
- **YAML 1.2.** Only `true` and `false` are truth values; `on`, `no` and `yes` are text; `010101` keeps its zero.
- **Columns are used under your names.** Only declared columns are read. A column without a `type` holds numbers if all
  its values are numbers, and text otherwise; codes with a leading zero, or too long for a number, stay text.
- **Numbers are read as people write them.** Thousands separators in their places, full-width digits, percentage
  signs (12.5% is 12.5) and every kind of minus sign are understood; {markers} count as missing among numbers. The
  ledger says what was met. What could mean two things is not guessed at but is an error that names the rows: a
  decimal comma, a footnote mark (5²), a percentage sign on some cells only, and a few cells of text in a column of
  numbers (a total, a repeated header) unless it is declared `type: text`.
- **Text is tidied, and the ledger says so.** Invisible characters go, codes in full-width digits become plain.
- **Rows are never lost silently.** What a join, a restriction or a missing value takes away is in the ledger at the
  foot of the page, from the raw rows to every regression's N.
- **An equation that cannot be estimated** (one cluster, no period before treatment, a collinear term) is reported in
  tables and figures with the reason; it does not stop the run.

## A raw file from a public address

```yaml
sources:
  survey:
    retrieve:
      address: https://example.org/electrification/survey.dta
      sha256: b78e924632f10043917c19228417a1f257f2a74480b35b06ba8cf4691749fa6f
    key: [village, year]
```

The file is retrieved by the first run that needs it and kept under `{retrieved}`, once for all studies that name
the same hash and file name. A file with another hash is never used. Where there is no network, or the address asks for
an account, get the file another way, put it into a folder and set the environment variable `RURALPANEL_MIRROR` to that
folder: files are then taken from there, by their names, and the network is not touched. Files of the same name go into
folders called by their sha256, so `{retrieved}` of another machine is such a folder too.

## Conditions and expressions

`keep`, `sample` and `expression` use columns, numbers, text in quotes, `+ - * / // % **`, comparisons, `in [..]`,
`and`, `or`, `not`, and the functions abs, arcsinh, exp, expm1, log, log10, log1p, sqrt. A row in which a column of a
condition is missing does not fulfil it. Columns that a designation adds (`NAME`, `NAME_cohort`, `NAME_event_time`), and
those that `panel.places` adds, can be used in `panel.sample`, in blocks and as outcomes, not in `derived`.

## Yearly lists

Lists of designated places appear once a year, and a list may be lost. A designation with `list` reads them as they
come, one row for each unit and list year:

```yaml
sources:
  lists:
    path: data/raw/my_study/lists.csv
    key: [village, list_year]
    columns: {{village: , list_year: }}
designation:
  listed:
    list: {{source: lists, year: list_year, exits: ignore, breaks: {{2020: residents' committees no longer count}}}}
```

The ledger says which lists there are and counts what follows from them; `results/<study>/panel/designation.csv` says it
unit by unit, one row for each `designation`, `unit`, `year` (of the list) and `event`, with a `detail`:

| event | when |
|---|---|
{events}
Events are those of the panel before `panel.sample` restricts it; units that are not in it have no other event.

## Places

With two columns of coordinates, the panel can have columns on what is around a unit:

```yaml
panel:
  places:
    latitude: latitude
    longitude: longitude
    neighbours:                 # adds listed_around_0_5, listed_around_5_10 and listed_around_10_20
      listed_around: {{designation: listed, rings: [0, 5, 10, 20], measure: share, lag: 1}}
    leave_out_share:
      listed_in_county: {{designation: listed, within: county}}
    density:
      villages_near: {{radius: 10}}
    nearest:
      next_village:
    distance_to:
      railway: {{line: data/raw/my_study/railway.geojson}}
      station: {{points: stations}}
```

Distances are great circles on a sphere with a radius of 6371.0088 km. The others around a unit are all units of the
panel before `panel.sample`, also in periods in which they have no row: where the treatment of such a unit follows from
its cohort, or from the rows it has, it counts; where it does not, the unit counts neither as treated nor as neighbour
in that period. Where there are neighbours and the treatment of none is known, the column is missing.

## Estimates

`results/<study>/estimates/<block>.csv` has one row a coefficient. Tables, figures and the verdict read nothing else.

| column | what it holds |
|---|---|
{estimates}
## Published values

`results/published/<study>.csv` holds the numbers that were printed, one row each: `cell` (where it is printed),
`block`, `specification` (`main` if the block has none), `outcome`, `estimator`, `term`, and where they apply
`event_time`, `cohort`, `period`; `statistic`; `value` as printed; `decimals`, if fewer were printed than `value` has;
`source`. A statistic is one of {statistics}.

`./run verify` compares: **match** (equal), **rounding** (equal once rounded as printed), **differ**, **sign flip**,
**significance flip** (at 5 per cent), **missing**. It fails unless all match or round. `./run publish` writes the file
from today's run; nothing else ever does, and it does not replace numbers typed from print.

"""

SECTIONS: list[tuple[str, str, type[Section]]] = [
    ("The study", "The top level of the file.", Study),
    ("sources", "One entry for each raw file, by name.", Source),
    ("sources.NAME.retrieve", "For a file that is not in the repository but at a public address.", Retrieval),
    (
        "sources.NAME.columns",
        "One entry for each column that is used, by the name used in the rest of the study.",
        Column,
    ),
    ("sources.NAME.checks", "A list; each entry has one of the first five keys.", Check),
    ("panel", "From tables to one row per unit and period.", Panel),
    ("panel.joins", "A list; tables are joined in this order.", Join),
    ("panel.derived", "By name, an expression or:", Derived),
    ("panel.places", "Columns from coordinates and groups.", Places),
    ("panel.places.neighbours.NAME", "The treated around a unit.", Neighbours),
    ("panel.places.leave_out_share.NAME", "The treated among the others of a group.", LeaveOutShare),
    ("panel.places.density.NAME", "How many others are near.", Density),
    ("panel.places.nearest.NAME", "May be left empty.", Nearest),
    ("panel.places.distance_to.NAME", "`points` or `line`.", DistanceTo),
    ("panel.sample", "A list; restrictions are applied in this order.", Restriction),
    ("designation", "One entry for each treatment, by name.", Designation),
    ("designation.NAME.list", "Where a designation is read from yearly lists.", YearlyList),
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
    ("exhibits", "One entry for each table or figure, by name; all kinds have:", Exhibit),
    ("exhibits of kind regression_table", "Also:", RegressionTable),
    ("exhibits of kind event_study_figure", "Also:", EventStudyFigure),
    ("exhibits of kind trends_figure", "Also:", TrendsFigure),
]


def reference_text() -> str:
    """Write ``config/README.md``."""
    from ruralpanel.estimation.estimates import COLUMNS
    from ruralpanel.panel.lists import EVENTS
    from ruralpanel.verification.published import STATISTICS

    markers = ", ".join(f"`{marker}`" for marker in MISSING_MARKERS)
    statistics = ", ".join(f"`{name}`" for name in STATISTICS)
    estimates = "".join(f"| `{name}` | {words} |\n" for name, (_, words) in COLUMNS.items())
    events = "".join(f"| `{event}` | {when} |\n" for event, when in EVENTS.items())
    text = OPENING.format(
        estimates=estimates,
        events=events,
        example=EXAMPLE,
        markers=markers,
        retrieved=RETRIEVED_FILES,
        statistics=statistics,
    )
    inherited: dict[type[Section], type[Section]] = {Block: Specification, RegressionTable: Exhibit}
    inherited |= {EventStudyFigure: Exhibit, TrendsFigure: Exhibit}
    for heading, sentence, model in SECTIONS:
        above = set(inherited[model].model_fields) if model in inherited else set()
        title = heading if heading == "The study" else f"`{heading}`" if " " not in heading else heading
        text += f"## {title}\n\n{sentence}\n\n| key | value | meaning |\n|---|---|---|\n"
        text += "".join(_row(key, model) for key in model.model_fields if key not in above) + "\n"
    return text.rstrip() + "\n"


def schema_text() -> str:
    """Write ``config/schema.json``, which editors use to complete and check study files."""
    return json.dumps(Study.model_json_schema(by_alias=True), indent=1, ensure_ascii=False) + "\n"


def _row(name: str, model: type[Section]) -> str:
    """Write the row of one key."""
    schema = model.model_json_schema(by_alias=True)
    key = model.model_fields[name].alias or name
    declared = schema["properties"][key]
    needed = key in schema.get("required", [])
    default = declared.get("default")
    value = _type_words(declared, schema)
    if needed:
        value += "; **needed**"
    elif default not in (None, [], {}):
        value += f"; default `{json.dumps(default)}`".replace('`"', "`").replace('"`', "`")
    description = " ".join((model.model_fields[name].description or "").split())
    return f"| `{key}` | {value} | {description.replace('|', chr(92) + '|')} |\n"


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
    if part.get("type") == "object":
        pattern, inner = next(iter(part["patternProperties"].items()))
        return f"by {'name' if 'a-z' in pattern else 'year'}: {_type_words(inner, schema)}"
    if part.get("type") == "string":
        pattern = part.get("pattern", "")
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
