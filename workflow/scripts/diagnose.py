"""Door of the diagnosis stage: what could be wrong with each effect → one table."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    from ruralpanel.diagnosis.finding import KEY, load_findings
    from ruralpanel.frames.storage import save_table

    save_table(load_findings(snakemake.input.effects), snakemake.output.diagnosis, key=KEY, keep_order=True)
