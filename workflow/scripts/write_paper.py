"""Door of the report stage: the author's text, exhibits, estimates and verdict → the paper as PDF."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table
    from ruralpanel.report.paper.exhibits import read_shown
    from ruralpanel.report.paper.facts import columns_of_facts
    from ruralpanel.report.paper.paper import write_appendix, write_paper
    from ruralpanel.study.model import Study
    from ruralpanel.verification.verdict import load_verdict

    study = Study.model_validate_json(snakemake.params.study)
    folder = Path(snakemake.input.captions[0]).parent
    exhibits = [read_shown(folder, study, name) for name in study.exhibits]
    figures = {path.name: path for path in map(Path, snakemake.input.figures)}
    paper = write_paper(
        study,
        exhibits,
        estimates=load_estimates(snakemake.input.estimates),
        panel=load_table(snakemake.input.panel, columns=columns_of_facts(study)),
        claims=load_table(snakemake.input.claims),
        verdict=load_verdict(snakemake.input.verdict),
        diagnosis=load_findings(snakemake.input.diagnosis),
        figures=figures,
    )
    Path(snakemake.output.paper).write_bytes(paper)
    if snakemake.output.get("appendix"):
        Path(snakemake.output.appendix).write_bytes(write_appendix(study, exhibits, figures))
