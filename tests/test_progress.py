from __future__ import annotations

import io
import logging
from pathlib import Path

from ruralpanel.progress import RULES_BY_NAME, Progress
from ruralpanel.stage import steps_of, steps_told


def record(message: str | None = None, level: int = logging.INFO, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    made.__dict__.update(facts)
    return made


def shown(*records: logging.LogRecord) -> str:
    stream = io.StringIO()
    progress = Progress(stream)
    for each in records:
        progress.handle(each)
    progress.close()
    return stream.getvalue()


def test_a_run_says_which_stage_how_many_of_how_many_and_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "exhibits").mkdir()
    text = shown(
        record("Study one", ruralpanel_results=str(tmp_path)),
        record(event="run_info", stats={"total": 2, "all": 1}),
        record(event="job_info", jobid=1, rule_name="build_panel", rule_msg="panel         join"),
        record(event="job_finished", job_id=1),
        record(event="job_info", jobid=0, rule_name="all", rule_msg=None),
        record(event="job_finished", job_id=0),
    )
    assert "Study one" in text
    assert "[1/1]   0:00  panel         join" in text
    assert "all" not in text.split("[1/1]")[1].split("Tables")[0].split("join")[1]
    assert "Tables and figures:" in text


def test_a_failed_job_shows_its_log_and_nothing_of_the_machinery(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.write_text("row 7 is wrong\n", encoding="utf-8")
    text = shown(
        record(event="job_info", jobid=1, rule_name="read_source", rule_msg="sources       read survey"),
        record("CalledProcessError in file x", logging.ERROR, event="error"),
        record(event="job_error", jobid=1, rule_name="read_source", log=[str(log)]),
        record("At least one job did not complete successfully.", logging.ERROR, event="error"),
    )
    assert "Failed: sources read survey\n  row 7 is wrong" in text
    assert "CalledProcessError" not in text
    assert "did not complete" not in text


def test_after_publishing_the_files_are_named_and_no_old_verdict(tmp_path: Path) -> None:
    log = tmp_path / "publish.log"
    log.write_text("results/published/one.csv\nresults/published/one/figures\n", encoding="utf-8")
    (tmp_path / "verdict.csv").write_text("not read", encoding="utf-8")
    text = shown(
        record("Study one", ruralpanel_results=str(tmp_path)),
        record(event="run_info", stats={"total": 1}),
        record(event="job_info", jobid=1, rule_name="publish", rule_msg="verification  keep", log=[str(log)]),
        record(event="job_finished", job_id=1),
    )
    assert "Kept as published:\n  results/published/one.csv\n  results/published/one/figures\n" in text
    assert "Verdict" not in text


def test_after_a_failure_no_old_verdict_is_shown(tmp_path: Path) -> None:
    (tmp_path / "exhibits").mkdir()
    text = shown(
        record("Study one", ruralpanel_results=str(tmp_path)),
        record(event="run_info", stats={"total": 2}),
        record(event="job_error", jobid=1, rule_name="read_source", log=[]),
    )
    assert "The run did not finish." in text
    assert "Tables and figures:" not in text


def test_a_dry_run_lists_what_would_be_run() -> None:
    stream = io.StringIO()
    progress = Progress(stream, dry=True)
    progress.handle(record(event="job_info", jobid=1, rule_name="build_panel", rule_msg="panel  join"))
    progress.handle(record(event="job_info", jobid=0, rule_name="all", rule_msg=None))
    progress.close()
    assert stream.getvalue() == "would run  panel  join\n"


def test_other_errors_are_passed_on() -> None:
    assert "which the next run takes over" in shown(record("Directory cannot be locked.", logging.ERROR, event="error"))


def test_a_run_that_is_told_to_stop_says_so_and_not_what_its_jobs_died_of() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.handle(record("Study", ruralpanel_results="results/small"))
    progress.handle(record(event="run_info", stats={"total": 3}))
    progress.handle(record("Terminating processes on user request, this might take some time."))
    progress.handle(record(event="job_error", jobid=1, rule_name="build_panel", log=[]))
    progress.close()
    assert "Failed" not in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("The same command goes on from here.")


def test_a_word_that_is_nothing_is_offered_the_command_or_rule_it_is_near() -> None:
    message = "MissingRuleException:\nNo rule to produce {} (if you use input functions make sure that they …)."
    text = shown(record(message.format("docter"), logging.ERROR))
    assert text.strip() == "`docter` is no command, no rule, and no file that a rule makes; did you mean “doctor”?"
    assert "./run -l" in shown(record(message.format("zzzzzz"), logging.ERROR))


def test_rules_run_by_name_are_those_of_the_workflow(root: Path) -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in (root / "workflow").rglob("*.smk"))
    assert [name for name in RULES_BY_NAME if f"rule {name}:" not in rules] == []


