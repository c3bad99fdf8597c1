"""Door of the diagnosis stage: the panel and the estimates of all blocks → what could be wrong with them."""

from ruralpanel.stage import stage

with stage(snakemake):
    from ruralpanel.diagnosis.diagnose import diagnose
    from ruralpanel.diagnosis.finding import KEY, findings_frame
    from ruralpanel.estimation.columns_read import columns_read
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.study.diagnosis import Diagnosis
    from ruralpanel.study.subjects import DeclaredSubject

    subjects = [DeclaredSubject.model_validate_json(text) for text in snakemake.params.subjects]
    findings = findings_frame([])
    if subjects:
        whom = (snakemake.params.designations, snakemake.params.levels)
        read = columns_read(snakemake.input.panel, subjects, [each.equation.estimator for each in subjects], *whom)
        findings = diagnose(
            settings=Diagnosis.model_validate_json(snakemake.params.settings),
            subjects=subjects,
            panel=load_table(snakemake.input.panel, columns=read),
            estimates=load_estimates(snakemake.input.estimates),
            seed=snakemake.params.seed,
            events=load_table(snakemake.input.events, texts=["unit"]),
        )
    save_table(findings, snakemake.output.diagnosis, key=KEY, keep_order=True)
