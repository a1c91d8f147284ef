"""What gunicorn calls: `gunicorn --config python:okrtracker.gunicorn_hooks okrtracker.wsgi`."""

from typing import Any

from okrtracker.measuring import forget_process


def child_exit(server: Any, worker: Any) -> None:
    forget_process(worker.pid)
