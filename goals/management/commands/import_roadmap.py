"""Roadmap documents in."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from goals.exchange.document import RoadmapDocument
from goals.exchange.errors import DocumentError
from goals.exchange.load import load_documents
from goals.exchange.loading import LoadReport
from goals.exchange.markdown_reader import read_file
from goals.management.people import person


class Command(BaseCommand):
    help = (
        "Reads roadmap documents (Markdown, see docs/roadmap-document.md) and writes their plans, all or "
        "nothing. Lists what was created, changed and left unchanged, and what the database has beyond the "
        "documents; that stays. What is wrong is told as file:line: sentence, and nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--cycle", metavar="KEY", help="the cycle to plan, in place of the documents' own"
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
        parser.add_argument(
            "--reason",
            default="",
            metavar="TEXT",
            help="why definitions change in a cycle that has begun; asked for when they do",
        )
        parser.add_argument("--by", metavar="EMAIL", help="the person whom the history names")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"])
        try:
            report = load_documents(
                self._read(options["files"]),
                by=by,
                today=timezone.localdate(),
                now=timezone.now(),
                cycle=options["cycle"],
                dry_run=options["dry_run"],
                reason=options["reason"],
            )
        except DocumentError as error:
            self._refuse([error])
        self._tell(report, dry_run=options["dry_run"])

    def _read(self, files: list[str]) -> list[RoadmapDocument]:
        """All documents; the problems of all files are told before any is loaded."""
        documents, errors = [], []
        for file in files:
            try:
                documents.append(read_file(file))
            except DocumentError as error:
                errors.append(error)
        if errors:
            self._refuse(errors)
        return documents

    def _refuse(self, errors: list[DocumentError]) -> None:
        for error in errors:
            for sentence in error.sentences():
                self.stderr.write(sentence)
        sys.exit(1)

    def _tell(self, report: LoadReport, *, dry_run: bool) -> None:
        for heading, codes in (
            ("created", report.created),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("not in the document", report.absent),
        ):
            self.stdout.write(f"{heading}: {len(codes)}")
            if heading != "unchanged":
                for code in codes:
                    self.stdout.write(f"  {code}")
        if dry_run:
            self.stdout.write("A dry run: nothing was written.")
