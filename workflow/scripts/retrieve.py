"""Door of retrieval: a mirror or a public address → one raw file with the hash that the study declares."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    import os
    from pathlib import Path

    from ruralpanel.sources.retrieval import MIRROR, retrieve
    from ruralpanel.study.sources import Source

    source = Source.model_validate_json(snakemake.params.declaration)
    mirror = os.environ.get(MIRROR)
    print(retrieve(snakemake.params.name, source, Path(snakemake.output[0]), Path(mirror) if mirror else None))
