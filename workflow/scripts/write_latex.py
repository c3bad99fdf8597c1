"""Door of the report stage: the author's text, exhibits, estimates and verdict → the paper as a LaTeX project."""

from ruralpanel.stage import stage

with stage(snakemake):
    import shutil
    from pathlib import Path

    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table
    from ruralpanel.report.latex.project import latex_project, pictures
    from ruralpanel.report.paper.exhibits import read_shown
    from ruralpanel.report.paper.facts import columns_of_facts
    from ruralpanel.report.paper.paper import sources_of, text_of
    from ruralpanel.study.model import Study
    from ruralpanel.verification.verdict import load_verdict

    study = Study.model_validate_json(snakemake.params.study)
    folder = Path(snakemake.input.captions[0]).parent
    exhibits = [read_shown(folder, study, name) for name in study.exhibits]
    sources = sources_of(
        study,
        estimates=load_estimates(snakemake.input.estimates),
        panel=load_table(snakemake.input.panel, columns=columns_of_facts(study)),
        claims=load_table(snakemake.input.claims),
        verdict=load_verdict(snakemake.input.verdict),
        diagnosis=load_findings(snakemake.input.diagnosis),
    )
    project = Path(snakemake.output.project)
    for name, contents in latex_project(study, *text_of(study), sources, exhibits).items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contents, encoding="utf-8")
    for name, file in pictures(exhibits).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, project / name)
