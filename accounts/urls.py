"""Pages about the person who reads, and the way in."""

from django.urls import path

from accounts import audit_page, invitation_views, mail_views, token_views, views
from accounts.sign_in import views as sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("record/", audit_page.audit_list, name="audit_list"),
    path("record.csv", audit_page.audit_csv, name="audit_csv"),
    path("preferences/", views.preferences, name="preferences"),
    path("mails/stop/", mail_views.mail_stop, name="mail_stop"),
    path("mails/snooze/", mail_views.mail_snooze, name="mail_snooze"),
    path("invitation/", invitation_views.invitation, name="invitation"),
    path("tokens/", token_views.token_list, name="token_list"),
    path("tokens/<int:token_id>/revoke/", token_views.token_revoke, name="token_revoke"),
    path("tokens/<int:token_id>/rotate/", token_views.token_rotate, name="token_rotate"),
]
