"""The addresses that allauth knows by name, as far as they are here: nobody registers, nobody connects."""

from django.urls import path, re_path

from accounts.sign_in import views
from accounts.sign_in.strength import password_strength
from accounts.sign_in.trust import trusted_browser_forget

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("sign-in/second-step/", views.second_step, name="mfa_authenticate"),
    path("sign-in/this-browser/", views.trust_browser, name="mfa_trust"),
    path("sign-in/passkey/", views.passkey_sign_in, name="mfa_login_webauthn"),
    path("sign-in/password/", views.password_link, name="account_reset_password"),
    path("sign-in/password/sent/", views.password_link_sent, name="account_reset_password_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9a-z]{1,13})-(?P<key>[0-9a-zA-Z-]{1,100})/$",
        views.password_new,
        name="account_reset_password_from_key",
    ),
    path("sign-in/password/strength/", password_strength, name="password_strength"),
    path("sign-in/<slug:provider_id>/start/", views.provider_start, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback/", views.provider_callback, name="openid_connect_callback"),
    path("security/", views.security, name="mfa_index"),
    path("security/password/", views.password_change, name="account_change_password"),
    path("security/password/first/", views.password_set, name="account_set_password"),
    path("security/confirm/", views.confirm_password, name="account_reauthenticate"),
    path("security/confirm/code/", views.confirm_code, name="mfa_reauthenticate"),
    path("security/confirm/passkey/", views.confirm_passkey, name="mfa_reauthenticate_webauthn"),
    path("security/authenticator/", views.authenticator_add, name="mfa_activate_totp"),
    path("security/authenticator/remove/", views.authenticator_remove, name="mfa_deactivate_totp"),
    path("security/recovery-codes/", views.recovery_codes_show, name="mfa_view_recovery_codes"),
    path("security/recovery-codes/file/", views.recovery_codes_download, name="mfa_download_recovery_codes"),
    path("security/recovery-codes/new/", views.recovery_codes_make, name="mfa_generate_recovery_codes"),
    path("security/passkeys/new/", views.passkey_add, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", views.passkey_remove, name="mfa_remove_webauthn"),
    path("security/sessions/", views.sessions, name="usersessions_list"),
    path("security/sessions/<int:pk>/end/", views.session_end, name="usersessions_end"),
    path("security/browsers/<int:pk>/forget/", trusted_browser_forget, name="trusted_browser_forget"),
]
