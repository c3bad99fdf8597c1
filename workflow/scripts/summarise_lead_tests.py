"""Door of the end of tests of leads: replications → summary, figure and page."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    import pandas as pd

    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.monte_carlo.lead_tests import KEY, summarise_lead_tests
    from ruralpanel.monte_carlo.leads_figure import FIGURE_TITLE, leads_figure
    from ruralpanel.monte_carlo.leads_page import leads_page
    from ruralpanel.monte_carlo.plan import Plan

    plan = Plan.model_validate_json(snakemake.params.plan)
    replications = pd.concat([load_table(path) for path in snakemake.input.replications], ignore_index=True)
    summary = summarise_lead_tests(replications, plan)
    save_table(summary, snakemake.output.csv, key=KEY, keep_order=True)
    save_figure(leads_figure(summary, plan), *map(Path, snakemake.output.figures))
    picture = Path(snakemake.output.figures[0]).read_bytes()
    page = leads_page(summary, plan, {FIGURE_TITLE: picture}, ["../leads.csv"])
    Path(snakemake.output.page).write_text(page, encoding="utf-8")
