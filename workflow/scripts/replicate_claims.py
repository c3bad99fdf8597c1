"""Door of claims that are judged: some replications of a design → what becomes of the claims in each."""

from ruralpanel.stage import stage

with stage(snakemake):
    from ruralpanel.frames.storage import save_table
    from ruralpanel.monte_carlo.claim_rates import REPLICATIONS_KEY, replicate_claims
    from ruralpanel.monte_carlo.plan import Plan

    plan = Plan.model_validate_json(snakemake.params.plan)
    (design,) = [each for each in plan.claim_designs() if each.name == snakemake.wildcards.design]
    first, last = map(int, snakemake.wildcards.batch.split("-"))
    rows = replicate_claims(design, range(first, last + 1))
    save_table(rows, snakemake.output.rows, key=REPLICATIONS_KEY, keep_order=True)
