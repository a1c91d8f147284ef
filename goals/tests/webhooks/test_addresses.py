"""Where a webhook may lead."""

from ipaddress import ip_address, ip_network

import pytest

from goals.webhooks.addresses import Forbidden, is_public, judge, parsed, resolve

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::a00:1 100::1
2001::1 2001:0:53aa:64c::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: fc00::1 fd12:3456::1 fe80::1 fec0::1
ff02::1 ff0e::1
"""
PUBLIC = "1.1.1.1 8.8.8.8 93.184.215.14 172.32.0.1 2606:4700:4700::1111 2a00:1450:4001::1"


def test_what_is_public_and_what_is_not():
    assert [text for text in PRIVATE.split() if is_public(ip_address(text))] == []
    assert [text for text in PUBLIC.split() if not is_public(ip_address(text))] == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org/hook", "http://example.org/", "ftp://example.org/", "https://", "https:///x"),
        *("https://user@example.org/", "https://example.org/#part", "https://example.org/a b"),
        *("https://example.org:0/", "https://example.org:99999/", "https://exa\nmple.org/", "https://[::1/"),
        *("https://münchen.example/", "https://example.org/" + "x" * 500, "https://a\\@b.example/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.1.1.1:8443/x", "https://[fe80::1%25lo]/"),
        *("https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest/meta-data"),
    ],
)
def test_what_no_webhook_may_have(url):
    with pytest.raises(Forbidden):
        judge(url)


def test_a_name_is_judged_by_all_that_it_resolves_to(monkeypatch, settings):
    """Numbers that C libraries read as addresses, like 2130706433 and 0x7f.1, are judged here too."""
    answers = []

    def resolved(host, port, **options):
        return [(2, 1, 6, "", (answer, port)) for answer in answers]

    monkeypatch.setattr("socket.getaddrinfo", resolved)
    answers[:] = ["93.184.215.14", "1.1.1.1"]
    assert [str(found) for found in resolve(parsed("https://example.org/"))] == answers
    for private in ("10.0.0.1", "::1", "fe80::1%eth0", "64:ff9b::a00:1"):
        answers[1] = private
        with pytest.raises(Forbidden):
            resolve(parsed("https://example.org/"))
    answers.clear()
    with pytest.raises(Forbidden):
        resolve(parsed("https://example.org/"))
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]
    answers[:] = ["10.0.0.1"]
    assert resolve(parsed("http://intranet/")) == [ip_address("10.0.0.1")]
    answers[:] = ["93.184.215.14"]
    with pytest.raises(Forbidden, match="https"):
        resolve(parsed("http://example.org/"))
    answers[:] = ["192.168.1.1"]
    with pytest.raises(Forbidden):
        resolve(parsed("https://example.org/"))
