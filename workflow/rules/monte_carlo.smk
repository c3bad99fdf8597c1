# Run by name only: what every estimator and kind of standard errors does in economies whose truth is known. A job makes
# some replications of one design, and what it has made stays made when a run is cut off or replications are added.
rule replicate:
    output:
        rows=f"{MONTE_CARLO}/replications/{{design}}/{{batch}}.csv",
    log:
        f"{MONTE_CARLO}/logs/replicate/{{design}}/{{batch}}.log",
    params:
        plan=as_json(PLAN.without_numbers()),
        code=lambda wildcards: replication_code(),
        lock=LOCK,
    message:
        "monte carlo   {wildcards.design}, replications {wildcards.batch}"
    script:
        "../scripts/replicate.py"


rule summarise_replications:
    input:
        replications=expand(
            f"{MONTE_CARLO}/replications/{{design}}/{{batch}}.csv",
            design=[design.name for design in PLAN.designs()],
            batch=PLAN.batches(),
        ),
        templates=TEMPLATES,
    output:
        page=f"{MONTE_CARLO}/index.html",
        csv=f"{MONTE_CARLO}/monte_carlo.csv",
        figures=expand(
            f"{MONTE_CARLO}/{{figure}}.{{ending}}",
            figure=[*(f"coverage_{name}" for name in PLAN.selection), "bias"],
            ending=["png", "pdf", "svg"],
        ),
    log:
        f"{MONTE_CARLO}/logs/summarise_replications.log",
    params:
        plan=as_json(PLAN),
        code=lambda wildcards: code_digest(
            "ruralpanel.monte_carlo.page",
            "ruralpanel.monte_carlo.figure",
        ),
        lock=LOCK,
    message:
        "monte carlo   summary, figures, page"
    script:
        "../scripts/summarise_replications.py"


# Joint tests of leads have economies of their own: `./run lead_tests` makes them alone.
rule replicate_lead_tests:
    output:
        rows=f"{MONTE_CARLO}/leads/{{design}}/{{batch}}.csv",
    log:
        f"{MONTE_CARLO}/logs/replicate_lead_tests/{{design}}/{{batch}}.log",
    params:
        plan=as_json(PLAN.of_leads()),
        code=lambda wildcards: lead_test_code(),
        lock=LOCK,
    message:
        "monte carlo   {wildcards.design}, replications {wildcards.batch}"
    script:
        "../scripts/replicate_lead_tests.py"


rule summarise_lead_tests:
    input:
        replications=expand(
            f"{MONTE_CARLO}/leads/{{design}}/{{batch}}.csv",
            design=[design.name for design in PLAN.lead_designs()],
            batch=PLAN.lead_batches(),
        ),
        templates=TEMPLATES,
    output:
        page=f"{MONTE_CARLO}/leads/index.html",
        csv=f"{MONTE_CARLO}/leads.csv",
        figures=expand(f"{MONTE_CARLO}/leads.{{ending}}", ending=["png", "pdf", "svg"]),
    log:
        f"{MONTE_CARLO}/logs/summarise_lead_tests.log",
    params:
        plan=as_json(PLAN),
        code=lambda wildcards: code_digest(
            "ruralpanel.monte_carlo.leads_page", "ruralpanel.monte_carlo.leads_figure"
        ),
        lock=LOCK,
    message:
        "monte carlo   tests of leads: summary, figure, page"
    script:
        "../scripts/summarise_lead_tests.py"


rule lead_tests:
    input:
        f"{MONTE_CARLO}/leads/index.html",


# Claims that are judged have economies of their own too: `./run claim_rates` makes them alone.
rule replicate_claims:
    output:
        rows=f"{MONTE_CARLO}/claims/{{design}}/{{batch}}.csv",
    log:
        f"{MONTE_CARLO}/logs/replicate_claims/{{design}}/{{batch}}.log",
    params:
        plan=as_json(PLAN.of_claims()),
        code=lambda wildcards: claims_code(),
        lock=LOCK,
    message:
        "monte carlo   {wildcards.design}, replications {wildcards.batch}"
    script:
        "../scripts/replicate_claims.py"


rule summarise_claim_rates:
    input:
        replications=expand(
            f"{MONTE_CARLO}/claims/{{design}}/{{batch}}.csv",
            design=[design.name for design in PLAN.claim_designs()],
            batch=PLAN.claim_batches(),
        ),
        templates=TEMPLATES,
    output:
        page=f"{MONTE_CARLO}/claims/index.html",
        csv=f"{MONTE_CARLO}/claims.csv",
        figures=expand(f"{MONTE_CARLO}/claims.{{ending}}", ending=["png", "pdf", "svg"]),
    log:
        f"{MONTE_CARLO}/logs/summarise_claim_rates.log",
    params:
        plan=as_json(PLAN),
        code=lambda wildcards: code_digest(
            "ruralpanel.monte_carlo.claim_rates_page",
            "ruralpanel.monte_carlo.claim_rates_figure",
        ),
        lock=LOCK,
    message:
        "monte carlo   claims: summary, figure, page"
    script:
        "../scripts/summarise_claim_rates.py"


rule claim_rates:
    input:
        f"{MONTE_CARLO}/claims/index.html",


rule monte_carlo:
    input:
        f"{MONTE_CARLO}/index.html",
        f"{MONTE_CARLO}/leads/index.html" if PLAN.leads is not None else [],
        f"{MONTE_CARLO}/claims/index.html" if PLAN.claims is not None else [],


# Run by name only: keeps the summary, from which the documentation makes its page.
rule publish_monte_carlo:
    input:
        csv=f"{MONTE_CARLO}/monte_carlo.csv",
    log:
        f"{MONTE_CARLO}/logs/publish_monte_carlo.log",
    params:
        path=f"published/monte_carlo/{config['monte_carlo']}.csv",
    message:
        "monte carlo   keep the summary as published"
    script:
        "../scripts/publish_monte_carlo.py"


# The same for tests of leads, whose economies may be made anew without the others.
rule publish_lead_tests:
    input:
        csv=f"{MONTE_CARLO}/leads.csv",
    log:
        f"{MONTE_CARLO}/logs/publish_lead_tests.log",
    params:
        path=f"published/monte_carlo/{config['monte_carlo']}.leads.csv",
    message:
        "monte carlo   keep the summary of tests of leads as published"
    script:
        "../scripts/publish_monte_carlo.py"


# And for claims, whose rule may change without the estimators.
rule publish_claim_rates:
    input:
        csv=f"{MONTE_CARLO}/claims.csv",
    log:
        f"{MONTE_CARLO}/logs/publish_claim_rates.log",
    params:
        path=f"published/monte_carlo/{config['monte_carlo']}.claims.csv",
    message:
        "monte carlo   keep how often the rule of claims errs as published"
    script:
        "../scripts/publish_monte_carlo.py"
