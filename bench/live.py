"""The product as it runs: a database of its own with the demo in it, and gunicorn with two workers.

`DATABASE_URL` names a PostgreSQL server to make it on; without one it is an SQLite file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.product import (  # noqa: E402
    Product,
    create_database,
    drop_database,
    environment_for,
    free_port,
    start_server,
)

# A request may delete the token with any small number, and must not delete the one it comes with.
OUT_OF_THE_WAY = "from accounts.models import ApiToken; ApiToken.objects.update(id={id})"


@dataclass
class Live:
    """A running product; `token` is an administrator's, of the scope admin."""

    product: Product
    token: str
    log: Path
    server: subprocess.Popen

    def workers(self) -> list[int]:
        """Process ids of gunicorn's workers."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    @property
    def url(self) -> str:
        return self.product.url

    @property
    def database(self) -> str:
        return self.product.environment["DATABASE_URL"].split(":")[0]

    def server_errors(self) -> list[str]:
        """What gunicorn and the product said of what broke."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if "Traceback" in line]


@contextmanager
def live(*, workers: int = 2, scope: str = "admin") -> Iterator[Live]:
    server_url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        database_url, dropped = create_database(server_url, folder)
        product = Product(f"http://127.0.0.1:{port}", environment_for(folder, port, database_url))
        try:
            product.manage("migrate", "--verbosity", "0")
            product.demo = json.loads(product.manage("load_demo", "--as-of-real-dates", "--json"))
            administrator = product.person("administrator")["email"]
            made = product.manage("create_token", "--user", administrator, "--scope", scope, "--json")
            product.manage("shell", "--no-imports", "--command", OUT_OF_THE_WAY.format(id=987_654_321))
            log = folder / "gunicorn.log"
            server = start_server(product, log, workers=workers)
            try:
                yield Live(product, json.loads(made)["token"], log, server)
            finally:
                server.terminate()
                server.wait(30)
        finally:
            drop_database(server_url, dropped)
