"""`python -m bench.reference --scale 1` with `DATABASE_URL` naming an empty database."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import date

import django


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reference", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="0.1, 1 or 10 times the organisation")
    parser.add_argument("--today", type=date.fromisoformat, help="the day it is made for, like 2026-11-27")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okrtracker.settings")
    django.setup()

    from django.core.management import call_command
    from django.utils import timezone

    from bench.reference.loading import NotEmpty, load

    call_command("migrate", verbosity=0)
    started = time.monotonic()
    try:
        load(scale=options.scale, today=options.today or timezone.localdate())
    except NotEmpty as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Loaded at scale {options.scale:g} in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
