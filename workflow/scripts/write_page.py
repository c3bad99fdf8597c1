"""Door of the report stage: exhibits, ledgers, sources and verdict → one page."""

from ruralpanel.stage import stage

with stage(snakemake):
    import json
    from pathlib import Path

    import pandas as pd

    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table
    from ruralpanel.report.exhibits import read_exhibit
    from ruralpanel.report.explorer_line import is_current
    from ruralpanel.report.page import PageContents, write_page
    from ruralpanel.report.run_times import read_run_times
    from ruralpanel.study.facts import read_facts
    from ruralpanel.study.model import Study
    from ruralpanel.verification.summary import code_sentence
    from ruralpanel.verification.verdict import load_verdict
    from ruralpanel.words.crosscheck import crosscheck_words

    def read_json(path):
        return json.loads(Path(path).read_text(encoding="utf-8"))

    study = Study.model_validate_json(snakemake.params.study)
    folder = Path(snakemake.input.exhibits[0]).parent
    verdict_facts = read_json(snakemake.input.verdict_facts)
    contents = PageContents(
        name=snakemake.params.name,
        study=study,
        exhibits=[
            read_exhibit(folder, name, read_json(caption), is_table=exhibit.is_table)
            for (name, exhibit), caption in zip(study.exhibits.items(), snakemake.input.captions, strict=True)
        ],
        ledgers=pd.concat([load_table(path) for path in snakemake.input.ledgers], ignore_index=True),
        events=load_table(snakemake.input.events),
        provenance={
            name: read_json(path) for name, path in zip(study.sources, snakemake.input.provenance, strict=True)
        },
        codebook=load_table(snakemake.input.codebook),
        missingness=load_table(snakemake.input.missingness),
        legacies=load_table(snakemake.input.legacies),
        capacities=load_table(snakemake.input.capacities),
        balance=load_table(snakemake.input.balance),
        totals={path.name.split(".")[0]: load_table(path) for path in map(Path, snakemake.input.totals)},
        names={path.name.split(".")[0]: load_table(path) for path in map(Path, snakemake.input.names)},
        verdict=load_verdict(snakemake.input.verdict),
        figures=load_table(snakemake.input.figures),
        estimates=load_estimates(snakemake.input.estimates),
        claims=load_table(snakemake.input.claims),
        code=snakemake.params.estimation_code,
        sensitivity={path.stem: load_table(path) for path in map(Path, snakemake.input.sensitivity)},
        diagnosis=load_findings(snakemake.input.diagnosis),
        changed=[
            *(each["words"] for each in verdict_facts["changed_inputs"]),
            *([code_sentence(verdict_facts["changed_code"])] if verdict_facts["changed_code"] else []),
        ],
        registered=verdict_facts["registered"],
        crosschecked=crosscheck_words(verdict_facts["crosschecked"]),
        facts={name: read_facts(Path(path)) for name, path in study.facts.items()},
        lock=snakemake.params.lock,
        declared_at=snakemake.params.declared_at,
        # No rule can name the explorer or measurements among its inputs: what is there now is shown.
        explorer_is_there=is_current(Path(snakemake.output.page).parents[1], map(Path, snakemake.input.estimates)),
        run_times=read_run_times(
            Path(snakemake.params.benchmarks),
            {*study.sources, *study.tables, *study.blocks, *study.exhibits}
            | {f"{each.treatment}/{each.outcome}" for each in study.subjects},
        ),
    )
    Path(snakemake.output.page).write_text(write_page(contents), encoding="utf-8")
