"""Door that opens only when every published number and figure reproduces."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.storage import load_table
    from ruralpanel.verification.verdict import load_verdict, refuse_unless_reproduced

    refuse_unless_reproduced(load_verdict(snakemake.input.verdict), load_table(snakemake.input.figures))
    Path(snakemake.output.accepted).touch()
