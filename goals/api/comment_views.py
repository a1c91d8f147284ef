"""Comments on objectives and check-ins, and taking note of a check-in, by programs."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched
from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from goals.actions.comments import (
    Subject,
    acknowledge,
    add_comment,
    can_take_note,
    delete_comment,
    edit_comment,
    reviews,
    take_back_acknowledgement,
)
from goals.actions.reviews import ask_back
from goals.api import filters, reach
from goals.api.comment_serializers import (
    AcknowledgementSerializer,
    CommentSerializer,
    NewCheckInCommentSerializer,
    NewCommentSerializer,
    WordsSerializer,
)
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.writes import IF_MATCH, NothingSerializer
from goals.models import Acknowledgement, CheckIn, Comment, Objective


class CommentList(Lists, GenericViewSet):
    """Comments in the order they were made."""

    orderings = {"created_at": "created_at", "edited_at": "edited_at", "author": "author__email"}

    serializer_class = CommentSerializer
    filterset_class: Any = filters.CommentFilters
    queryset = Comment.objects.all()

    def get_queryset(self) -> QuerySet[Comment]:
        rows = reach.visible_comments(self.request)
        related = ("author", "objective__roadmap__cycle", "check_in__key_result__objective__roadmap__cycle")
        return rows.select_related(*related).prefetch_related("mentions__person")


@extend_schema_view(
    list=extend_schema(summary="List comments", description="Deleted ones too, without their words."),
    retrieve=extend_schema(summary="One comment"),
)
class CommentViewSet(RetrieveModelMixin, CommentList):
    lookup_url_kwarg = "comment_id"
    lookup_value_regex = "[0-9]{1,18}"
    matches_deletes = True

    @extend_schema(
        summary="Edit a comment",
        description="One's own, within 15 minutes.",
        request=WordsSerializer,
        responses=CommentSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        comment = self._own(request)
        given = WordsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            edit_comment(comment, by=request.user, now=timezone.now(), **given.validated_data)
        told = CommentSerializer(self.get_object()).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        summary="Delete a comment",
        description="One's own; its place stays.",
        responses={204: OpenApiResponse(description="Its words are gone.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        comment = self._own(request)
        with refusals_as_problems():
            delete_comment(comment, by=request.user, now=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)

    def _own(self, request: Request) -> Comment:
        """The comment of the address. Raises Problem where it is another's, or not as its author read it."""
        comment: Comment = self.get_object()
        if comment.author_id != request.user.pk:
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", _("Only its author changes a comment."))
        refuse_unless_matched(request, CommentSerializer(comment).data)
        return comment


class ThreadViewSet(CommentList):
    """What is said about one thing, and the way to say more."""

    filterset_class = filters.CommentsOfOneFilters
    new_serializer: type[NewCommentSerializer] = NewCommentSerializer

    def subject(self) -> Subject:
        """What the address names. Raises Http404, also where the person may not see it."""
        raise NotImplementedError

    def say(self, request: Request) -> Response:
        return once(request, partial(self._say, request, self.subject()))

    def _say(self, request: Request, subject: Subject) -> Response:
        sent = self.new_serializer(data=request.data, context={"subject": subject})
        sent.is_valid(raise_exception=True)
        made = self.add(subject, **sent.validated_data)
        return Response(CommentSerializer(made).data, status=HTTPStatus.CREATED)

    def add(self, subject: Any, **told: Any) -> Comment:
        with refusals_as_problems():
            return add_comment(subject, by=self.request.user, now=timezone.now(), **told)


def _says(name: str, request: type[NewCommentSerializer] = NewCommentSerializer) -> Any:
    return extend_schema(
        operation_id=f"{name}_comments_create",
        summary="Comment",
        description="Whoever is mentioned gets a mail.",
        request=request,
        responses={201: OpenApiResponse(CommentSerializer, description="Said.")},
        parameters=key_parameters(201),
    )


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_comments_list", summary="List the comments on an objective itself"
    )
)
class ObjectiveCommentViewSet(ThreadViewSet):
    def subject(self) -> Objective:
        rows = reach.visible_objectives(self.request).select_related("roadmap__cycle", "roadmap__area")
        found = rows.filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    def get_queryset(self) -> QuerySet[Comment]:
        return super().get_queryset().filter(objective=self.subject())

    @_says("objectives")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.say(request)


