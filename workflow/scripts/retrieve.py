"""Door of retrieval: a mirror or a public address → one raw file with the hash that the study declares."""

from ruralpanel.stage import stage

with stage(snakemake):
    import os
    from pathlib import Path

    from ruralpanel.sources.retrieval import MIRROR, mirror_folders, retrieve
    from ruralpanel.study.sources import Source

    source = Source.model_validate_json(snakemake.params.declaration)
    mirrors = mirror_folders(os.environ.get(MIRROR))
    print(retrieve(snakemake.params.name, source, Path(snakemake.output[0]), mirrors))
