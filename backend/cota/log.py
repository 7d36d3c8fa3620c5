"""One JSON line per event, on stderr, for the service's own modules and for the libraries beneath them.

Beside the flow: processes call `configure` once at start. Promises: a known secret never leaves, whoever
logged it and in whatever shape (message, argument, traceback), because the finished line is searched; times
are UTC.
"""

import json
import logging
import sys
from collections.abc import Collection
from typing import Any

import structlog
from structlog.typing import WrappedLogger

MASK = "[hidden]"


class _Redaction:
    """Last step before a line is written. Searching the text catches what no list of field names would."""

    def __init__(self, secrets: Collection[str]) -> None:
        # Longest first: a URL holding a password must go whole. Very short ones would mask ordinary words.
        spellings = {spelling for s in secrets if len(s) >= 6 for spelling in (s, json.dumps(s)[1:-1])}
        self._secrets = sorted(spellings, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, rendered: Any) -> str:
        line = str(rendered)
        for secret in self._secrets:
            line = line.replace(secret, MASK)
        return line


def configure(level: str = "INFO", secrets: Collection[str] = ()) -> None:
    """Route structlog and the standard library's loggers to one stream. `secrets`: Settings.secrets()."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=_readable, ensure_ascii=False),
                _Redaction(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These write a line or several for each request, or for each job of a queue that ticks: noise over our own.
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "urllib3", "web3", "asyncio", "procrastinate"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _readable(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else repr(value)


def bind(**context: object) -> None:
    """Say something on every later line of this task: the process' name, the request's id."""
    structlog.contextvars.bind_contextvars(**context)
