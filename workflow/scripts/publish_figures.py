"""Door of `./run publish_figures`: today's figures become the published ones, and the published numbers stay."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.study.published_files import places_to_publish
    from ruralpanel.verification.figures import keep_figures

    places = places_to_publish(snakemake.params.path, Path(), snakemake.params.reads)
    keep_figures(snakemake.input.data, snakemake.input.pictures, places.figures)
    print(places.figures.as_posix())
