# The study, loaded and checked once; and what each rule needs of it. A rule's parameters hold the part of the study
# it uses and the digest of the code behind it, so that a change reruns what depends on it and nothing else.

import json
import os
import re
import sys
from functools import cache
from pathlib import Path

from snakemake.logging import logger
from snakemake.persistence import PersistenceBase
from snakemake.persistence.file import FilePersistence
from snakemake.script import PythonScript

from ruralpanel.archive.marker import study_on_twins, synthetic_sources
from ruralpanel.crosscheck.facts import FACTS
from ruralpanel.diagnosis.modules import item_module, items_looked_for
from ruralpanel.early_cutoff import CUTS_OFF, forget_what_is_gone
from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.estimation.modules import (
    MATCHING,
    covariance_modules,
    digest_behind,
    estimator_module,
    modules_of,
    modules_of_numbers,
)
from ruralpanel.exhibits.caption import (
    declared,
    exhibit_numbers,
    exhibit_of_block,
    exhibits_by_number,
)
from ruralpanel.installation import PACKAGE, beside_modules, environment_digest
from ruralpanel.lineage import code_digest
from ruralpanel.monte_carlo.plan import load_plan
from ruralpanel.runs import end_with_signals, watch_over
from ruralpanel.sources.retrieval import set_aside_if_damaged
from ruralpanel.study.load import find_study, load_study
from ruralpanel.study.entry_lines import entry_lines
from ruralpanel.study.estimators import DIAGNOSING, TESTING_LEADS
from ruralpanel.study.identifying import identifying_columns
from ruralpanel.study.inputs import RAW_FILE, declared_inputs, files_read
from ruralpanel.study.paper_text import exhibits_of_appendix
from ruralpanel.study.own_estimators import own_files
from ruralpanel.study.registration import plan_of, registered_file
from ruralpanel.study.load import CONFIGURATION
from ruralpanel.study.retrieval import RETRIEVED_FILES
from ruralpanel.study.yaml_file import read_yaml
from ruralpanel.study.published_files import (
    published_code,
    published_folder,
    published_inputs,
    published_names,
)


def chosen_study():
    """Load the study that the configuration names, or end with everything that is wrong with it."""
    problems = [
        Problem(
            "config",
            "is not a key that is known here",
            key,
            nearest(key, CONFIGURATION),
        )
        for key in config
        if key not in CONFIGURATION
    ]
    try:
        name, path = find_study(config.get("study"), Path())
        study = load_study(config["study"])
        own = own_files(study.estimators, path.parent)
        # What stands behind --config is text, but for `True`. A file that says so came with the study, and allows nothing.
        allowed = workflow.config_settings.overwrite_config.get("allow_code", "")
        if own and str(allowed).lower() != "true":
            problems.append(code_not_allowed(name, own))
    except StudyError as error:
        problems += error.problems
    if problems:
        print(StudyError(problems), file=sys.stderr)
        sys.exit(1)
    return name, study, path


def code_not_allowed(name, files):
    """Say that a study has code of its own, which runs only if whoever runs it says so."""
    return Problem(
        name,
        f"estimates with code of its own ({', '.join(path.as_posix() for path in files)}), "
        "which can do all that you can do on this machine",
        "allow_code",
        "read it, and then add allow_code=true behind --config",
    )


def chosen_plan():
    """Load the plan of the Monte Carlo that the configuration names, or end with what is wrong with it."""
    try:
        return load_plan(config["monte_carlo"])
    except StudyError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


# To compare parameters Snakemake loads pandas, for some might be frames, which takes longer than all else that a run
# with nothing to do does. Parameters here are texts, lists and mappings, which it writes the same without.
if hasattr(PersistenceBase, "_serialize_param_builtin"):
    PersistenceBase._serialize_param = property(
        lambda self: self._serialize_param_builtin
    )

NAME, STUDY, STUDY_FILE = chosen_study()
STUDY_FOLDER = STUDY_FILE.parent
if workflow.is_main_process:
    watch_over(FilePersistence, NAME, logger.warning)

# What is typed to stop a run reaches its jobs too, which would each say of what they died; the run ends them.
if os.name == "posix":
    shell.prefix("trap '' INT; ")
TWINS = synthetic_sources(STUDY, Path())
STUDY = study_on_twins(STUDY, TWINS)
PLAN = chosen_plan()
MONTE_CARLO = f"results/monte_carlo/{config['monte_carlo']}"
RESULTS = f"results/{NAME}"
PUBLISHED = STUDY.published or f"results/published/{NAME}.csv"
PUBLISHED_FOLDER = published_folder(PUBLISHED)
PUBLISHED_FIGURES = published_names(PUBLISHED_FOLDER)
INPUTS = [list(each) for each in declared_inputs(STUDY)]
FILES_READ = files_read(STUDY)
IDENTIFYING = identifying_columns(STUDY)
# What ./run crosscheck found, where it was called.
CROSSCHECKED = [path for path in [f"{RESULTS}/{FACTS}"] if Path(path).is_file()]

