"""Door of the Monte Carlo: some replications of a design → what each estimator found beside what is true."""

from ruralpanel.stage import stage

with stage(snakemake):
    from ruralpanel.frames.storage import save_table
    from ruralpanel.monte_carlo.plan import Plan
    from ruralpanel.monte_carlo.replicate import KEY, replicate

    plan = Plan.model_validate_json(snakemake.params.plan)
    (design,) = [each for each in plan.designs() if each.name == snakemake.wildcards.design]
    first, last = map(int, snakemake.wildcards.batch.split("-"))
    save_table(replicate(design, range(first, last + 1)), snakemake.output.rows, key=KEY, keep_order=True)
