"""Pages about the person who reads."""

from django.urls import path

from accounts import views
from accounts.sign_in import views as sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("preferences/", views.preferences, name="preferences"),
]
