# Run by name only: counts the patterns in the names of all villages of China anew, from the public list of names.
rule toponymy:
    log:
        "results/logs/toponymy.log",
    params:
        target="data/raw/china_counties/village_names.csv",
    message:
        "toponymy      count patterns in the names of villages"
    script:
        "../scripts/count_names.py"
