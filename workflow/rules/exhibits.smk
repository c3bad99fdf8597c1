rule print_table:
    input:
        unpack(exhibit_inputs),
    output:
        html=f"{RESULTS}/exhibits/{{exhibit}}.html",
        latex=f"{RESULTS}/exhibits/{{exhibit}}.tex",
        docx=f"{RESULTS}/exhibits/{{exhibit}}.docx",
        csv=f"{RESULTS}/exhibits/{{exhibit}}.csv",
        json=f"{RESULTS}/exhibits/{{exhibit}}.json",
        caption=f"{RESULTS}/exhibits/{{exhibit}}.caption.json",
    log:
        f"{RESULTS}/logs/print_table/{{exhibit}}.log",
    wildcard_constraints:
        exhibit="|".join(TABLES) or NOTHING,
    params:
        declaration=lambda wildcards: as_json(declaration(wildcards.exhibit)),
        code=lambda wildcards: exhibit_code(wildcards.exhibit),
        lock=LOCK,
    message:
        "exhibits      table {wildcards.exhibit}"
    script:
        "../scripts/print_table.py"


rule draw_figure:
    input:
        unpack(exhibit_inputs),
        fonts=STUDY.fonts,
    output:
        png=f"{RESULTS}/exhibits/{{exhibit}}.png",
        pdf=f"{RESULTS}/exhibits/{{exhibit}}.pdf",
        svg=f"{RESULTS}/exhibits/{{exhibit}}.svg",
        small=f"{RESULTS}/pictures/{{exhibit}}.png",
        csv=f"{RESULTS}/exhibits/{{exhibit}}.csv",
        caption=f"{RESULTS}/exhibits/{{exhibit}}.caption.json",
    log:
        f"{RESULTS}/logs/draw_figure/{{exhibit}}.log",
    wildcard_constraints:
        exhibit="|".join(FIGURES) or NOTHING,
    priority: 1  # they take longer than tables, and the comparison with published ones waits for them
    params:
        declaration=lambda wildcards: as_json(declaration(wildcards.exhibit)),
        code=lambda wildcards: exhibit_code(wildcards.exhibit),
        lock=LOCK,
    message:
        "exhibits      figure {wildcards.exhibit}"
    script:
        "../scripts/draw_figure.py"
