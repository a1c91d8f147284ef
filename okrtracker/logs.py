"""One line for each event: words for people at a terminal, JSON for machines."""

import sys
from typing import Any

import structlog

BEFORE_RENDERING: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *BEFORE_RENDERING,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def goes_to_a_terminal() -> bool:
    return sys.stderr.isatty()


def configuration(*, as_text: bool) -> dict[str, Any]:
    """Django's LOGGING: everything goes to standard error, the standard library's events in the same form."""
    rendering: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=goes_to_a_terminal())]
        if as_text
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": BEFORE_RENDERING,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
            }
        },
        "handlers": {"standard error": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["standard error"], "level": "INFO"},
        "loggers": {
            # Django would add handlers of its own; the events reach the root as all others do.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # The request log has refusals already, with who asked and how long it took.
            "django.request": {"level": "ERROR"},
            # Two lines for each task, every half minute.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
