"""Door that opens only when every published number reproduces."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.verification.verdict import load_verdict, refuse_unless_reproduced

    refuse_unless_reproduced(load_verdict(snakemake.input.verdict))
    Path(snakemake.output.accepted).touch()
