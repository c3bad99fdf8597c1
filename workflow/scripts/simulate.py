"""Door of `./run simulate`: the raw files of the simulated village economy."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.simulation.economy import simulate
    from ruralpanel.simulation.parameters import load_parameters
    from ruralpanel.simulation.raw_files import write_raw_files

    economy = simulate(load_parameters(), snakemake.params.seed)
    write_raw_files(economy, Path(snakemake.params.folder))
