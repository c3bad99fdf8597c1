"""Door of the end of claims that are judged: replications → summary, figure and page."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    import pandas as pd

    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.monte_carlo.claim_rates import KEY, summarise_claim_rates
    from ruralpanel.monte_carlo.claim_rates_figure import FIGURE_TITLE, claim_rates_figure
    from ruralpanel.monte_carlo.claim_rates_page import claim_rates_page
    from ruralpanel.monte_carlo.plan import Plan

    plan = Plan.model_validate_json(snakemake.params.plan)
    replications = pd.concat([load_table(path) for path in snakemake.input.replications], ignore_index=True)
    summary = summarise_claim_rates(replications, plan)
    save_table(summary, snakemake.output.csv, key=KEY, keep_order=True)
    save_figure(claim_rates_figure(summary), *map(Path, snakemake.output.figures))
    picture = Path(snakemake.output.figures[0]).read_bytes()
    page = claim_rates_page(summary, plan, {FIGURE_TITLE: picture}, ["../claims.csv"])
    Path(snakemake.output.page).write_text(page, encoding="utf-8")
