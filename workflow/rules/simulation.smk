# Run by name only: writes the raw files of the simulated village economy anew, the same bytes every time.
rule simulate:
    log:
        "results/logs/simulate.log",
    params:
        folder="data/raw/taobao_villages",
        seed=STUDY.seed,
    message:
        "simulation    write the raw files of the village economy"
    script:
        "../scripts/simulate.py"
