# What is retrieved is settled by its hash: neither the code behind it nor what the study says of the source is a reason
# to retrieve it again. Parameters made from the output are not compared, and a file in place is not removed.
rule retrieve:
    output:
        update(f"{RETRIEVED_FILES}/{{sha256}}/{{file}}"),
    log:
        f"{RESULTS}/logs/retrieve/{{sha256}}/{{file}}.log",
    params:
        name=lambda wildcards, output: RETRIEVED[output[0]],
        declaration=lambda wildcards, output: as_json(
            STUDY.sources[RETRIEVED[output[0]]]
        ),
    message:
        "sources       retrieve {wildcards.file}"
    script:
        "../scripts/retrieve.py"


rule read_source:
    input:
        raw=raw_file,
        catalogue=catalogue_file,
        corrections=corrections_file,
    output:
        table=f"{RESULTS}/sources/{{source}}.parquet",
        ledger=f"{RESULTS}/sources/{{source}}.ledger.csv",
        quarantine=f"{RESULTS}/sources/{{source}}.quarantine.csv",
        provenance=f"{RESULTS}/sources/{{source}}.provenance.json",
    log:
        f"{RESULTS}/logs/read_source/{{source}}.log",
    resources:
        mem_mb=memory(500, 20),
        runtime=minutes(10, 0.2),
    params:
        declaration=lambda wildcards: as_json(STUDY.sources[wildcards.source]),
        periods=lambda wildcards: {
            name: as_json(each)
            for name, each in STUDY.period_columns(wildcards.source).items()
        },
        identifying=lambda wildcards: sorted(
            IDENTIFYING & set(STUDY.sources[wildcards.source].columns)
        ),
        shows=lambda wildcards: wildcards.source not in STUDY.confidential,
        minimum_cell=STUDY.minimum_cell,
        code=lambda wildcards: code_digest(
            "ruralpanel.sources.table", *STUDY.sources[wildcards.source].opened_by
        ),
        lock=LOCK,
    message:
        "sources       read {wildcards.source}"
    script:
        "../scripts/read_source.py"