def check_in_of(request: Request, code: str, sequence: str) -> CheckIn:
    """The check-in of an address. Raises Http404, also where the person may not see it."""
    rows = reach.visible_check_ins(request).select_related("key_result__objective__roadmap__cycle")
    found = rows.filter(key_result__code=code, sequence=sequence).first()
    if found is None:
        raise Http404
    return found


@extend_schema_view(
    list=extend_schema(operation_id="check_ins_comments_list", summary="List the comments on a check-in")
)
class CheckInCommentViewSet(ThreadViewSet):
    new_serializer = NewCheckInCommentSerializer

    def add(self, subject: CheckIn, *, asks_back: bool = False, **told: Any) -> Comment:
        if not asks_back:
            return super().add(subject, **told)
        if not reviews(self.request.user, subject):
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", _("The reviewer of the objective asks back."))
        with refusals_as_problems():
            return ask_back(subject, by=self.request.user, now=timezone.now(), text=told["text"])

    def subject(self) -> CheckIn:
        return check_in_of(self.request, self.kwargs["code"], self.kwargs["sequence"])

    def get_queryset(self) -> QuerySet[Comment]:
        return super().get_queryset().filter(check_in=self.subject())

    @_says("check_ins", NewCheckInCommentSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.say(request)


@extend_schema_view(
    list=extend_schema(operation_id="acknowledgements_list", summary="Who has taken note of a check-in")
)
class AcknowledgementViewSet(Endpoint, ListModelMixin, GenericViewSet):
    """Who has taken note of a check-in; leads, managers and the reviewer say it of themselves, once."""

    serializer_class = AcknowledgementSerializer
    queryset = Acknowledgement.objects.all()
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Acknowledgement]:
        rows = Acknowledgement.objects.filter(check_in=self._check_in())
        return rows.select_related("check_in__key_result", "person")

    @extend_schema(
        operation_id="acknowledgements_create",
        summary="Take note of a check-in",
        description="By leads of the area, managers and the reviewer, not of their own. Twice is as once.",
        request=NothingSerializer,
        responses={
            201: OpenApiResponse(AcknowledgementSerializer, description="Taken note."),
            200: OpenApiResponse(AcknowledgementSerializer, description="You had taken note before."),
        },
        parameters=key_parameters(200, 201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return once(request, partial(self._take_note, request, self._check_in_to_note()))

    @extend_schema(
        operation_id="acknowledgements_me_destroy",
        summary="Take your acknowledgement back",
        description="Twice is as once.",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="You have not taken note.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_in = self._check_in_to_note()
        if "If-Match" in request.headers:
            own = self.get_queryset().filter(person_id=request.user.pk).first()
            refuse_unless_matched(request, own and AcknowledgementSerializer(own).data)
        with refusals_as_problems():
            take_back_acknowledgement(check_in, by=request.user, now=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)

    def _take_note(self, request: Request, check_in: CheckIn) -> Response:
        NothingSerializer(data=request.data).is_valid(raise_exception=True)
        with refusals_as_problems():
            is_new = acknowledge(check_in, by=request.user, now=timezone.now())
        row = self.get_queryset().get(person_id=request.user.pk)
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        told = AcknowledgementSerializer(row).data
        return Response(told, status=status, headers={"ETag": etag_of(dumps(told))})

    def _check_in(self) -> CheckIn:
        return check_in_of(self.request, self.kwargs["code"], self.kwargs["sequence"])

    def _check_in_to_note(self) -> CheckIn:
        check_in = self._check_in()
        if not can_take_note(self.request.user, check_in):
            sentence = _("Leads of the area, managers and the reviewer take note of check-ins.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return check_in
