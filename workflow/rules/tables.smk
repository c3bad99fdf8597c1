rule prepare_table:
    input:
        tables=lambda wildcards: [
            made_table(name) for name in STUDY.tables[wildcards.table].reads
        ],
        decisions=decisions_file,
    output:
        table=f"{RESULTS}/tables/{{table}}.parquet",
        ledger=f"{RESULTS}/tables/{{table}}.ledger.csv",
        recode=f"{RESULTS}/tables/{{table}}.recode.csv",
        names=f"{RESULTS}/tables/{{table}}.names.csv",
        totals=f"{RESULTS}/tables/{{table}}.totals.csv",
    log:
        f"{RESULTS}/logs/prepare_table/{{table}}.log",
    resources:
        mem_mb=memory(500, 20),
        runtime=minutes(10, 0.2),
    params:
        declaration=lambda wildcards: as_json(STUDY.tables[wildcards.table]),
        key=lambda wildcards: STUDY.shapes[wildcards.table].key,
        periods=lambda wildcards: STUDY.periods_in_table(wildcards.table),
        minimum_cell=STUDY.minimum_cell,
        code=lambda wildcards: code_digest(
            "ruralpanel.tables.prepare", "ruralpanel.tables.totals"
        ),
        lock=LOCK,
    message:
        "tables        make {wildcards.table}"
    script:
        "../scripts/prepare_table.py"
