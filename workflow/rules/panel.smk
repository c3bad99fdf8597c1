rule build_panel:
    input:
        tables=[made_table(name) for name in STUDY.read_by_panel],
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
    resources:
        mem_mb=memory(700, 20),
        runtime=minutes(20, 0.2),
    params:
        sources=STUDY.read_by_panel,
        base=STUDY.base,
        panel=lambda wildcards: as_json(STUDY.panel),
        designation=lambda wildcards: {
            name: as_json(each) for name, each in STUDY.designation.items()
        },
        legacies=lambda wildcards: {
            name: as_json(each) for name, each in STUDY.legacies.items()
        },
        periods={name: STUDY.periods_of(name) for name in STUDY.read_by_panel},
        minimum_cell=STUDY.minimum_cell,
        code=lambda wildcards: code_digest(
            "ruralpanel.panel.build", "ruralpanel.sources.features"
        ),
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
        balance=f"{RESULTS}/panel/balance.csv",
    log:
        f"{RESULTS}/logs/describe_panel.log",
    resources:
        mem_mb=memory(700, 20),
        runtime=minutes(20, 0.2),
    params:
        declaration=lambda wildcards: panel_description(),
        code=lambda wildcards: code_digest(
            "ruralpanel.panel.codebook",
            "ruralpanel.panel.balance",
            "ruralpanel.frames.small_cells",
        ),
        lock=LOCK,
    message:
        "panel         codebook, missing values, balance"
    script:
        "../scripts/describe_panel.py"