REGISTERED = [str(path) for path in [registered_file(NAME)] if path.is_file()]
FILES_BESIDE_SOURCES = sorted({file for kind, _, file in INPUTS if kind != RAW_FILE})
SUBJECTS = {f"{each.treatment}/{each.outcome}": each for each in STUDY.subjects}
PROVENANCE = [f"{RESULTS}/sources/{name}.provenance.json" for name in STUDY.sources]
LOCK = environment_digest(Path())
TABLES_WITH_TOTALS = [name for name, table in STUDY.tables.items() if table.totals]
TABLES_WITH_NAMES = [name for name, table in STUDY.tables.items() if table.match_names]
TABLES = [name for name, exhibit in STUDY.exhibits.items() if exhibit.is_table]
FIGURES = [name for name in STUDY.exhibits if name not in TABLES]
LEDGERS = [
    *(f"{RESULTS}/sources/{name}.ledger.csv" for name in STUDY.sources),
    *(f"{RESULTS}/tables/{name}.ledger.csv" for name in STUDY.tables),
    f"{RESULTS}/panel/panel.ledger.csv",
    *(f"{RESULTS}/estimates/{name}.ledger.csv" for name in STUDY.blocks),
]
RETRIEVED = {
    source.raw_file: name for name, source in STUDY.sources.items() if source.retrieve
}
NOTHING = "(?!.)."  # a pattern that no name matches
# The online appendix has the exhibits that the author's text does not place, if any.
PAPER = {"paper": f"{RESULTS}/paper.pdf"} | (
    {"appendix": f"{RESULTS}/appendix.pdf"} if exhibits_of_appendix(STUDY) else {}
)
PAPER_FILES = STUDY.paper.files if STUDY.paper is not None else []
TEMPLATES = sorted(
    beside_modules(path) for path in (PACKAGE / "report/templates").glob("*.j2")
)


def memory(base, times):
    """Ask for memory in MiB: a base, so many times what the inputs take on disk, and twice that when tried again."""
    return lambda wildcards, input, attempt: attempt * (
        base + round(times * input.size_mb)
    )


def minutes(base, each):
    """Ask for time: a base, so many minutes for each MiB of inputs, and twice that when tried again."""
    return lambda wildcards, input, attempt: attempt * (
        base + round(each * input.size_mb)
    )


def as_json(model):
    """Write a part of the study as text, in the order of the study file, which numbers exhibits and orders steps."""
    return model.model_dump_json(by_alias=True)


def raw_file(wildcards):
    """Name the raw file of a source; a data set of a package has none."""
    source = STUDY.sources[wildcards.source]
    if source.retrieve:
        # Its contents cannot change while its hash is the same, so its time of retrieval reruns nothing.
        return [ancient(source.raw_file)]
    return [source.raw_file] if source.raw_file else []


def catalogue_file(wildcards):
    """Name the catalogue with the labels of a source, where it has one."""
    path = STUDY.sources[wildcards.source].catalogue
    return [path] if path else []


def corrections_file(wildcards):
    """Name the corrections of a source, where it has any."""
    path = STUDY.sources[wildcards.source].corrections
    return [path] if path else []


def made_table(name):
    """Name the file of a source's table, or of a table made of sources."""
    stage = "tables" if name in STUDY.tables else "sources"
    return f"{RESULTS}/{stage}/{name}.parquet"


def decisions_file(wildcards):
    """Name the decisions on place names of a table, where it has any."""
    names = STUDY.tables[wildcards.table].match_names
    return [names.decisions] if names is not None and names.decisions else []


def panel_description():
    """Write what the codebook needs of the study as text."""
    origins = {
        name: origin.model_dump() for name, origin in STUDY.column_origins().items()
    }
    columns = sorted(
        {
            outcome.adoption or outcome.column or name
            for name, outcome in STUDY.outcomes.items()
        }
    )
    keys = {"unit": STUDY.panel.unit, "period": STUDY.panel.period}
    return json.dumps(
        {
            "origins": origins,
            "columns": columns,
            "designations": list(STUDY.designation),
            "levels": STUDY.levels,
            "frequency": STUDY.panel.frequency,
            "minimum_cell": STUDY.minimum_cell,
            **keys,
        }
    )


