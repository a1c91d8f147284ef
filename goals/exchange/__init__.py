"""Roadmap documents in and out: Markdown and JSON files on one side, rows on the other."""
