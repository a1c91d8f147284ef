"""What the security checks of `make check` refuse, and what they say when they cannot ask."""

import importlib.util
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.needs("checks")
BIN = Path(sys.executable).parent
ROOT = settings.BASE_DIR


def load_audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hole(name):
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": []}
    return {"vulns": [{"id": f"PYSEC-1-{name}", "summary": "A hole", "affected": [affected]}]}


@pytest.fixture
def service():
    """A vulnerability service on this machine; `answers` says for a package what it says, or a status."""
    answers = {"django": hole("django")}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answers.get(asked["package"]["name"], {})
            body = json.dumps(answer if isinstance(answer, dict) else {}).encode()
            self.send_response(200 if isinstance(answer, dict) else answer)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.answers = answers
    server.options = ["--vulnerability-service=osv", f"--osv-url=http://127.0.0.1:{server.server_port}/"]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("".join(f"{name}==1.0 --hash=sha256:{'0' * 64}\n" for name in ("alpha", "beta", "gamma")))
    return str(path)


@pytest.fixture(autouse=True)
def audit_is_not_required(monkeypatch):
    monkeypatch.delenv("REQUIRE_AUDIT", raising=False)


def test_an_audit_without_a_finding_passes(service, lock, capsys):
    assert load_audit().main(service.options, [lock]) == 0
    assert "No known vulnerabilities found" in capsys.readouterr().out


def test_a_reported_vulnerability_fails(service, lock, capsys):
    service.answers["gamma"] = hole("gamma")

    assert load_audit().main(service.options, [lock]) == 1
    assert "PYSEC-1-gamma" in capsys.readouterr().out


def test_a_service_that_breaks_off_fails(service, lock, capsys):
    """What it would have said of the rest is not known."""
    service.answers["beta"] = 503

    assert load_audit().main(service.options, [lock]) == 1
    assert "Not audited" not in capsys.readouterr().out


def test_a_service_that_knows_nothing_cannot_be_asked(service, lock, capsys):
    """As a mirror that answers for each package, but without what is known of it."""
    service.answers["django"] = {}
    service.answers["alpha"] = hole("alpha")

    assert load_audit().main(service.options, [lock]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Not audited: the vulnerability service cannot be asked (it names no")


@pytest.mark.parametrize(("required", "status"), [("", 0), ("1", 1)])
def test_a_service_that_refuses_cannot_be_asked(service, lock, required, status, capsys, monkeypatch):
    service.answers["django"] = 403
    monkeypatch.setenv("REQUIRE_AUDIT", required)

    assert load_audit().main(service.options, [lock]) == status
    assert "cannot be asked" in capsys.readouterr().out


def test_a_lock_without_hashes_is_refused_before_anybody_is_asked(tmp_path, capsys):
    lock = tmp_path / "requirements.txt"
    lock.write_text("alpha==1.0\n")

    assert load_audit().main([], [str(lock)]) == 1
    assert "cannot be audited" in capsys.readouterr().out


def hook(path):
    command = [BIN / "detect-secrets-hook", "--no-verify", "--baseline", ".secrets.baseline", path]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


PLANTED = [
    'key = "AKIAQ3EGRQ7K2NHZ4VWX"',  # pragma: allowlist secret
    'SECRET_KEY = "8m&1v0(k$z3w)q9x!p5r7t2y4u6i8o0e1a3s5d7f9g"',  # pragma: allowlist secret
    'EMAIL_URL = "smtp+tls://okr:uKe83jsQmZ2x@mail.example.com:587"',  # pragma: allowlist secret
    'token = "okr_Zx81pQm3nV7cL5tR9wK2sYbD4fGhJ6qEu8AaT0oXi1zN"',  # pragma: allowlist secret
    "-----BEGIN RSA PRIVATE KEY-----",  # pragma: allowlist secret
]


def test_a_planted_secret_is_found(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("\n".join(PLANTED))

    result = hook(planted)

    assert result.returncode == 1
    assert all(f"planted.py:{number}\n" in result.stdout for number in range(1, len(PLANTED) + 1))


def test_samples_made_of_words_are_no_secrets(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text('PASSWORD = "correct horse battery"\nurl = "postgresql://user:password@host/name"\n')

    result = hook(sample)

    assert (result.returncode, result.stdout) == (0, "")


def test_no_secret_is_let_through_by_the_baseline():
    """What looks like one and is none stands beside its reason, in the line."""
    assert json.loads((ROOT / ".secrets.baseline").read_text())["results"] == {}


def test_bandit_finds_what_ruff_is_not_asked(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import pickle\n\n\ndef read(text):\n    return pickle.loads(text)\n")
    command = [BIN / "bandit", "--quiet", "--configfile", "pyproject.toml", broken]

    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)

    assert result.returncode == 1
    assert "B301" in result.stdout
