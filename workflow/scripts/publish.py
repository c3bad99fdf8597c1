"""Door of `./run publish`: today's numbers become the published ones."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel import __version__
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.verification.published import keep_as_published

    published = keep_as_published(
        load_estimates(snakemake.input.estimates),
        snakemake.params.shown,
        source=f"run of {snakemake.params.study} with ruralpanel {__version__}",
    )
    Path(snakemake.params.path).parent.mkdir(parents=True, exist_ok=True)
    published.to_csv(snakemake.params.path, index=False, lineterminator="\n")