def test_a_long_job_says_what_it_is_at(tmp_path: Path) -> None:
    stream, log = io.StringIO(), tmp_path / "logs" / "estimate_block" / "main.log"
    progress = Progress(stream, patience=0.0)
    progress.handle(
        record(event="job_info", jobid=1, rule_name="estimate_block", rule_msg="estimation    main", log=[str(log)])
    )
    log.parent.mkdir(parents=True)
    progress.tell_steps()
    assert stream.getvalue() == ""  # a job that says nothing is not told
    with steps_told(steps_of(log)):
        logging.getLogger("ruralpanel.estimation.block").info("equation %d of %d", 2, 7)
        progress.tell_steps()
    assert "estimation    main: equation 2 of 7" in stream.getvalue()
    assert not steps_of(log).exists()


def test_a_short_job_is_not_told_step_by_step(tmp_path: Path) -> None:
    stream, log = io.StringIO(), tmp_path / "main.log"
    progress = Progress(stream, patience=60.0)
    progress.handle(record(event="job_info", jobid=1, rule_name="estimate_block", rule_msg="main", log=[str(log)]))
    with steps_told(steps_of(log)):
        logging.getLogger("ruralpanel.sources.table").info("opening the file")
        progress.tell_steps()
    assert stream.getvalue() == ""


def test_times_that_are_not_in_order_are_said_with_what_helps() -> None:
    message = (
        "WorkflowError in rule read_source in file x:\nOutput results/a.parquet has older modification time "
        "(2026-12-01 06:17:27.04) than input data/raw/my survey.csv (2028-01-05 06:17:17.85). This could indicate …"
    )
    text = shown(record(message, logging.ERROR))
    assert text.startswith("data/raw/my survey.csv is dated 2028-01-05 06:17:17, later than results/a.parquet")
    assert "touch 'data/raw/my survey.csv'" in text


def test_of_another_run_there_are_no_lines_of_the_program() -> None:
    message = 'WorkflowError:\nAnother run is at work here: small, process 1.\n  File "a.py", line 1, in lock\n'
    assert "File" not in shown(record(message, logging.ERROR))


def test_a_job_that_died_says_at_what_and_what_helps(tmp_path: Path) -> None:
    log = tmp_path / "block.log"
    log.with_suffix(".step").write_text("equation 1 of 2", encoding="utf-8")
    text = shown(record(event="job_error", jobid=1, rule_name="estimate_block", log=[str(log)]))
    assert "It was ended at: equation 1 of 2 before it could say why. Where memory was short, give the job" in text
    assert "it left no message" in text and not log.with_suffix(".step").exists()


def test_of_an_error_of_the_system_there_is_no_traceback() -> None:
    message = (
        "Traceback (most recent call last):\n  File a\nOSError: [Errno 28] No space left on device: '.snakemake/x'\n"
    )
    assert shown(record(message, logging.ERROR)).strip() == (
        ".snakemake/x cannot be written or read: the disk is full; make room, and run again."
    )
