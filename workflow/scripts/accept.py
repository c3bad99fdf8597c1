"""Door that opens only when every published number reproduces."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    import json
    from pathlib import Path

    from ruralpanel.verification.verdict import load_verdict, refuse_unless_reproduced

    facts = json.loads(Path(snakemake.input.facts).read_text(encoding="utf-8"))
    refuse_unless_reproduced(load_verdict(snakemake.input.verdict), facts["synthetic_twins"])
    Path(snakemake.output.accepted).touch()
