"""Door of `./run publish_inputs`: the hashes of today's raw files go beside the published numbers they reproduce."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.errors import Problem, PublishedError
    from ruralpanel.placement import replacing
    from ruralpanel.study.published_files import places_to_publish
    from ruralpanel.verification.inputs import inputs_frame, inputs_read, load_provenance, read_published_inputs

    path = places_to_publish(snakemake.params.path, Path(), snakemake.params.reads).inputs
    if not snakemake.input.published:
        raise PublishedError([Problem(path.as_posix(), "has no published numbers to stand beside")])
    read_published_inputs(path)  # a file of another kind is not replaced
    inputs = inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path())
    with replacing(path) as beside:
        inputs_frame(inputs).to_csv(beside, index=False, lineterminator="\n")
    print(path.as_posix())
