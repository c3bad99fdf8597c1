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
from ruralpanel.study.blocks import Block, GroupTime, Inference, Specification
from ruralpanel.study.claims import Claim, ClaimTest
from ruralpanel.study.contracts import Check
from ruralpanel.study.designation import Designation, YearlyList
from ruralpanel.study.exhibits import KINDS, Exhibit
from ruralpanel.study.legacies import Capacity, Legacy, Proxy
from ruralpanel.study.measures import Deflator, Derived
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import Join, Panel, Restriction
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
from ruralpanel.study.sources import RETRIEVED_FILES, Column, Retrieval, Source
from ruralpanel.study.switching import Switching
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.study.tables import Computed, Crosswalk, Group, Part, Recode, Summary, Table, Total

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

## Tables made of sources

Sources can be put together before the panel is built: two censuses one below the other, a list counted by county. A
table is declared under `tables`, and its name then stands wherever a source's name can:

```yaml
sources:
  census_2010: {{path: data/raw/my_study/census_2010.xlsx, key: [county], columns: {{
    county: {{from: 区划代码, type: code, level: county}}, residents: 合计, schooling: 平均受教育年限}}}}
  census_2020: {{path: data/raw/my_study/census_2020.xlsx, key: [county], columns: {{
    county: {{from: 区划代码, type: code, level: county}}, residents: 人口数, schooling: 平均受教育年限}}}}
  area_codes: {{path: data/raw/my_study/area_codes.csv, key: [code, started], columns: {{
    code: {{from: 代码, type: code, level: county}}, name: 名称, started: 启用时间,
    changed: 变更/弃用时间, successors: {{from: 新代码, type: text}}}}}}
tables:
  census:
    stack:
      - {{source: census_2010, add: {{year: 2010}}}}
      - {{source: census_2020, add: {{year: 2020}}}}
    recode:                     # to the codes of 2020; where an area was split, its parts are one area in both years
      column: county
      crosswalk: {{source: area_codes, old: code, new: successors, year: changed, since: started, name: name}}
      from: year
      to: 2020
      several_successors: merge
    group:                      # rows that have the same code now are put together
      by: [county, year]
      columns:
        residents: sum
        schooling: {{take: mean, weights: residents}}
panel:
  unit: county
  period: year
  base: census
```

A crosswalk says which code became which, and in which first year. It may be a table with a row for each old and new
code, or one like that of China's codes at county level above, with all successors in a cell (`130102;130104`) and the
year of those to which a part went at another time (`130108[2001]`). Where two tables are to have the same areas of
constant boundaries, give both the same `to` and `constant_since`.

Rows of totals, such as provinces (370000) among counties, are left out by `keep`, on the code read as a number too:
`number: {{from: 区划代码, type: number}}` and `keep: number % 100 != 0`. A list of places is counted by county with
`group: {{by: [county, year], columns: {{listed_villages: count}}}}`, and joined to a panel of counties with
`unmatched: zero`, so that counties without a listed place have 0.

`results/<study>/tables/<table>.recode.csv` has a row for each year and old code: `from_year`, `old_code`, `old_name`,
`to_year`, `new_code`, `new_name`, `what`, `years` and `changes` that were followed, `parts_moved`, `note`, and the
number of `rows`. What can become of a code:

| what | when |
|---|---|
{outcomes}
## Conditions and expressions

`keep`, `sample` and `expression` use columns, numbers, text in quotes, `+ - * / // % **`, comparisons, `in [..]`,
`and`, `or`, `not`, and the functions abs, arcsinh, exp, expm1, log, log10, log1p, sqrt. A row in which a column of a
condition is missing does not fulfil it. Columns that a designation adds (`NAME`, `NAME_cohort`, `NAME_event_time`),
those that `panel.places` adds, and capacities, can be used in `panel.sample`, in blocks and as outcomes, not in
`derived`.

## Derived columns

A column that no source has is computed in one of seven ways:

```yaml
sources:
  prices:                       # read beside the panel: one row for each year
    path: data/raw/my_study/prices.csv
    key: [year]
    columns: {{year: , cpi: }}
panel:
  deflators:
    rural_prices: {{source: prices, index: cpi, kind: previous_year, period: year, base: 2017}}
  derived:
    share_away: away / registered
    real_income: {{real: income, deflator: rural_prices}}
    revenue_per_head: {{per_head: revenue, population: registered, counted: registered}}
    income_trimmed: {{winsorise: real_income, lower: 0.01, upper: 0.99, by: [year]}}
    income_growth: {{growth: real_income, periods: 1, measure: log_difference}}
    income_before: {{lag: real_income, periods: 1}}
    income_2008: {{baseline: real_income, at: [2008, 2010]}}
```

`periods` are those of the panel's period, usually years, and never rows: in a panel of 2010, 2012 and 2014 nothing is
one year before anything, and `periods: 2` is the wave before. Growth is per period in between, on average: over two
years, the log difference is halved and the rate is the one that, twice in a row, leads from the earlier value to the
later. `since: previous_observation` measures from the unit's previous known value, one wave or several before, and so
compares growth over unequal gaps. Nothing is taken from another unit. A missing input gives a missing value, and the
ledger counts the missing by their reason. All of this happens before `panel.sample` leaves rows out, so that the first
row that stays can have a lag.

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

