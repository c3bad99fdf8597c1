rule build_panel:
    input:
        tables=expand(f"{RESULTS}/sources/{{source}}.parquet", source=STUDY.sources),
    output:
        panel=f"{RESULTS}/panel/panel.parquet",
        ledger=f"{RESULTS}/panel/panel.ledger.csv",
    log:
        f"{RESULTS}/logs/build_panel.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_panel.tsv"
    params:
        sources=list(STUDY.sources),
        base=STUDY.base,
        panel=lambda wildcards: as_json(STUDY.panel),
        designation=lambda wildcards: {
            name: as_json(each) for name, each in STUDY.designation.items()
        },
        code=code_digest("ruralpanel.panel.build"),
        lock=LOCK,
    message:
        "panel         join, derive, date designation, restrict"
    script:
        "../scripts/build_panel.py"
