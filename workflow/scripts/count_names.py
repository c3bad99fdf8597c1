"""Door of `./run toponymy`: a public list of village names → shares of names by county."""

from ruralpanel.stage import stage

with stage(snakemake):
    import os
    import tarfile
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import pandas as pd

    from ruralpanel.placement import add_files
    from ruralpanel.sources.retrieval import MIRROR, mirror_folders, retrieve
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
    print(retrieve("names", source, archive, mirror_folders(os.environ.get(MIRROR))))
    with tarfile.open(archive) as opened:
        villages = pd.read_csv(opened.extractfile(patterns.names.member), dtype=str)
    target = Path(snakemake.params.target)
    with TemporaryDirectory() as made:
        name_shares(villages, patterns).to_csv(Path(made) / target.name, index=False, lineterminator="\n")
        print("written:", ", ".join(add_files(Path(made), target.parent)) or "nothing, the file is there already")
