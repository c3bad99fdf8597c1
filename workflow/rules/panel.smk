rule build_panel:
    input:
        tables=expand(f"{RESULTS}/sources/{{source}}.parquet", source=STUDY.sources),
        lines=STUDY.lines,
    output:
        panel=f"{RESULTS}/panel/panel.parquet",
        ledger=f"{RESULTS}/panel/panel.ledger.csv",
        events=f"{RESULTS}/panel/designation.csv",
        matches=f"{RESULTS}/panel/matches.csv",
        legacies=f"{RESULTS}/panel/legacies.csv",
        capacities=f"{RESULTS}/panel/capacities.csv",
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
        legacies=lambda wildcards: {
            name: as_json(each) for name, each in STUDY.legacies.items()
        },
        code=code_digest("ruralpanel.panel.build", "ruralpanel.sources.geojson"),
        lock=LOCK,
    message:
        "panel         join, derive, date designation, add places and capacities, restrict"
    script:
        "../scripts/build_panel.py"


rule describe_panel:
    input:
        panel=f"{RESULTS}/panel/panel.parquet",
    output:
        codebook=f"{RESULTS}/panel/codebook.csv",
        missingness=f"{RESULTS}/panel/missingness.csv",
    log:
        f"{RESULTS}/logs/describe_panel.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_panel.tsv"
    params:
        declaration=lambda wildcards: panel_description(),
        code=code_digest("ruralpanel.panel.codebook"),
        lock=LOCK,
    message:
        "panel         codebook and missing values"
    script:
        "../scripts/describe_panel.py"
