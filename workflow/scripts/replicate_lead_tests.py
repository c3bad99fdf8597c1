"""Door of tests of leads: some replications of a design → the p-values of every estimator's test."""

from ruralpanel.stage import stage

with stage(snakemake):
    from ruralpanel.frames.storage import save_table
    from ruralpanel.monte_carlo.lead_tests import REPLICATIONS_KEY, replicate_lead_tests
    from ruralpanel.monte_carlo.plan import Plan

    plan = Plan.model_validate_json(snakemake.params.plan)
    (design,) = [each for each in plan.lead_designs() if each.name == snakemake.wildcards.design]
    first, last = map(int, snakemake.wildcards.batch.split("-"))
    rows = replicate_lead_tests(design, range(first, last + 1))
    save_table(rows, snakemake.output.rows, key=REPLICATIONS_KEY, keep_order=True)
