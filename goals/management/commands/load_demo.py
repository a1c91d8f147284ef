"""Loads the demo."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from goals.demo import people
from goals.demo.loader import NotTheDemo, load_demo
from goals.models import KeyResult


class Command(BaseCommand):
    help = (
        "Loads the demo: the PyTorch 2024 H2 roadmaps, people to sign in as, and a history of check-ins. "
        "Replaces an earlier demo; refuses a database that holds anything else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of-real-dates",
            action="store_true",
            help="keep the dates of 2024 instead of moving 14 October 2024 to today",
        )
        parser.add_argument("--json", action="store_true", help="print sign-ins and codes as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cycle = load_demo(
                today=timezone.localdate(), now=timezone.now(), real_dates=options["as_of_real_dates"]
            )
        except NotTheDemo as refusal:
            raise CommandError(str(refusal)) from refusal
        codes = list(KeyResult.objects.of_cycle(cycle).order_by("code").values_list("code", flat=True))
        sign_ins = people.sign_ins()
        if options["json"]:
            self.stdout.write(
                json.dumps({"users": sign_ins, "cycle": cycle.key, "key_results": codes}, indent=2)
            )
            return
        self.stdout.write(f"{cycle.name}: {len(codes)} key results, {len(sign_ins)} people.")
