"""Snakemake's plugin for showing progress; named as Snakemake looks for it (``--logger ruralpanel``)."""

from logging import LogRecord

from snakemake_interface_logger_plugins.base import LogHandlerBase

from ruralpanel.progress import Progress


class LogHandler(LogHandlerBase):
    """Show a run's progress, or what a dry run would do; leave verbose runs to Snakemake's own words."""

    def __post_init__(self) -> None:
        """Start the clock."""
        settings = self.common_settings
        self.in_full = settings.verbose or settings.printshellcmds or settings.debug_dag
        self.progress = Progress(dry=settings.dryrun)
        if not (self.in_full or settings.dryrun):
            self.progress.watch()

    def emit(self, record: LogRecord) -> None:
        """Show one event."""
        try:
            if not self.in_full:
                self.progress.handle(record)
            elif text := self.format(record).strip("\n"):
                self.progress.line(text)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Show the closing lines."""
        self.progress.close()
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """It writes to the terminal, so Snakemake's own handler stays silent."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """It writes no file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Snakemake's own filter applies when everything is shown; otherwise events are chosen here."""
        return not self.in_full

    @property
    def has_formatter(self) -> bool:
        """Snakemake's own formatter is used when everything is shown."""
        return not self.in_full

    @property
    def needs_rulegraph(self) -> bool:
        """It does not show the rule graph."""
        return False
