"""Door that opens only when every published number and figure reproduces, and nothing happened that may not."""

from ruralpanel.stage import stage

with stage(snakemake):
    import json
    from pathlib import Path

    import pandas as pd

    from ruralpanel.frames.storage import load_table
    from ruralpanel.verification.inputs import InputChanged, inputs_read, load_provenance, refuse_changed
    from ruralpanel.verification.strictness import NotAllowed, refuse, unasked_problems
    from ruralpanel.verification.verdict import NotReproduced, load_verdict, refuse_unless_reproduced

    facts = json.loads(Path(snakemake.input.facts).read_text(encoding="utf-8"))
    verdict, figures = load_verdict(snakemake.input.verdict), load_table(snakemake.input.figures)
    errors = []
    read = inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path())
    try:
        refuse_changed(read, Path(), snakemake.input.provenance)
    except InputChanged as error:
        errors.append(error)
    try:
        refuse_unless_reproduced(verdict, figures, facts["synthetic_twins"])
    except NotReproduced as error:
        errors.append(error)
    if snakemake.input.ledgers:
        ledgers = pd.concat([load_table(path) for path in snakemake.input.ledgers], ignore_index=True)
        if problems := unasked_problems(ledgers, snakemake.params.strict, snakemake.params.strict_blocks):
            errors.append(NotAllowed(problems))
    refuse(errors)
    Path(snakemake.output.accepted).touch()
