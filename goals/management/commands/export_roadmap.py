"""A roadmap document out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from goals.exchange.document import RoadmapDocument
from goals.exchange.dump import current_values, dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.markdown_writer import write
from goals.exchange.typeset import write_pdf


class Command(BaseCommand):
    help = (
        "Writes the plan of a roadmap: as a document that import_roadmap reads, as JSON with its values, or "
        "as PDF to print."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="AREA-CYCLE", help="like EDGE-24H2")
        parser.add_argument("--format", choices=["md", "json", "pdf"], default="md")
        parser.add_argument(
            "--public", action="store_true", help="only what is public, and without the owners' addresses"
        )
        parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of the screen")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["code"].upper()
        try:
            document = dump_roadmap(code, public=options["public"])
        except DocumentError as error:
            self.stderr.write(str(error))
            sys.exit(1)
        output = options["output"]
        try:
            if output is not None:
                Path(output).write_bytes(_written(document, options["format"], code))
            elif options["format"] == "pdf":
                sys.stdout.buffer.write(write_pdf(document))
                sys.stdout.flush()
            else:
                self.stdout.write(_written(document, options["format"], code).decode(), ending="")
                self.stdout.flush()
        except OSError as error:
            raise CommandError(f"{output or 'the screen'}: {error.strerror}") from None


def _written(document: RoadmapDocument, wanted: str, code: str) -> bytes:
    if wanted == "pdf":
        return write_pdf(document)
    text = write_json(document, current_values(code)) if wanted == "json" else write(document)
    return text.encode()
