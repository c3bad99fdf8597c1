"""Door that opens only when every published number and figure reproduces."""

from ruralpanel.stage import stage

with stage(snakemake):
    import json
    from pathlib import Path

    from ruralpanel.frames.storage import load_table
    from ruralpanel.verification.verdict import load_verdict, refuse_unless_reproduced

    facts = json.loads(Path(snakemake.input.facts).read_text(encoding="utf-8"))
    verdict, figures = load_verdict(snakemake.input.verdict), load_table(snakemake.input.figures)
    refuse_unless_reproduced(verdict, figures, facts["synthetic_twins"])
    Path(snakemake.output.accepted).touch()