## Legacies

What history left behind cannot be seen, but has left traces that can. A legacy has capacities, and a capacity has
proxies, columns that stand for it:

```yaml
legacies:
  kinship_and_place:
    label: Kinship and place ties
    capacities:
      collective_action:          # adds the column collective_action
        label: Collective action
        index: icw                # or first_component, or mean
        reference: plain == 0     # whose mean is 0 and standard deviation 1; left out: all units
        proxies:
          genealogies: {{sign: positive, vintage: 1950, level: county}}
          ancestral_halls: {{sign: positive, vintage: 2000}}
          outsiders: {{sign: negative, vintage: 1990, label: Households of other surnames}}
        within: [county]
```

A proxy has one value for each unit, and must be older than the first designation. Every unit counts once, and units are
those of the panel before `panel.sample`: restricting the sample changes no index. The ledger says for how many units
an index is made of some of its proxies only, and which proxy gets a weight against its declared sign.
`results/<study>/panel/legacies.csv` has one row for each capacity and one for each of its proxies:

| column | what it holds |
|---|---|
{index_measures}
`capacities.csv` beside it has the correlation of each `capacity` with each `other`, over the `units` that have both.

## Few clusters, many outcomes

What t tests say is right for many clusters and one hypothesis. A block can ask for more:

```yaml
outcomes:
  income: {{label: Income per head, family: livelihood}}
  assets: {{label: Value of assets, family: livelihood}}
blocks:
  effects:
    outcomes: [income, assets]
    estimators: [two_way_fixed_effects]
    moderators: [kinship]
    adjustment: romano_wolf       # or westfall_young, holm, sharpened; by family of outcomes
    inference:
      cluster: [county]
      bootstrap: {{weights: webb}}  # wild cluster bootstrap with the null hypothesis imposed, 9,999 draws
      permutation: {{within: [province], draws: 999}}
  dynamics:
    outcomes: [income, assets]
    estimators: [event_study]
    inference: {{cluster: [county], simultaneous: true}}
exhibits:
  effects:
    kind: regression_table
    title: Effects and what moderates them
    blocks: [effects]
    p_values: [bootstrap, permutation, adjusted]
    minimum_detectable_effect: true
  dynamics: {{kind: event_study_figure, title: Before and after, blocks: [dynamics]}}
```

Estimates and standard errors stay as they are; new columns are `p_value_bootstrap` (with
`interval_low_bootstrap` and `interval_high_bootstrap`, the hypotheses that are not rejected), `p_value_permutation`,
`p_value_adjusted`, each with a column that says how it was made or why there is none, `interval_low_simultaneous` and
`interval_high_simultaneous`. `minimum_detectable_effect` is always there. The numbers drawn follow from the study's
`seed` and the block's name: neither the order of rows nor the number of cores changes a p-value, and the equations of
a block draw the same for the same cluster, which is what joint tests need. With n draws no p-value is below 1/(n + 1).

Permutations ask whether anybody's outcome depends on when anybody was treated. Where the treatment has an effect, the
permutation p-value of `treatment*moderator` is therefore no test of whether the effect differs; the bootstrap's is.

## Balance of the panel

`results/<study>/panel/balance.csv` counts the units of the finished panel by when they are observed, for each
designation and treatment status: one row for each `designation`, `status`, `measure` and `value`, with `units` and
their `share` of the units with that status.

| status | which units |
|---|---|
{statuses}
| measure | value |
|---|---|
{balance_measures}

## Estimators

| estimator | what it needs | shown in |
|---|---|---|
| `two_way_fixed_effects` | treatments or regressors; `moderators` if wanted | regression tables |
| `poisson_fixed_effects` | the same, with an outcome of zero or more that is not transformed | regression tables |
| `complementary_log_log` | an outcome of 0 and 1; fixed effects of few levels | regression tables |
| `event_study` | one treatment that stays | event-study figures, regression tables |
| `sun_abraham` | one treatment that stays | event-study figures; the average over all that is treated in tables |
| `callaway_santanna` | the same; `group_time` if wanted | event-study figures; the average in tables |
| `chaisemartin_dhaultfoeuille` | one treatment, which may end; `switching` if wanted | the same |
| `synthetic_difference_in_differences` | one treatment that stays, two periods before it, two units never treated; \
`synthetic` if wanted | event-study figures; the average in tables |
| `cohort_means` | one treatment at most | figures of raw trends |

