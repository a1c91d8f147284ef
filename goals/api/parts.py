"""A part of a row that has an address of its own: read by whoever sees the row, changed under `If-Match`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched
from accounts.api.json import dumps
from goals.api.refusals import refusals_as_problems


class PartView(Endpoint):
    """`told_by` says what stands there, `given_by` reads what is to stand there."""

    told_by: type[serializers.Serializer]
    given_by: type[serializers.Serializer]
    key = "code"

    def rows(self) -> QuerySet[Any]:
        """Those that the person sees."""
        raise NotImplementedError

    def refuse_strangers(self, row: Any) -> None:
        """Raises Problem 403 where the person may read and not change it."""
        raise NotImplementedError

    def act(self, row: Any, given: dict[str, Any]) -> None:
        """Writes what was given. The version of `row` is asked for once more under its lock."""
        raise NotImplementedError

    def found(self) -> Any:
        """The row of the address. Raises Http404, also where the person may not see it."""
        row = self.rows().filter(**{self.key: self.kwargs[self.key]}).first()
        if row is None:
            raise Http404
        return row

    def read(self) -> Response:
        return Response(self.told_by(self.found()).data)

    def change(self, request: Request) -> Response:
        row = self.found()
        self.refuse_strangers(row)
        refuse_unless_matched(request, self.told_by(row).data)
        given = self.given_by(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            self.act(row, given.validated_data)
        told = self.told_by(self.found()).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})
