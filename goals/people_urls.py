"""Pages about people. They show areas and goals, so they cannot live below them."""

from django.urls import path

from goals.views import own_data, people, person_changes

app_name = "people"

urlpatterns = [
    path("preferences/data.json", own_data.own_data, name="own_data"),
    path("people/", people.person_list, name="person_list"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:person_id>/", people.person_detail, name="person_detail"),
    path("people/<int:person_id>/role/", person_changes.person_role, name="person_role"),
    path("people/<int:person_id>/role/end/", person_changes.person_role_end, name="person_role_end"),
    path("people/<int:person_id>/organisation-role/", person_changes.person_org_role, name="person_org_role"),
    path("people/<int:person_id>/invite/", person_changes.person_invite, name="person_invite"),
    path("people/<int:person_id>/invite/end/", person_changes.person_invite_end, name="person_invite_end"),
    path("people/<int:person_id>/data/", person_changes.person_data, name="person_data"),
    path("people/<int:person_id>/anonymise/", person_changes.person_anonymise, name="person_anonymise"),
    path("people/<int:person_id>/deactivate/", person_changes.person_deactivate, name="person_deactivate"),
]
