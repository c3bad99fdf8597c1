"""Door of the Monte Carlo's end: replications → summary, figures and page."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    import pandas as pd

    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.monte_carlo.figure import figures
    from ruralpanel.monte_carlo.page import monte_carlo_page
    from ruralpanel.monte_carlo.plan import Plan
    from ruralpanel.monte_carlo.summary import KEY, summarise

    plan = Plan.model_validate_json(snakemake.params.plan)
    folder = Path(snakemake.output.page).parent
    replications = pd.concat([load_table(path) for path in snakemake.input.replications], ignore_index=True)
    summary = summarise(replications, plan)
    save_table(summary, snakemake.output.csv, key=KEY, keep_order=True)
    pictures = {}
    for name, (title, figure) in figures(summary, plan).items():
        save_figure(figure, *(folder / f"{name}.{ending}" for ending in ("png", "pdf", "svg")))
        pictures[title] = (folder / f"{name}.png").read_bytes()
    files = sorted(Path(path).name for path in [snakemake.output.csv, *snakemake.output.figures])
    Path(snakemake.output.page).write_text(monte_carlo_page(summary, plan, pictures, files), encoding="utf-8")
