# Run by name only: writes the raw files of the simulated village economy, the same bytes every time. What is there and
# is another file stays, and is named.
rule simulate:
    log:
        "results/logs/simulate.log",
    params:
        folder="data/raw/taobao_villages",
        # That of the economy's own study, whichever is run: without its files it cannot be, and they can be made.
        seed=lambda wildcards: read_yaml(
            Path("config/studies/taobao_villages.yaml")
        ).data["seed"],
    message:
        "simulation    write the raw files of the village economy"
    script:
        "../scripts/simulate.py"
