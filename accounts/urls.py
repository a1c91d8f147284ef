"""Pages about the person who reads."""

from django.urls import path

from accounts import audit_page, views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("record/", audit_page.audit_list, name="audit_list"),
    path("record.csv", audit_page.audit_csv, name="audit_csv"),
    path("preferences/", views.preferences, name="preferences"),
]
