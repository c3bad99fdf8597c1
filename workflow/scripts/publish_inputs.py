"""Door of `./run publish_inputs`: hashes of today's raw files and code go beside the numbers that they reproduce."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.errors import Problem, PublishedError
    from ruralpanel.lineage import file_digests
    from ruralpanel.placement import replacing
    from ruralpanel.study.published_files import places_to_publish
    from ruralpanel.verification.code import code_frame, read_published_code
    from ruralpanel.verification.inputs import (
        inputs_frame,
        inputs_read,
        load_provenance,
        read_published_inputs,
        refuse_changed,
    )

    places = places_to_publish(snakemake.params.path, Path(), snakemake.params.reads)
    path = places.inputs
    if not snakemake.input.published:
        raise PublishedError([Problem(path.as_posix(), "has no published numbers to stand beside")])
    read_published_inputs(path)  # a file of another kind is not replaced
    read_published_code(places.code)
    inputs = inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path())
    refuse_changed(inputs, Path(), snakemake.input.provenance)
    code = file_digests(*snakemake.params.modules, files=map(Path, snakemake.params.own_files))
    with replacing(path) as beside, replacing(places.code) as code_beside:
        inputs_frame(inputs).to_csv(beside, index=False, lineterminator="\n")
        code_frame(code).to_csv(code_beside, index=False, lineterminator="\n")
    for written in (path, places.code):
        print(written.as_posix())
