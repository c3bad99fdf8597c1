"""Door of `./run publish_inputs`: the hashes of today's raw files go beside the published numbers they reproduce."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.errors import Problem, PublishedError
    from ruralpanel.verification.inputs import inputs_frame, inputs_read, load_provenance

    path = Path(snakemake.params.published_inputs)
    if not snakemake.input.published:
        raise PublishedError([Problem(path.as_posix(), "has no published numbers to stand beside")])
    inputs = inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path())
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs_frame(inputs).to_csv(path, index=False, lineterminator="\n")
