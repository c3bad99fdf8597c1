"""Door of `./run toponymy`: a public list of village names → shares of names by county."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    import os
    import tarfile
    from pathlib import Path

    import pandas as pd

    from ruralpanel.sources.retrieval import MIRROR, retrieve
    from ruralpanel.study.sources import Source
    from ruralpanel.toponymy.shares import load_patterns, name_shares

    patterns = load_patterns()
    source = Source.model_validate(
        {
            "retrieve": {"file": patterns.names.file, "sha256": patterns.names.sha256},
            "access": patterns.names.access,
            "format": "csv",
            "key": ["code"],
            "columns": {"code": None, "name": None},
        }
    )
    archive = Path(source.raw_file)
    mirror = os.environ.get(MIRROR)
    print(retrieve("names", source, archive, Path(mirror) if mirror else None))
    with tarfile.open(archive) as opened:
        villages = pd.read_csv(opened.extractfile(patterns.names.member), dtype=str)
    target = Path(snakemake.params.target)
    target.parent.mkdir(parents=True, exist_ok=True)
    name_shares(villages, patterns).to_csv(target, index=False, lineterminator="\n")
