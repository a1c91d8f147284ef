"""One POST: to the address that was judged, and no further."""

import datetime as dt
import socket
import ssl
import threading
import time
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from goals.webhooks import transport
from goals.webhooks.addresses import Forbidden
from goals.webhooks.transport import Answer, NoAnswer, post


def test_an_answer_is_read_as_far_as_it_is_kept(receiver):
    receiver.answers = [(200, {}, b"x" * 5_000), (503, {}, b"\xff later")]
    assert post(receiver.url, b"{}", {"A": "b"}) == Answer(200, "x" * transport.ANSWER_BYTES)
    assert post(f"{receiver.url}?a=b", b"{}", {}) == Answer(503, "\ufffd later")
    (path, headers, body), (second, *_rest) = receiver.posts
    assert (path, second, body, headers["A"]) == ("/hook", "/hook?a=b", b"{}", "b")
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"


def test_a_redirect_is_not_followed(receiver):
    for status in (301, 302, 303, 307, 308):
        receiver.answers = [(status, {"Location": f"{receiver.url}/elsewhere"}, b"")]
        answer = post(receiver.url, b"{}", {})
        assert (answer.status, answer.is_taken) == (status, False)
    assert {path for path, _headers, _body in receiver.posts} == {"/hook"}


def test_a_name_is_resolved_once_and_connected_to_as_it_was(receiver, monkeypatch, settings):
    """A name server that answers twice differently gets nowhere: there is no second question."""
    answers = ["127.0.0.1", "127.0.0.2"]
    asked = []
    real = socket.getaddrinfo

    def rebinding(host, port, *rest, **options):
        if host != "hook.example.test":
            return real(host, port, *rest, **options)
        asked.append(host)
        return real(answers[len(asked) - 1], port, *rest, **options)

    monkeypatch.setattr("socket.getaddrinfo", rebinding)
    url = f"http://hook.example.test:{receiver.server_port}/hook"
    assert post(url, b"{}", {}).status == 200
    assert receiver.posts[0][1]["Host"] == f"hook.example.test:{receiver.server_port}"
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]
    with pytest.raises(Forbidden):
        post(url, b"{}", {})
    assert (asked, len(receiver.posts)) == (["hook.example.test"] * 2, 1)


def test_a_receiver_that_hangs_or_drips_is_cut_off(receiver, monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 0.3)
    done = threading.Event()

    def hang(handler):
        done.wait(5)

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not done.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    receiver.answers = [hang, drip]
    for _story in ("hangs", "drips"):
        begun = time.monotonic()
        with pytest.raises(NoAnswer, match="No answer within"):
            post(receiver.url, b"{}", {})
        assert time.monotonic() - begun < 2
    done.set()


def test_nobody_there_and_nonsense_are_told(receiver, monkeypatch):
    receiver.answers = [lambda handler: handler.wfile.write(b"nonsense\r\n\r\n")]
    with pytest.raises(NoAnswer, match="BadStatusLine"):
        post(receiver.url, b"{}", {})
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
    with pytest.raises(NoAnswer, match="Refused"):
        post(f"http://127.0.0.1:{port}/", b"{}", {})

    def unknown(*arguments, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(NoAnswer, match="cannot be found"):
        post("https://nowhere.example.test/", b"{}", {})


@pytest.fixture
def certificate(tmp_path):
    """Of hook.example.test, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook.example.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "hook.pem"
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(kept + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_tls_asks_for_the_name_and_checks_the_certificate(receiver, certificate, monkeypatch):
    named = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda line, name, _context: named.append(name)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True, do_handshake_on_connect=False)
    real = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda host, *rest, **how: real("127.0.0.1", *rest, **how))
    url = f"https://hook.example.test:{receiver.server_port}/hook"
    with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
        post(url, b"{}", {})
    make = ssl.create_default_context
    monkeypatch.setattr("ssl.create_default_context", lambda: make(cafile=str(certificate)))
    with pytest.raises(NoAnswer, match="Hostname mismatch"):
        post(url.replace("hook.", "other."), b"{}", {})
    assert receiver.posts == []
    assert post(url, b"{}", {}).status == 200
    assert (named[-1], receiver.posts[0][1]["Host"]) == (
        "hook.example.test",
        f"hook.example.test:{receiver.server_port}",
    )
