"""Door of `./run simulate`: the raw files of the simulated village economy."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from ruralpanel.placement import add_files
    from ruralpanel.simulation.economy import simulate
    from ruralpanel.simulation.parameters import load_parameters
    from ruralpanel.simulation.raw_files import write_raw_files

    folder = Path(snakemake.params.folder)
    economy = simulate(load_parameters(), snakemake.params.seed)
    with TemporaryDirectory() as made:
        write_raw_files(economy, Path(made))
        print("written:", ", ".join(add_files(Path(made), folder)) or "nothing, all files are there already")
