rule read_source:
    input:
        raw=raw_file,
        corrections=corrections_file,
    output:
        table=f"{RESULTS}/sources/{{source}}.parquet",
        ledger=f"{RESULTS}/sources/{{source}}.ledger.csv",
        quarantine=f"{RESULTS}/sources/{{source}}.quarantine.csv",
        provenance=f"{RESULTS}/sources/{{source}}.provenance.json",
    log:
        f"{RESULTS}/logs/read_source/{{source}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/read_source/{{source}}.tsv"
    params:
        declaration=lambda wildcards: as_json(STUDY.sources[wildcards.source]),
        code=code_digest("ruralpanel.sources.table"),
        lock=LOCK,
    message:
        "sources       read {wildcards.source}"
    script:
        "../scripts/read_source.py"
