"""How long does it take to find who owes check-ins and to write their mails, and how much memory?

    [DATABASE_URL=postgresql://...] python bench/reminders.py [--people 10000] [--owed 4] [--senders 2]

Makes people in a database of its own, each of whom owns key results that were never reported. One process
finds whom to ask; then so many senders at once write the mails, into files. Prints JSON: seconds and the most
memory of each process, and how many mails there are; exit code 1 where one is missing, or written twice.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.product import Product, create_database, drop_database, environment_for  # noqa: E402

OF_AN_OBJECTIVE, OF_AN_AREA = 10, 200  # key results
MAKE = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from areas.models import Area
from goals.models import Cycle, KeyResult, Objective, Roadmap

people, owed = {people}, {owed}
today = timezone.localdate()
begins = today - timedelta(days=100)
User.objects.bulk_create(
    User(email=f"person-{{number}}@example.org", name=f"Person {{number}}", password="!")
    for number in range(people)
)
owners = list(User.objects.filter(email__startswith="person-").order_by("pk").values_list("pk", flat=True))
cycle = Cycle.objects.create(
    key="NOW", name="Now", starts_on=begins, ends_on=begins + timedelta(days=182), state="active",
    check_in_weekday=None,
)
total = people * owed
row = 0
for number in range(-(-total // {of_area})):
    area = Area.objects.create(key=f"A{{number}}", name=f"Area {{number}}")
    roadmap = Roadmap.objects.create(area=area, cycle=cycle)
    objectives = Objective.objects.bulk_create(
        Objective(
            roadmap=roadmap, number=place, code=f"A{{number}}-NOW-O{{place}}", title=f"Objective {{place}}"
        )
        for place in range(1, {of_area} // {of_objective} + 1)
    )
    rows = []
    for objective in objectives:
        for place in range(1, {of_objective} + 1):
            if row < total:
                rows.append(KeyResult(
                    objective=objective, number=place, code=f"{{objective.code}}-KR{{place}}",
                    title=f"Key result {{place}}", metric="what is counted", unit="tok/s", start_value=0,
                    target_value=10, added_on=begins, owner_id=owners[row % people],
                ))
                row += 1
    KeyResult.objects.bulk_create(rows)
"""
MEASURE = """
import json, resource, time
from datetime import timedelta
from django.utils import timezone
from goals.reminders.due import find_due
from goals.reminders.send import send_waiting

# The Thursday of this week, when everybody's hour has come.
now = timezone.now().replace(hour=12)
now += timedelta(days=3 - now.weekday())
started = time.perf_counter()
{what}
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"seconds": round(seconds, 1), "MiB": round(peak)}}))
"""
COUNT = """
import json
from goals.models import OutboxMail
rows = OutboxMail.objects.filter(kind="check_ins_due")
print(json.dumps([rows.filter(state="sent").count(), rows.count()]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--owed", type=int, default=4, help="key results of each")
    parser.add_argument("--senders", type=int, default=2)
    asked = parser.parse_args()
    server_url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database_url, dropped = create_database(server_url, folder, "_mails")
        product = Product("", environment_for(folder, 8000, database_url))
        try:
            product.manage("migrate", "--verbosity", "0")
            numbers = {"of_area": OF_AN_AREA, "of_objective": OF_AN_OBJECTIVE}
            run(product, MAKE.format(people=asked.people, owed=asked.owed, **numbers)).wait()
            found = ended(run(product, MEASURE.format(what="find_due(now=now)")))
            started = time.perf_counter()
            senders = [
                run(product, MEASURE.format(what="send_waiting(now=now)")) for _ in range(asked.senders)
            ]
            sent = [ended(sender) for sender in senders]
            seconds = time.perf_counter() - started
            done, owed = ended(run(product, COUNT))
            copies = Counter(
                line
                for file in (folder / "mail").iterdir()
                for line in file.read_text(encoding="utf-8").splitlines()
                if line.startswith("Message-ID: ")
            )
        finally:
            drop_database(server_url, dropped)
    told = {
        "database": database_url.split(":")[0],
        "people": asked.people,
        "owed": asked.people * asked.owed,
        "found": found,
        "senders": sent,
        "seconds": round(found["seconds"] + seconds, 1),
        "mails": {"owed": owed, "sent": done, "twice": sum(copies.values()) - len(copies)},
    }
    print(json.dumps(told, indent=2))
    return int(not owed == done == len(copies) == sum(copies.values()) == asked.people)


def run(product: Product, code: str) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    return subprocess.Popen(command, cwd=ROOT, env=product.environment, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]):
    output, _nothing = process.communicate(timeout=3600)
    if process.returncode:
        raise SystemExit("A process of this measurement broke down; see above.")
    return json.loads(output.strip().splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
