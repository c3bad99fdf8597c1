"""Door of the diagnosis stage: the panel and the estimates of one effect → what could be wrong with them."""

from ruralpanel.early_cutoff import Taken
from ruralpanel.stage import stage

# The other rows of a block's estimates are of no concern here, nor are numbers of rows, which change with those and are
# left behind as estimates are read.
TAKEN = Taken("outcome", snakemake.wildcards.effect.rpartition("/")[2], apart_from="row")

with stage(snakemake, follows=True, rows={"estimates": TAKEN}):
    from ruralpanel.diagnosis.diagnose import diagnose
    from ruralpanel.diagnosis.finding import KEY, without_names
    from ruralpanel.estimation.columns_read import columns_read
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.study.diagnosis import Diagnosis
    from ruralpanel.study.subjects import DeclaredSubject

    subject = DeclaredSubject.model_validate_json(snakemake.params.subject)
    whom = (snakemake.params.designations, snakemake.params.levels)
    read = columns_read(snakemake.input.panel, [subject], [subject.equation.estimator], *whom)
    estimates = load_estimates(snakemake.input.estimates)
    findings = diagnose(
        settings=Diagnosis.model_validate_json(snakemake.params.settings),
        subjects=[subject],
        panel=load_table(snakemake.input.panel, columns=read),
        estimates=estimates[estimates["outcome"] == TAKEN.cell],
        seed=snakemake.params.seed,
        events=load_table(snakemake.input.events, texts=["unit"]),
    )
    if snakemake.params.confidential:
        findings = without_names(findings)
    if (minimum := snakemake.params.minimum_cell) is not None:
        from ruralpanel.frames.small_cells import findings_without_small

        findings = findings_without_small(findings, minimum)
    save_table(findings, snakemake.output.diagnosis, key=KEY, keep_order=True)