def equations_as_json(block):
    """Write all equations of a block as text."""
    return json.dumps(
        [json.loads(as_json(equation)) for equation in STUDY.equations(block)]
    )


def estimation_code(block):
    """Compute the digest of the code behind a block."""
    return digest_behind(STUDY, block, STUDY_FOLDER)


def replication_code():
    """Compute the digest of the code behind replications: the economy, and the plan's estimators."""
    return code_digest(
        "ruralpanel.monte_carlo.replicate",
        *map(estimator_module, PLAN.estimators),
        *covariance_modules(PLAN.variances.values()),
    )


def lead_test_code():
    """Compute the digest of the code behind tests of leads: the economy, and the estimators that have a test."""
    return code_digest(
        "ruralpanel.monte_carlo.lead_tests",
        *(estimator_module(name) for name in PLAN.estimators if name in TESTING_LEADS),
        *covariance_modules(PLAN.of_leads().variances.values()),
    )


def claims_code():
    """Compute the digest of the code behind claims that are judged: the economy, estimators, all items, and the rule."""
    estimators = PLAN.claims.estimators if PLAN.claims is not None else []
    return code_digest(
        "ruralpanel.monte_carlo.claim_rates",
        *map(item_module, items_looked_for()),
        *modules_of({*DIAGNOSING.values(), *estimators}),
        *covariance_modules(PLAN.of_claims().variances.values()),
    )


def analysed_block(wildcards):
    """Name the block that a sensitivity analysis is of."""
    return f"{RESULTS}/estimates/{STUDY.sensitivity[wildcards.analysis].block}"


def analysed_panel(wildcards):
    """Name the panel, for an analysis that estimates again."""
    needed = STUDY.sensitivity[wildcards.analysis].reads_panel
    return [f"{RESULTS}/panel/panel.parquet"] if needed else []


def analysed_equations_as_json(name):
    """Write the equations that a sensitivity analysis is of as text."""
    return json.dumps(
        [json.loads(as_json(equation)) for equation in STUDY.equations_analysed(name)]
    )


def sensitivity_code(name):
    """Compute the digest of the code behind a sensitivity analysis."""
    declared = STUDY.sensitivity[name]
    equations = STUDY.equations_analysed(name)
    return code_digest(
        "ruralpanel.sensitivity.analysis",
        "ruralpanel.estimation.columns_read",
        *([declared.made_of] if declared.made_of else []),
        f"ruralpanel.sensitivity.{declared.kind}",
        *(
            covariance_modules(each.inference for each in equations)
            if declared.reads_panel
            else []
        ),
        *(
            [*modules_of(each.estimator for each in equations), MATCHING]
            if declared.estimates_again
            else []
        ),
    )


@cache
def declaration(name):
    """Pick from the study what an exhibit needs, once."""
    return declared(STUDY, name)


def exhibit_lines():
    """Find the lines of the study file in which exhibits are declared."""
    text = STUDY_FILE.read_text(encoding="utf-8-sig")
    return entry_lines(text, "exhibits", STUDY.exhibits)


def found_in(effects):
    """Name the files with what could be wrong with effects."""
    return [f"{RESULTS}/diagnosis/{effect}.csv" for effect in effects]


def diagnosis_code(subject):
    """Compute the digest of the code behind the diagnosis of an effect: the items, and what they estimate with."""
    equation = subject.equation
    return code_digest(
        "ruralpanel.diagnosis.diagnose",
        "ruralpanel.estimation.columns_read",
        *map(item_module, items_looked_for(STUDY.diagnosis.skip)),
        *modules_of({*DIAGNOSING.values(), equation.estimator}),
        *covariance_modules([equation.inference]),
        *([MATCHING] if equation.matching else []),
    )


def exhibit_inputs(wildcards):
    """Name the files an exhibit is made from, under the names its kind knows them by."""
    exhibit = STUDY.exhibits[wildcards.exhibit]
    files = {
        "estimates": [
            f"{RESULTS}/estimates/{block}.csv" for block in exhibit.estimated_in
        ],
        "draws": [
            f"{RESULTS}/estimates/{block}.draws.parquet"
            for block in exhibit.estimated_in
        ],
        "ledgers": LEDGERS,
        "sources": [f"{RESULTS}/sources/{source}.parquet" for source in STUDY.sources],
        "claims": f"{RESULTS}/claims.csv",
        "sensitivity": [
            f"{RESULTS}/sensitivity/{name}.csv" for name in exhibit.analysed_in
        ],
        "panel": f"{RESULTS}/panel/panel.parquet",
        "events": f"{RESULTS}/panel/designation.csv",
        "matches": f"{RESULTS}/panel/matches.csv",
        "balance": f"{RESULTS}/panel/balance.csv",
        "missingness": f"{RESULTS}/panel/missingness.csv",
        "codebook": f"{RESULTS}/panel/codebook.csv",
    }
    files |= exhibit.further_files(STUDY, made_table)
    read = {name: files[name] for name in exhibit.reads}
    if shown := declaration(wildcards.exhibit).subjects:
        read["diagnosis"] = found_in(map("/".join, shown))
    if exhibit.is_table and "estimates" in exhibit.reads:
        read["unasked"] = [
            f"{RESULTS}/estimates/{block}.ledger.csv" for block in exhibit.estimated_in
        ]
    return read | {"facts": list(declaration(wildcards.exhibit).facts.values())}


