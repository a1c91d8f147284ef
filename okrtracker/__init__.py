"""Wiring: settings, addresses, middleware, the Celery app. No rule about goals lives here."""

from okrtracker.celery import app as celery_app

__all__ = ["celery_app"]
