"""What the worker does for accounts. What is due is in the database; messages only wake the worker."""

from celery import shared_task
from django.utils import timezone

from accounts.sign_in.mail import send_waiting


@shared_task
def send_account_mail() -> None:
    send_waiting(now=timezone.now())
