"""Door of the verification stage: figures, and published ones → which reproduce, and their pictures side by side."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    from pathlib import Path

    from ruralpanel.estimation.address import address_of
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import save_json
    from ruralpanel.verification.figure_rows import figure_rows
    from ruralpanel.verification.figures import judge_figures, load_figure

    def load_figures(names, data, pictures):
        return {name: load_figure(Path(data, f"{name}.csv"), Path(pictures, f"{name}.png")) for name in names}

    numbers, published_figures = snakemake.params.figures, snakemake.params.published_figures
    kept = load_figures(published_figures, *[snakemake.params.published_folder] * 2)
    both = [name for name in published_figures if name in numbers]
    drawn = load_figures(both, snakemake.params.exhibits, snakemake.params.pictures)
    estimates = load_estimates(snakemake.input.estimates)
    addresses = {address_of(row) for row in estimates.to_dict("records")}
    figures = judge_figures(kept, drawn, numbers, addresses)
    figures.to_csv(snakemake.output.figures, index=False, lineterminator="\n")
    save_json(figure_rows(figures, kept, drawn), snakemake.output.shown)
