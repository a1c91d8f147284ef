#!/usr/bin/env python
"""Runs the commands; `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okrtracker.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    if any("\udc80" <= sign <= "\udcff" for sign in "".join(sys.argv)):
        # Bytes that Python could not read; no database takes them in any text.
        print("An argument is not UTF-8 text.", file=sys.stderr)
        sys.exit(2)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings are not right: {error}")
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(
            f"The database cannot be used: {str(error).strip()}\nIs DATABASE_URL right, does its server run, "
            "and did `manage.py migrate`? More is told with --traceback."
        )


if __name__ == "__main__":
    main()