```yaml
blocks:
  legacies:                     # rows for listed, listed*kinship and listed*workshops
    outcomes: [income]
    estimators: [two_way_fixed_effects]
    moderators: [kinship, workshops]
    fixed_effects: [village, province*year]
    inference: {{cluster: [county]}}
  robustness:
    outcomes: [income]
    estimators: [two_way_fixed_effects]
    specifications:
      trends: {{fixed_effects: ["village[year]", year]}}
      baseline: {{fixed_effects: [village, "year[baseline_income]"]}}
      spatial: {{inference: {{variance: spatial, cutoff: 50, kernel: bartlett}}}}
  dynamic:
    outcomes: [income]
    estimators: [event_study, sun_abraham]
  firms:
    outcomes: [new_firms]
    estimators: [poisson_fixed_effects]
  weighted_controls:
    outcomes: [income]
    estimators: [synthetic_difference_in_differences]
    window: [-4, 4]
    synthetic: {{search: newton, standard_errors: bootstrap, draws: 499}}
```

A fixed effect with a slope is written in quotes within brackets, where YAML would read the inner ones as a list. Slopes
count one coefficient for each level under every small-sample correction.

`sun_abraham` compares with the never treated, and with cohorts that are not seen both before and after treatment:
these have no effect of their own. A Poisson regression has coefficients of the log of the mean, and inference by the
normal distribution. It leaves out the rows of a fixed effect whose outcomes are all zero; where a regressor is found
with zeros only, the equation has no estimate. The ledger counts what leaves.

`synthetic_difference_in_differences` weighs units never treated, for each cohort, and the periods before its treatment;
effects by event time are measured from the weighted mean of these periods. It uses units observed in all periods and
leaves out those treated from the first one on; a cohort seen in less than two periods before treatment has a row with
that reason and no part in the averages, which count every treated row the same. Leads say how well the weights fit
and test nothing. The jackknife holds weights fixed, so that its intervals of leads are wider than those of a bootstrap.

Spatial standard errors use the sphere of `panel.places`; R fixest's has a radius of 6376 km, so that its cutoff of
50 km is one of 49.96 km here. Their t distribution has the degrees of freedom of independent rows. Where a variance
comes out negative it is raised to nearly zero, as R fixest does; ledger and notes then say that it means nothing.

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
    ("sources.NAME.retrieve", "For a file that is not in the repository, known by its hash.", Retrieval),
    (
        "sources.NAME.columns",
        "One entry for each column that is used, by the name used in the rest of the study.",
        Column,
    ),
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
    ("group_time", "In a block or a specification with `callaway_santanna`.", GroupTime),
    ("synthetic", "In a block or a specification with `synthetic_difference_in_differences`.", Synthetic),
    ("switching", "In a block or a specification with `chaisemartin_dhaultfoeuille`.", Switching),
    ("exhibits", "One entry for each table or figure, by name; all kinds have:", Exhibit),
    *((f"exhibits of kind {name}", "Also:", kind) for name, kind in KINDS.items()),
    ("claims", "What is claimed, by name. `results/<study>/claims.csv` says what became of it.", Claim),
    ("tests", "In a claim.", ClaimTest),
]


def reference_text() -> str:
    """Write ``config/README.md``."""
    from ruralpanel.estimation.estimates import COLUMNS
    from ruralpanel.panel import balance
    from ruralpanel.panel.legacies.capacities import MEASURES, WITHIN
    from ruralpanel.panel.lists import EVENTS
    from ruralpanel.tables.administrative_codes import OUTCOMES
    from ruralpanel.verification.published import STATISTICS

    markers = ", ".join(f"`{marker}`" for marker in MISSING_MARKERS)
    statistics = ", ".join(f"`{name}`" for name in STATISTICS)
    estimates = "".join(f"| `{name}` | {words} |\n" for name, (_, words) in COLUMNS.items())
    events = "".join(f"| `{event}` | {when} |\n" for event, when in EVENTS.items())
    index_measures = "".join(
        f"| `{name}` | {words} |\n" for name, words in (MEASURES | {"within_NAME": WITHIN}).items()
    )
    balance_measures = "".join(f"| `{measure}` | {value} |\n" for measure, value in balance.MEASURES.items())
    outcomes = "".join(f"| `{what}` | {when} |\n" for what, when in OUTCOMES.items())
    text = OPENING.format(
        outcomes=outcomes,
        estimates=estimates,
        events=events,
        example=EXAMPLE,
        markers=markers,
        index_measures=index_measures,
        balance_measures=balance_measures,
        retrieved=RETRIEVED_FILES,
        statistics=statistics,
        statuses="".join(f"| `{status}` | {who} |\n" for status, who in balance.STATUSES.items()),
    )
    inherited: dict[type[Section], type[Section]] = {Block: Specification, **dict.fromkeys(KINDS.values(), Exhibit)}
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
    if part.get("type") == "object" and "patternProperties" not in part:
        return f"by value: {_type_words(part['additionalProperties'], schema)}"
    if part.get("type") == "object":
        pattern, inner = next(iter(part["patternProperties"].items()))
        return f"by {'name' if 'a-z' in pattern else 'year'}: {_type_words(inner, schema)}"
    if part.get("type") == "string":
        pattern = part.get("pattern", "")
        if r"\[" in pattern:
            return "fixed effect"
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