def exhibit_code(name):
    """Compute the digest of the code behind an exhibit."""
    kind = STUDY.exhibits[name].kind
    forms = ("style",) if name in FIGURES else ("printed_table", "latex", "word")
    small = ["ruralpanel.verification.pictures"] if name in FIGURES else []
    return code_digest(
        *small,
        *(
            f"ruralpanel.exhibits.{module}"
            for module in (kind, "inputs", "facts", "flaws", "unasked", *forms)
        ),
    )


def published_file(wildcards):
    """Name the published values, where there are any."""
    return [PUBLISHED] if Path(PUBLISHED).is_file() else []


def published_inputs_file(wildcards):
    """Name the hashes of the published numbers' inputs, where they were kept."""
    path = published_inputs(PUBLISHED)
    return [str(path)] if path.is_file() else []


def published_code_file(wildcards):
    """Name the digests of the code of the published numbers, where they were kept."""
    path = published_code(PUBLISHED)
    return [str(path)] if path.is_file() else []


def numbers_own_files():
    """Name the files of the study's own estimators."""
    return [str(path) for path in own_files(STUDY.estimators, STUDY_FOLDER)]


def published_figure_files(wildcards):
    """Name the files of the published figures."""
    paths = [
        PUBLISHED_FOLDER / f"{name}.{ending}"
        for name in PUBLISHED_FIGURES
        for ending in ("csv", "png")
    ]
    return [str(path) for path in paths if path.is_file()]


def figures_to_compare(wildcards):
    """Name the figures of the run that are published too, as data and as small pictures."""
    names = [name for name in PUBLISHED_FIGURES if name in FIGURES]
    places = [
        f"{RESULTS}/exhibits/{{exhibit}}.csv",
        f"{RESULTS}/pictures/{{exhibit}}.png",
    ]
    return expand(places, exhibit=names)


def set_damaged_files_aside():
    """Set kept files aside whose hash is not right, so that they are retrieved anew where they are needed."""
    for path, name in RETRIEVED.items():
        aside = set_aside_if_damaged(STUDY.sources[name].retrieve, Path(path))
        if aside is not None:
            logger.warning(
                f"{path} was not the file it should be and is now {aside}; it is retrieved anew when it is needed."
            )


if (
    workflow.is_main_process
):  # once a run: a large file takes a while, and each job reads this file again
    set_damaged_files_aside()

# A retrieved file that is in place is an input, which may have been put there by hand, and no job's output that a flag
# such as --delete-all-output would take away.
TO_RETRIEVE = [path for path in map(Path, RETRIEVED) if not path.is_file()]


def hash_before_name(path):
    """Write the pattern of the hash that a retrieved file is kept by, where its name follows."""
    return f"{path.parent.name}(?=/{re.escape(path.name)}$)"


wildcard_constraints:
    source="|".join(STUDY.sources),
    table="|".join(STUDY.tables) or NOTHING,
    block="|".join(STUDY.blocks),
    analysis="|".join(STUDY.sensitivity) or NOTHING,
    exhibit="|".join(STUDY.exhibits),
    effect="|".join(SUBJECTS) or NOTHING,
    design="|".join(
        design.name
        for design in [*PLAN.designs(), *PLAN.lead_designs(), *PLAN.claim_designs()]
    ),
    batch="[0-9]+-[0-9]+",
    sha256="|".join(map(hash_before_name, TO_RETRIEVE)) or NOTHING,
    file="|".join(re.escape(path.name) for path in TO_RETRIEVE) or NOTHING,


if TWINS and workflow.is_main_process:
    logger.warning(
        f"Synthetic twins stand in for restricted files ({', '.join(TWINS)}): nothing computed here is a result."
    )

logger.info(f"Study {NAME}: {STUDY.title}", extra={"ruralpanel_results": RESULTS})
