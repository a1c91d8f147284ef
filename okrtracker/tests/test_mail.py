"""Mail into a folder: one readable file for each, whole, also from several processes."""

import email
import email.policy
import stat
import threading
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from okrtracker.mail import FolderBackend


@pytest.fixture
def folder(tmp_path, settings) -> Path:
    settings.EMAIL_BACKEND = "okrtracker.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "var" / "mail")
    return tmp_path / "var" / "mail"


def mail_to(*people: str, subject: str = "2 check-ins are due") -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(subject, "Größe: 52.6 %\n", to=list(people))
    mail.attach_alternative("<p>Größe: 52.6 %</p>", "text/html")
    return mail


def test_a_mail_is_a_file_that_people_and_programs_read(folder):
    assert mail_to("lea.lead@example.org").send() == 1
    [file] = folder.iterdir()
    assert file.suffix == ".eml"
    assert "lea.lead@example.org" in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Größe: 52.6 %" in file.read_text(encoding="utf-8")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "2 check-ins are due"
    assert message.get_body(("plain",)).get_content() == "Größe: 52.6 %\n"
    assert message.get_body(("html",)).get_content().strip() == "<p>Größe: 52.6 %</p>"


def test_each_mail_has_a_file_of_its_own(folder):
    assert get_connection().send_messages([mail_to("lea@example.org") for _mail in range(5)]) == 5
    assert len(list(folder.glob("*.eml"))) == 5


def test_a_mail_to_nobody_is_not_written(folder):
    assert get_connection().send_messages([mail_to()]) == 0
    assert not folder.exists()


def test_an_address_names_no_other_folder(folder):
    mail_to('"../../../etc/x"@example.org').send()
    [file] = folder.iterdir()
    assert file.parent == folder


def test_a_header_with_a_line_break_leaves_no_file_behind(folder):
    with pytest.raises(ValueError, match="newline"):
        mail_to("lea@example.org", subject="Due\r\nBcc: all@example.org").send()
    assert not folder.exists() or not list(folder.iterdir())


def test_many_at_once_are_all_kept_whole(folder):
    barrier = threading.Barrier(8)

    def send() -> None:
        barrier.wait()
        FolderBackend().send_messages([mail_to("lea@example.org") for _mail in range(5)])

    senders = [threading.Thread(target=send) for _sender in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    files = list(folder.iterdir())
    assert len(files) == 40
    assert all(file.suffix == ".eml" and file.read_bytes().count(b"</p>") == 1 for file in files)
