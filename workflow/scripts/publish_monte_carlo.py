"""Door of `./run publish_monte_carlo`: the summary of the last run becomes the published one."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path
    from shutil import copyfile

    from ruralpanel.placement import place, replacing

    path = place(Path("results"), snakemake.params.path)
    with replacing(path) as beside:
        copyfile(snakemake.input.csv, beside)
    print(path.as_posix())
