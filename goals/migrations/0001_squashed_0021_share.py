"""Everything up to 0021 at once: what a new database takes. One that has some of these steps goes on with them.

Each constraint stands with its model: added by itself, each costs Django a rendering of all models.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
import django.utils.timezone
import goals.models.fields
import goals.models.tags
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("goals", "0001_initial"),
        ("goals", "0002_idempotency_key"),
        ("goals", "0003_invitation_mail"),
        ("goals", "0004_rollover"),
        ("goals", "0005_key_result_pause"),
        ("goals", "0006_interim_target_and_sent_form"),
        ("goals", "0007_comments"),
        ("goals", "0008_risk_and_need_predecessor"),
        ("goals", "0009_link_carried_risks"),
        ("goals", "0010_initiative"),
        ("goals", "0011_alignment"),
        ("goals", "0012_dependency_answers"),
        ("goals", "0013_risk_whole"),
        ("goals", "0014_commit_mark"),
        ("goals", "0015_reviewer"),
        ("goals", "0016_check_in_draft"),
        ("goals", "0017_moved_code"),
        ("goals", "0018_tags"),
        ("goals", "0019_kpi"),
        ("goals", "0020_absence"),
        ("goals", "0021_share"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("areas", "0002_area_rhythm"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField(verbose_name="sequence number")),
                (
                    "value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="value"
                    ),
                ),
                ("is_no_change", models.BooleanField(default=False, verbose_name="no change")),
                (
                    "previous_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="previous value"
                    ),
                ),
                (
                    "start_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="start"
                    ),
                ),
                (
                    "target_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="target"
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "completion",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=15,
                        editable=False,
                        max_digits=40,
                        null=True,
                        verbose_name="completion",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("on_track", "on track"), ("behind", "behind"), ("at_risk", "at risk")],
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 10",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="confidence",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Markdown",
                        max_length=10000,
                        validators=[
                            django.core.validators.MaxLengthValidator(10000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="note",
                    ),
                ),
                (
                    "blocker",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="blocker",
                    ),
                ),
                ("evidence_url", models.URLField(blank=True, max_length=500, verbose_name="evidence")),
                ("effective_on", models.DateField(verbose_name="as of")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "page"),
                            ("api", "API"),
                            ("command", "command"),
                            ("mail_link", "mail link"),
                            ("import", "import"),
                            ("scheduled", "at a set time"),
                            ("kpi", "KPI"),
                        ],
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="reason of the correction",
                    ),
                ),
                ("form_id", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="goals.checkin",
                        verbose_name="corrects",
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in",
                "verbose_name_plural": "check-ins",
                "ordering": ["-effective_on", "-sequence"],
                "indexes": [models.Index(fields=["-created_at", "-id"], name="check_in_by_moment")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)),
                        name="check_in_sequence_from_1",
                        violation_error_message="Check-ins are numbered from 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["on_track", "behind", "at_risk"])),
                        name="check_in_status_known",
                        violation_error_message="The status is on track, behind or at risk.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                ["page", "api", "command", "mail_link", "import", "scheduled", "kpi"],
                            )
                        ),
                        name="check_in_source_known",
                        violation_error_message="The source is page, api, command, mail_link, import, scheduled or kpi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 10)),
                            _connector="OR",
                        ),
                        name="check_in_confidence_0_to_10",
                        violation_error_message="Confidence goes from 0 to 10.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__isnull", False)),
                        name="check_in_value_given",
                        violation_error_message="A check-in has a value.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="check_in_correction_has_reason",
                        violation_error_message="Say why the check-in is corrected.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="Markdown",
                        max_length=5000,
                        validators=[
                            django.core.validators.MaxLengthValidator(5000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="comment",
                    ),
                ),
                (
                    "is_question",
                    models.BooleanField(
                        default=False,
                        help_text="the reviewer of a check-in asks for an answer",
                        verbose_name="asks back",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "edited_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="edited at"),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="deleted at"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "check_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="goals.checkin",
                        verbose_name="check-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_question", False), ("check_in__isnull", False), _connector="OR"
                        ),
                        name="comment_asks_back_about_check_in",
                        violation_error_message="A reviewer asks back about a check-in.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="comment_says_something",
                        violation_error_message="A comment says something.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cycle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "key",
                    models.CharField(
                        help_text="Part of every code in it, so it never changes.",
                        max_length=12,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z]{2,12}\\Z", "A key has 2 to 12 capital letters and digits: 24H2."
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planning", "planning"),
                            ("active", "active"),
                            ("closing", "closing"),
                            ("closed", "closed"),
                        ],
                        default="planning",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between check-ins",
                    ),
                ),
                (
                    "check_in_weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=0,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(6)],
                        verbose_name="weekday of check-ins",
                    ),
                ),
                (
                    "on_track_gap",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.05"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="on track: at most this far behind",
                    ),
                ),
                (
                    "on_track_ratio",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.90"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="on track: at least this share of the expected",
                    ),
                ),
                (
                    "at_risk_gap",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.15"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="at risk: further behind than this",
                    ),
                ),
                (
                    "at_risk_ratio",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.70"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="at risk: less than this share of the expected",
                    ),
                ),
            ],
            options={
                "verbose_name": "cycle",
                "verbose_name_plural": "cycles",
                "ordering": ["-starts_on", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="cycle_ends_after_start",
                        violation_error_message="A cycle ends after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planning", "active", "closing", "closed"])),
                        name="cycle_state_known",
                        violation_error_message="A cycle is planning, active, closing or closed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("check_in_every_days__gte", 1), ("check_in_every_days__lte", 366)
                        ),
                        name="cycle_rhythm_in_days",
                        violation_error_message="Check-ins are 1 to 366 days apart.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_track_gap__lte", models.F("at_risk_gap")),
                            ("on_track_ratio__gte", models.F("at_risk_ratio")),
                        ),
                        name="cycle_thresholds_in_order",
                        violation_error_message="“On track” must not reach further than “at risk”.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dependency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("partner", models.CharField(blank=True, max_length=120, verbose_name="needs the partner")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("agreed", "agreed"),
                            ("at_risk", "at risk"),
                            ("met", "met"),
                        ],
                        default="asked",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "asked_again_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="asked again at"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("declined", "declined")],
                        editable=False,
                        max_length=20,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answer_note",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="word to the answer"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered at"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answered_needs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="goals.dependency",
                        verbose_name="carried over from",
                    ),
                ),
            ],
            options={
                "verbose_name": "need",
                "verbose_name_plural": "needs",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "agreed", "at_risk", "met"])),
                        name="dependency_state_known",
                        violation_error_message="A need is asked, agreed, at risk or met.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "accepted", "declined"])),
                        name="dependency_answer_known",
                        violation_error_message="A need is accepted or declined, or waits for an answer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answer_note", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="dependency_answer_has_moment",
                        violation_error_message="An answer has its moment, and no word stands without an answer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "declined"), _negated=True),
                            models.Q(("answer_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="dependency_declined_with_a_word",
                        violation_error_message="Whoever declines says why.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "accepted"), ("state", "asked"), _negated=True),
                            models.Q(("answer", "declined"), ("state", "agreed"), _negated=True),
                        ),
                        name="dependency_state_fits_answer",
                        violation_error_message="What was accepted is not asked any more, and what was declined is not agreed.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", False)),
                        fields=("predecessor",),
                        name="dependency_carried_over_once",
                        violation_error_message="This need was carried over before.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAbsence",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="first day")),
                ("last_on", models.DateField(verbose_name="last day")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stand-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical absence",
                "verbose_name_plural": "historical absences",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAcknowledgement",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "check_in",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.checkin",
                        verbose_name="check-in",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical acknowledgement",
                "verbose_name_plural": "historical acknowledgements",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCycle",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        db_index=True,
                        help_text="Part of every code in it, so it never changes.",
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z]{2,12}\\Z", "A key has 2 to 12 capital letters and digits: 24H2."
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planning", "planning"),
                            ("active", "active"),
                            ("closing", "closing"),
                            ("closed", "closed"),
                        ],
                        default="planning",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between check-ins",
                    ),
                ),
                (
                    "check_in_weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=0,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(6)],
                        verbose_name="weekday of check-ins",
                    ),
                ),
                (
                    "on_track_gap",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.05"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="on track: at most this far behind",
                    ),
                ),
                (
                    "on_track_ratio",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.90"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="on track: at least this share of the expected",
                    ),
                ),
                (
                    "at_risk_gap",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.15"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="at risk: further behind than this",
                    ),
                ),
                (
                    "at_risk_ratio",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.70"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="at risk: less than this share of the expected",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical cycle",
                "verbose_name_plural": "historical cycles",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalKpi",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(db_index=True, editable=False, max_length=50, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("metric", models.CharField(blank=True, max_length=200, verbose_name="metric")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                (
                    "aim",
                    models.CharField(
                        choices=[("up", "up"), ("down", "down"), ("within", "within bounds")],
                        default="up",
                        max_length=20,
                        verbose_name="aim",
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between values",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("internal", "internal"), ("restricted", "restricted")],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("source_note", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("added_on", models.DateField(editable=False, verbose_name="watched since")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="areas.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical KPI",
                "verbose_name_plural": "historical KPIs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRoadmap",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("code", models.CharField(db_index=True, editable=False, max_length=30, verbose_name="code")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("background", models.TextField(blank=True, help_text="Markdown", verbose_name="background")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")],
                        default="draft",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="areas.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.cycle",
                        verbose_name="cycle",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical roadmap",
                "verbose_name_plural": "historical roadmaps",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="KeyResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "tags",
                    goals.models.tags.TagsField(blank=True, default="", max_length=310, verbose_name="tags"),
                ),
                (
                    "paused_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="paused on"),
                ),
                (
                    "paused_until",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="the day that asks again",
                        null=True,
                        verbose_name="paused until",
                    ),
                ),
                (
                    "pause_reason",
                    models.TextField(
                        blank=True,
                        editable=False,
                        max_length=500,
                        validators=[
                            django.core.validators.MaxLengthValidator(500),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="why it is paused",
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(editable=False, max_length=50, unique=True, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("metric", models.CharField(blank=True, max_length=200, verbose_name="metric")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reach", "reach"), ("milestone", "milestone"), ("guardrail", "guardrail")],
                        default="reach",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "start_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="start"
                    ),
                ),
                (
                    "commit_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="commit"
                    ),
                ),
                (
                    "target_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="target"
                    ),
                ),
                (
                    "stretch_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="stretch"
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="empty: the last day of the cycle",
                        null=True,
                        verbose_name="due on",
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="empty: as its area says, or the cycle",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between check-ins",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("inherit", "like its objective"),
                            ("internal", "internal"),
                            ("restricted", "restricted"),
                        ],
                        default="inherit",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("source_note", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("added_on", models.DateField(verbose_name="in the plan since")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                (
                    "proposed_score",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        editable=False,
                        max_digits=2,
                        null=True,
                        verbose_name="proposed score",
                    ),
                ),
                (
                    "final_score",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=2, null=True, verbose_name="score"
                    ),
                ),
                ("score_reason", models.TextField(blank=True, verbose_name="why the score differs")),
                ("closing_note", models.TextField(blank=True, verbose_name="closing note")),
                (
                    "dropped_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dropped at"),
                ),
                (
                    "current_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=6,
                        editable=False,
                        max_digits=20,
                        null=True,
                        verbose_name="current value",
                    ),
                ),
                (
                    "completion",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=15,
                        editable=False,
                        max_digits=40,
                        null=True,
                        verbose_name="completion",
                    ),
                ),
                ("check_in_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "last_check_in",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="goals.checkin",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_key_results",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="goals.keyresult",
                        verbose_name="carried over from",
                    ),
                ),
            ],
            options={
                "verbose_name": "key result",
                "verbose_name_plural": "key results",
                "ordering": ["position", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pause_reason", ""),
                                ("paused_on__isnull", True),
                                ("paused_until__isnull", True),
                            ),
                            models.Q(
                                ("paused_on__isnull", False),
                                ("paused_until__isnull", False),
                                models.Q(("pause_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="key_result_pause_has_day_and_reason",
                        violation_error_message="A pause has a day on which it ends, and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paused_until__isnull", True),
                            ("paused_until__gt", models.F("paused_on")),
                            _connector="OR",
                        ),
                        name="key_result_pause_ends_after_start",
                        violation_error_message="A pause ends after the day it begins on.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commit_value__isnull", True), ("kind", "reach"), _connector="OR"
                        ),
                        name="key_result_commit_of_reach_only",
                        violation_error_message="Only a reach has a commit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("start_value__isnull", True)),
                            models.Q(("commit_value__isnull", True)),
                            models.Q(("target_value__isnull", True)),
                            models.Q(
                                ("start_value__lte", models.F("commit_value")),
                                models.Q(("start_value", models.F("commit_value")), _negated=True),
                                ("commit_value__lte", models.F("target_value")),
                                models.Q(("commit_value", models.F("target_value")), _negated=True),
                            ),
                            models.Q(
                                ("commit_value__lte", models.F("start_value")),
                                models.Q(("commit_value", models.F("start_value")), _negated=True),
                                ("target_value__lte", models.F("commit_value")),
                                models.Q(("target_value", models.F("commit_value")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="key_result_commit_before_target",
                        violation_error_message="A commit lies between start and target.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reach"), _negated=True),
                            models.Q(("start_value__isnull", True)),
                            models.Q(("target_value__isnull", True)),
                            models.Q(("stretch_value__isnull", True)),
                            models.Q(
                                ("start_value__lte", models.F("target_value")),
                                models.Q(("start_value", models.F("target_value")), _negated=True),
                                ("target_value__lte", models.F("stretch_value")),
                                models.Q(("target_value", models.F("stretch_value")), _negated=True),
                            ),
                            models.Q(
                                ("target_value__lte", models.F("start_value")),
                                models.Q(("target_value", models.F("start_value")), _negated=True),
                                ("stretch_value__lte", models.F("target_value")),
                                models.Q(("stretch_value", models.F("target_value")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="key_result_stretch_beyond_target",
                        violation_error_message="A stretch lies beyond the target, seen from the start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reach", "milestone", "guardrail"])),
                        name="key_result_kind_known",
                        violation_error_message="A key result is a reach, a milestone or a guardrail.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("start_value__isnull", True),
                            ("target_value__isnull", True),
                            models.Q(("start_value", models.F("target_value")), _negated=True),
                            _connector="OR",
                        ),
                        name="key_result_start_differs_from_target",
                        violation_error_message="Start and target are the same; a reach needs a way to go.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "milestone"), _negated=True),
                            models.Q(("start_value", Decimal("0")), ("target_value", Decimal("1"))),
                            _connector="OR",
                        ),
                        name="key_result_milestone_from_0_to_1",
                        violation_error_message="A milestone goes from 0 (not done) to 1 (done).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "guardrail"), _negated=True),
                            ("lower_bound__isnull", False),
                            ("upper_bound__isnull", False),
                            _connector="OR",
                        ),
                        name="key_result_guardrail_has_bound",
                        violation_error_message="A guardrail needs a bound: at most, at least, or both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "guardrail"), _negated=True),
                            models.Q(
                                ("start_value__isnull", True),
                                ("stretch_value__isnull", True),
                                ("target_value__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="key_result_guardrail_without_target",
                        violation_error_message="A guardrail has bounds, no start, target or stretch.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "guardrail"),
                            models.Q(("lower_bound__isnull", True), ("upper_bound__isnull", True)),
                            _connector="OR",
                        ),
                        name="key_result_bounds_of_guardrail_only",
                        violation_error_message="Bounds belong to a guardrail alone.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower_bound__isnull", True),
                            ("upper_bound__isnull", True),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.comparison.Cast(
                                    "lower_bound", models.FloatField()
                                ),
                                django.db.models.functions.comparison.Cast(
                                    "upper_bound", models.FloatField()
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="key_result_bounds_in_order",
                        violation_error_message="The lower bound lies above the upper bound.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)),
                        name="key_result_weight_not_negative",
                        violation_error_message="A weight is 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("check_in_every_days__isnull", True),
                            models.Q(("check_in_every_days__gte", 1), ("check_in_every_days__lte", 366)),
                            _connector="OR",
                        ),
                        name="key_result_rhythm_in_days",
                        violation_error_message="Check-ins are 1 to 366 days apart.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("final_score__isnull", True),
                            models.Q(("final_score__gte", 0), ("final_score__lte", 1)),
                            _connector="OR",
                        ),
                        name="key_result_score_0_to_1",
                        violation_error_message="A score lies between 0.0 and 1.0.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("final_score__isnull", True),
                            ("proposed_score__isnull", True),
                            ("final_score", models.F("proposed_score")),
                            models.Q(("score_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="key_result_changed_score_has_reason",
                        violation_error_message="Say why the score differs from the proposed one.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", False)),
                        fields=("predecessor",),
                        name="key_result_carried_over_once",
                        violation_error_message="This key result was carried over before.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Initiative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("doing", "doing"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "link",
                    models.URLField(
                        blank=True,
                        help_text="an issue, a pull request or a document",
                        max_length=500,
                        validators=[
                            django.core.validators.RegexValidator(
                                "(?i)^https?://", "A link begins with http:// or https://."
                            )
                        ],
                        verbose_name="link",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_initiatives",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="goals.initiative",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="initiatives",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "initiative",
                "verbose_name_plural": "initiatives",
                "ordering": ["position", "pk"],
                "abstract": False,
                "indexes": [models.Index(fields=["owner", "state"], name="initiative_by_owner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="initiative_has_title",
                        violation_error_message="An initiative says in its title what is done.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "doing", "done", "dropped"])),
                        name="initiative_state_known",
                        violation_error_message="An initiative is planned, under way, done or dropped.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link", ""),
                            ("link__istartswith", "http://"),
                            ("link__istartswith", "https://"),
                            _connector="OR",
                        ),
                        name="initiative_link_is_http",
                        violation_error_message="A link begins with http:// or https://.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", False)),
                        fields=("predecessor",),
                        name="initiative_carried_over_once",
                        violation_error_message="This initiative was carried over before.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalInterimTarget",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("on", models.DateField(verbose_name="day")),
                (
                    "value",
                    goals.models.fields.ExactDecimalField(
                        decimal_places=6, max_digits=20, verbose_name="value"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical interim target",
                "verbose_name_plural": "historical interim targets",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalInitiative",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("doing", "doing"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "link",
                    models.URLField(
                        blank=True,
                        help_text="an issue, a pull request or a document",
                        max_length=500,
                        validators=[
                            django.core.validators.RegexValidator(
                                "(?i)^https?://", "A link begins with http:// or https://."
                            )
                        ],
                        verbose_name="link",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.initiative",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical initiative",
                "verbose_name_plural": "historical initiatives",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="CheckInDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "value_text",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[goals.models.fields.validate_storable],
                        verbose_name="value as it was typed",
                    ),
                ),
                (
                    "value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="value"
                    ),
                ),
                ("is_no_change", models.BooleanField(default=False, verbose_name="no change")),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[("on_track", "on track"), ("behind", "behind"), ("at_risk", "at risk")],
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 10",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="confidence",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Markdown",
                        max_length=10000,
                        validators=[
                            django.core.validators.MaxLengthValidator(10000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="note",
                    ),
                ),
                (
                    "blocker",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="blocker",
                    ),
                ),
                (
                    "evidence_url",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[goals.models.fields.validate_storable],
                        verbose_name="evidence",
                    ),
                ),
                (
                    "effective_on",
                    models.DateField(
                        blank=True,
                        help_text="empty: the day on which it is sent",
                        null=True,
                        verbose_name="as of",
                    ),
                ),
                ("seen_count", models.PositiveIntegerField(default=0, editable=False)),
                ("send_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "refusal",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="why it was not sent",
                    ),
                ),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="not sent at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("lease_token", models.UUIDField(blank=True, editable=False, null=True)),
                ("leased_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_in_drafts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_in_drafts",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a check-in",
                "verbose_name_plural": "drafts of check-ins",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("send_at__isnull", False)),
                        fields=["send_at"],
                        name="check_in_draft_to_send",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("author", "key_result"),
                        name="check_in_draft_once_per_person",
                        violation_error_message="You have a draft about this key result already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["", "on_track", "behind", "at_risk"])),
                        name="check_in_draft_status_known",
                        violation_error_message="The status is on track, behind or at risk.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 10)),
                            _connector="OR",
                        ),
                        name="check_in_draft_confidence_0_to_10",
                        violation_error_message="Confidence goes from 0 to 10.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refusal", ""), ("refused_at__isnull", True)),
                            models.Q(("refused_at__isnull", False), models.Q(("refusal", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="check_in_draft_refused_says_why",
                        violation_error_message="A draft that was not sent says when and why.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refused_at__isnull", True), ("send_at__isnull", True), _connector="OR"
                        ),
                        name="check_in_draft_refused_waits",
                        violation_error_message="What was refused is not sent again by itself.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="checkin",
            name="key_result",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="check_ins",
                to="goals.keyresult",
                verbose_name="key result",
            ),
        ),
        migrations.CreateModel(
            name="Kpi",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(editable=False, max_length=50, unique=True, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("metric", models.CharField(blank=True, max_length=200, verbose_name="metric")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                (
                    "aim",
                    models.CharField(
                        choices=[("up", "up"), ("down", "down"), ("within", "within bounds")],
                        default="up",
                        max_length=20,
                        verbose_name="aim",
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between values",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("internal", "internal"), ("restricted", "restricted")],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("source_note", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("added_on", models.DateField(editable=False, verbose_name="watched since")),
                (
                    "current_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=6,
                        editable=False,
                        max_digits=20,
                        null=True,
                        verbose_name="current value",
                    ),
                ),
                ("entry_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "area",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kpis",
                        to="areas.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_kpis",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "KPI",
                "verbose_name_plural": "KPIs",
                "ordering": ["area", "number"],
                "indexes": [models.Index(fields=["owner", "archived_at"], name="kpi_by_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("area", "number"),
                        name="kpi_number_once_per_area",
                        violation_error_message="This area has a KPI with this number already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="kpi_number_from_1",
                        violation_error_message="KPIs are numbered from 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="kpi_has_title",
                        violation_error_message="A KPI says in its title what is watched.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("aim__in", ["up", "down", "within"])),
                        name="kpi_aim_known",
                        violation_error_message="A KPI is to go up, to go down or to stay within bounds.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("aim", "within"), _negated=True),
                            ("lower_bound__isnull", False),
                            ("upper_bound__isnull", False),
                            _connector="OR",
                        ),
                        name="kpi_within_has_bound",
                        violation_error_message="To stay within bounds it needs one: at most, at least, or both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("aim", "within"),
                            models.Q(("lower_bound__isnull", True), ("upper_bound__isnull", True)),
                            _connector="OR",
                        ),
                        name="kpi_bounds_of_within_only",
                        violation_error_message="A KPI that is to go up or down has no bounds.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower_bound__isnull", True),
                            ("upper_bound__isnull", True),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.comparison.Cast(
                                    "lower_bound", models.FloatField()
                                ),
                                django.db.models.functions.comparison.Cast(
                                    "upper_bound", models.FloatField()
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="kpi_bounds_in_order",
                        violation_error_message="The lower bound lies above the upper bound.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("check_in_every_days__gte", 1), ("check_in_every_days__lte", 366)
                        ),
                        name="kpi_rhythm_in_days",
                        violation_error_message="Values are 1 to 366 days apart.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["internal", "restricted"])),
                        name="kpi_visibility_known",
                        violation_error_message="A KPI is internal or restricted.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="keyresult",
            name="kpi",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="key_results",
                to="goals.kpi",
                verbose_name="value from KPI",
            ),
        ),
        migrations.CreateModel(
            name="KpiEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField(verbose_name="sequence number")),
                (
                    "value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="value"
                    ),
                ),
                ("is_no_change", models.BooleanField(default=False, verbose_name="no change")),
                (
                    "previous_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="previous value"
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Markdown",
                        max_length=10000,
                        validators=[
                            django.core.validators.MaxLengthValidator(10000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="note",
                    ),
                ),
                ("evidence_url", models.URLField(blank=True, max_length=500, verbose_name="evidence")),
                ("effective_on", models.DateField(verbose_name="as of")),
                (
                    "source",
                    models.CharField(
                        choices=[("page", "page"), ("api", "API")], max_length=20, verbose_name="source"
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[
                            django.core.validators.MaxLengthValidator(2000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="reason of the correction",
                    ),
                ),
                ("form_id", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kpi_entries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="goals.kpientry",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="goals.kpi",
                        verbose_name="KPI",
                    ),
                ),
            ],
            options={
                "verbose_name": "value of a KPI",
                "verbose_name_plural": "values of KPIs",
                "ordering": ["-effective_on", "-sequence"],
                "indexes": [
                    models.Index(fields=["kpi", "-effective_on", "-sequence"], name="kpi_entry_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kpi", "sequence"),
                        name="kpi_entry_sequence_once_per_kpi",
                        violation_error_message="This KPI has a value with this number already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)),
                        name="kpi_entry_sequence_from_1",
                        violation_error_message="Values are numbered from 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["page", "api"])),
                        name="kpi_entry_source_known",
                        violation_error_message="The source is page or api.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__isnull", False)),
                        name="kpi_entry_value_given",
                        violation_error_message="An entry has a value.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="kpi_entry_correction_has_reason",
                        violation_error_message="Say why the value is corrected.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="kpi",
            name="last_entry",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="goals.kpientry",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="kpi_entry",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="check_ins",
                to="goals.kpientry",
                verbose_name="value of a KPI",
            ),
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="goals.comment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("comment", "person"),
                        name="mention_once_per_comment",
                        violation_error_message="This comment mentions this person already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objective",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "tags",
                    goals.models.tags.TagsField(blank=True, default="", max_length=310, verbose_name="tags"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("focus", "focus"), ("excellence", "engineering excellence")],
                        default="focus",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(editable=False, max_length=40, unique=True, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="description"),
                ),
                (
                    "reviewer_since",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="reviewed since"
                    ),
                ),
                (
                    "commitment",
                    models.CharField(
                        choices=[("committed", "committed"), ("aspirational", "aspirational")],
                        default="aspirational",
                        max_length=20,
                        verbose_name="commitment",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="1 (first) to 5 (last)",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="priority",
                    ),
                ),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 10",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="confidence",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "counts_supporters",
                    models.BooleanField(
                        default=False,
                        help_text="Its mean is then of its key results and of the objectives that support it, by weight.",
                        verbose_name="counts its supporters",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                (
                    "pillar",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("better_code", "Better Code"),
                            ("better_doc", "Better Doc"),
                            ("empowering_teams", "Empowering Teams"),
                            ("modern_code", "Modern Code"),
                            ("better_architecture", "Better Architecture"),
                        ],
                        max_length=30,
                        verbose_name="pillar",
                    ),
                ),
                (
                    "impact",
                    models.CharField(
                        blank=True,
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        max_length=10,
                        verbose_name="impact",
                    ),
                ),
                (
                    "cost",
                    models.CharField(
                        blank=True,
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        max_length=10,
                        verbose_name="cost",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                (
                    "post_mortem",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="post-mortem"),
                ),
                (
                    "dropped_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dropped at"),
                ),
                (
                    "completion",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=15,
                        editable=False,
                        max_digits=40,
                        null=True,
                        verbose_name="completion",
                    ),
                ),
                ("last_key_result_number", models.PositiveIntegerField(default=0, editable=False)),
                ("last_risk_number", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_objectives",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="goals.objective",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviewed_objectives",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewer",
                    ),
                ),
            ],
            options={
                "verbose_name": "objective",
                "verbose_name_plural": "objectives",
                "ordering": ["-kind", "position", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["focus", "excellence"])),
                        name="objective_kind_known",
                        violation_error_message="An objective is a focus area or an item of engineering excellence.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("commitment__in", ["committed", "aspirational"])),
                        name="objective_commitment_known",
                        violation_error_message="An objective is committed or aspirational.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("priority__isnull", True),
                            models.Q(("priority__gte", 1), ("priority__lte", 5)),
                            _connector="OR",
                        ),
                        name="objective_priority_1_to_5",
                        violation_error_message="Priority goes from 1 to 5.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 10)),
                            _connector="OR",
                        ),
                        name="objective_confidence_0_to_10",
                        violation_error_message="Confidence goes from 0 to 10.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)),
                        name="objective_weight_not_negative",
                        violation_error_message="A weight is 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["restricted", "internal", "public"])),
                        name="objective_visibility_known",
                        violation_error_message="Visibility is restricted, internal or public.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "excellence"),
                            models.Q(("cost", ""), ("impact", ""), ("pillar", "")),
                            _connector="OR",
                        ),
                        name="objective_excellence_fields",
                        violation_error_message="Pillar, impact and cost belong to engineering excellence alone.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "focus"),
                            (
                                "pillar__in",
                                [
                                    "better_code",
                                    "better_doc",
                                    "empowering_teams",
                                    "modern_code",
                                    "better_architecture",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="objective_excellence_has_pillar",
                        violation_error_message="An item of engineering excellence names its pillar.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reviewer__isnull", True), ("reviewer_since__isnull", True)),
                            models.Q(("reviewer__isnull", False), ("reviewer_since__isnull", False)),
                            _connector="OR",
                        ),
                        name="objective_reviewer_since_a_moment",
                        violation_error_message="A reviewer is named from a moment on.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost__in", ["", "low", "medium", "high"]),
                            ("impact__in", ["", "low", "medium", "high"]),
                        ),
                        name="objective_levels_known",
                        violation_error_message="Impact and cost are low, medium or high.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", False)),
                        fields=("predecessor",),
                        name="objective_carried_over_once",
                        violation_error_message="This objective was carried over before.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="keyresult",
            name="objective",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="key_results",
                to="goals.objective",
                verbose_name="objective",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalShare",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        help_text="In the mean of the co-owning area; 0 shows it there and does not count it.",
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="areas.area",
                        verbose_name="co-owning area",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical share of an objective",
                "verbose_name_plural": "historical shares of objectives",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalKeyResult",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "tags",
                    goals.models.tags.TagsField(blank=True, default="", max_length=310, verbose_name="tags"),
                ),
                (
                    "paused_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="paused on"),
                ),
                (
                    "paused_until",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="the day that asks again",
                        null=True,
                        verbose_name="paused until",
                    ),
                ),
                (
                    "pause_reason",
                    models.TextField(
                        blank=True,
                        editable=False,
                        max_length=500,
                        validators=[
                            django.core.validators.MaxLengthValidator(500),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="why it is paused",
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(db_index=True, editable=False, max_length=50, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("metric", models.CharField(blank=True, max_length=200, verbose_name="metric")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reach", "reach"), ("milestone", "milestone"), ("guardrail", "guardrail")],
                        default="reach",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "start_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="start"
                    ),
                ),
                (
                    "commit_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="commit"
                    ),
                ),
                (
                    "target_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="target"
                    ),
                ),
                (
                    "stretch_value",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="stretch"
                    ),
                ),
                (
                    "lower_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at least"
                    ),
                ),
                (
                    "upper_bound",
                    goals.models.fields.ExactDecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="at most"
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="empty: the last day of the cycle",
                        null=True,
                        verbose_name="due on",
                    ),
                ),
                (
                    "check_in_every_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="empty: as its area says, or the cycle",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days between check-ins",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("inherit", "like its objective"),
                            ("internal", "internal"),
                            ("restricted", "restricted"),
                        ],
                        default="inherit",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("source_note", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("added_on", models.DateField(verbose_name="in the plan since")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                (
                    "proposed_score",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        editable=False,
                        max_digits=2,
                        null=True,
                        verbose_name="proposed score",
                    ),
                ),
                (
                    "final_score",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=2, null=True, verbose_name="score"
                    ),
                ),
                ("score_reason", models.TextField(blank=True, verbose_name="why the score differs")),
                ("closing_note", models.TextField(blank=True, verbose_name="closing note")),
                (
                    "dropped_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dropped at"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.keyresult",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "kpi",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.kpi",
                        verbose_name="value from KPI",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical key result",
                "verbose_name_plural": "historical key results",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDependency",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("partner", models.CharField(blank=True, max_length=120, verbose_name="needs the partner")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("agreed", "agreed"),
                            ("at_risk", "at risk"),
                            ("met", "met"),
                        ],
                        default="asked",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "asked_again_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="asked again at"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("declined", "declined")],
                        editable=False,
                        max_length=20,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answer_note",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="word to the answer"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered at"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.dependency",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
                (
                    "on_objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="needs the objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical need",
                "verbose_name_plural": "historical needs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalComment",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="Markdown",
                        max_length=5000,
                        validators=[
                            django.core.validators.MaxLengthValidator(5000),
                            goals.models.fields.validate_storable,
                        ],
                        verbose_name="comment",
                    ),
                ),
                (
                    "is_question",
                    models.BooleanField(
                        default=False,
                        help_text="the reviewer of a check-in asks for an answer",
                        verbose_name="asks back",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "edited_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="edited at"),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="deleted at"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "check_in",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.checkin",
                        verbose_name="check-in",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical comment",
                "verbose_name_plural": "historical comments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAlignment",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        help_text="In the mean of what it supports, where that counts its supporters; 0 takes it out.",
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supported",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="supports the objective",
                    ),
                ),
                (
                    "supporter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="supporter",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical alignment",
                "verbose_name_plural": "historical alignments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="dependency",
            name="objective",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="needs",
                to="goals.objective",
                verbose_name="objective",
            ),
        ),
        migrations.AddField(
            model_name="dependency",
            name="on_objective",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="needed_by",
                to="goals.objective",
                verbose_name="needs the objective",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="objective",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="goals.objective",
                verbose_name="objective",
            ),
        ),
        migrations.CreateModel(
            name="Alignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        help_text="In the mean of what it supports, where that counts its supporters; 0 takes it out.",
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "supported",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supporters",
                        to="goals.objective",
                        verbose_name="supports the objective",
                    ),
                ),
                (
                    "supporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="goals.objective",
                        verbose_name="supporter",
                    ),
                ),
            ],
            options={
                "verbose_name": "alignment",
                "verbose_name_plural": "alignments",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("supporter", models.F("supported")), _negated=True),
                        name="alignment_not_on_itself",
                        violation_error_message="An objective does not support itself.",
                    ),
                    models.UniqueConstraint(
                        fields=("supporter", "supported"),
                        name="alignment_once_per_pair",
                        violation_error_message="This objective supports that one already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)),
                        name="alignment_weight_not_negative",
                        violation_error_message="A weight is 0 or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check_ins_due", "check-ins due"),
                            ("invitation", "invitation"),
                            ("mention", "mention in a comment"),
                            ("check_in_refused", "check-in that was not sent"),
                        ],
                        max_length=40,
                        verbose_name="kind",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        help_text="the ISO week, like 2024-W42; of an invitation or a comment its number",
                        max_length=20,
                        verbose_name="period",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("sent", "sent"),
                            ("skipped", "not needed any more"),
                            ("dead", "given up"),
                        ],
                        default="pending",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("message_id", models.CharField(max_length=200)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbox_mails",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["-created_at", "-pk"],
                "indexes": [models.Index(fields=["state", "next_attempt_at"], name="outbox_mail_waiting")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "kind", "period"),
                        name="outbox_mail_once_per_period",
                        violation_error_message="This person has this mail for this period already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "sent", "skipped", "dead"])),
                        name="outbox_mail_state_known",
                        violation_error_message="A mail is waiting, sent, not needed any more or given up.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Risk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(editable=False, max_length=50, unique=True, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[("known", "known"), ("unknown", "unknown")],
                        default="known",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="cause and effect"),
                ),
                (
                    "likelihood",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="likelihood",
                    ),
                ),
                (
                    "impact",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="impact",
                    ),
                ),
                (
                    "response",
                    models.CharField(
                        choices=[
                            ("mitigate", "mitigate"),
                            ("accept", "accept"),
                            ("avoid", "avoid"),
                            ("transfer", "transfer"),
                        ],
                        default="mitigate",
                        max_length=20,
                        verbose_name="response",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        blank=True,
                        help_text="how one sees that it occurs",
                        max_length=300,
                        verbose_name="trigger",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("mitigating", "mitigating"),
                            ("accepted", "accepted"),
                            ("occurred", "occurred"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="review on")),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="reviewed on")),
                (
                    "residual_likelihood",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="residual likelihood",
                    ),
                ),
                (
                    "residual_impact",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="residual impact",
                    ),
                ),
                ("occurred_on", models.DateField(blank=True, null=True, verbose_name="occurred on")),
                ("consequence", models.TextField(blank=True, verbose_name="consequence")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("prevented", "prevented"),
                            ("not_occurred", "did not occur"),
                            ("handled", "occurred and handled"),
                            ("irrelevant", "no longer relevant"),
                            ("not_recorded", "not recorded"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("outcome_note", models.TextField(blank=True, verbose_name="note on the outcome")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risks",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risks",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_risks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="goals.risk",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviewed_risks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "risk",
                "verbose_name_plural": "risks",
                "ordering": ["objective", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objective", "number"),
                        name="risk_number_once_per_objective",
                        violation_error_message="This objective has a risk with this number already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["known", "unknown"])),
                        name="risk_kind_known",
                        violation_error_message="A risk is known or unknown.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("likelihood__isnull", True),
                                models.Q(("likelihood__gte", 1), ("likelihood__lte", 5)),
                                _connector="OR",
                            ),
                            ("impact__gte", 1),
                            ("impact__lte", 5),
                            models.Q(
                                ("residual_likelihood__isnull", True),
                                models.Q(("residual_likelihood__gte", 1), ("residual_likelihood__lte", 5)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("residual_impact__isnull", True),
                                models.Q(("residual_impact__gte", 1), ("residual_impact__lte", 5)),
                                _connector="OR",
                            ),
                        ),
                        name="risk_levels_1_to_5",
                        violation_error_message="Likelihood and impact go from 1 to 5.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("likelihood__isnull", False),
                            models.Q(("kind", "unknown"), ("review_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="risk_without_likelihood_has_review",
                        violation_error_message="A known risk has a likelihood; an unknown one may leave it out and then carries a review date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("response__in", ["mitigate", "accept", "avoid", "transfer"])),
                        name="risk_response_known",
                        violation_error_message="The response is mitigate, accept, avoid or transfer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "mitigating", "accepted", "occurred", "closed"])
                        ),
                        name="risk_state_known",
                        violation_error_message="A risk is open, mitigating, accepted, occurred or closed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "occurred"), _negated=True),
                            ("occurred_on__isnull", False),
                            _connector="OR",
                        ),
                        name="risk_occurred_has_date",
                        violation_error_message="Say on which day the risk occurred.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "occurred"), _negated=True),
                            models.Q(("consequence", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="risk_occurred_has_consequence",
                        violation_error_message="Say what followed when the risk occurred.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["", "prevented", "not_occurred", "handled", "irrelevant", "not_recorded"],
                            )
                        ),
                        name="risk_outcome_known",
                        violation_error_message="A risk was prevented, did not occur, occurred and was handled, or is no longer relevant.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("closed_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="risk_closed_has_outcome",
                        violation_error_message="Say how the risk ended, and on which day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "closed"),
                            models.Q(("closed_on__isnull", True), ("outcome", ""), ("outcome_note", "")),
                            _connector="OR",
                        ),
                        name="risk_outcome_when_closed",
                        violation_error_message="Only a closed risk has an outcome.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "handled"), _negated=True),
                            models.Q(
                                ("occurred_on__isnull", False), models.Q(("consequence", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="risk_handled_has_occurred",
                        violation_error_message="What occurred and was handled has the day on which it occurred, and what followed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True), ("reviewed_on__isnull", False), _connector="OR"
                        ),
                        name="risk_reviewer_has_day",
                        violation_error_message="A review has a day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["restricted", "internal", "public"])),
                        name="risk_visibility_known",
                        violation_error_message="Visibility is restricted, internal or public.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", False)),
                        fields=("predecessor",),
                        name="risk_carried_over_once",
                        violation_error_message="This risk was carried over before.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mitigation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("doing", "doing"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("text", models.CharField(max_length=500, verbose_name="step")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_mitigations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "risk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mitigations",
                        to="goals.risk",
                        verbose_name="risk",
                    ),
                ),
            ],
            options={
                "verbose_name": "mitigation",
                "verbose_name_plural": "mitigations",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "doing", "done", "dropped"])),
                        name="mitigation_state_known",
                        violation_error_message="A mitigation is planned, under way, done or dropped.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalRisk",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(db_index=True, editable=False, max_length=50, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[("known", "known"), ("unknown", "unknown")],
                        default="known",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="cause and effect"),
                ),
                (
                    "likelihood",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="likelihood",
                    ),
                ),
                (
                    "impact",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="impact",
                    ),
                ),
                (
                    "response",
                    models.CharField(
                        choices=[
                            ("mitigate", "mitigate"),
                            ("accept", "accept"),
                            ("avoid", "avoid"),
                            ("transfer", "transfer"),
                        ],
                        default="mitigate",
                        max_length=20,
                        verbose_name="response",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        blank=True,
                        help_text="how one sees that it occurs",
                        max_length=300,
                        verbose_name="trigger",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("mitigating", "mitigating"),
                            ("accepted", "accepted"),
                            ("occurred", "occurred"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="review on")),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="reviewed on")),
                (
                    "residual_likelihood",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="residual likelihood",
                    ),
                ),
                (
                    "residual_impact",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="residual impact",
                    ),
                ),
                ("occurred_on", models.DateField(blank=True, null=True, verbose_name="occurred on")),
                ("consequence", models.TextField(blank=True, verbose_name="consequence")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("prevented", "prevented"),
                            ("not_occurred", "did not occur"),
                            ("handled", "occurred and handled"),
                            ("irrelevant", "no longer relevant"),
                            ("not_recorded", "not recorded"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("outcome_note", models.TextField(blank=True, verbose_name="note on the outcome")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.risk",
                        verbose_name="carried over from",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical risk",
                "verbose_name_plural": "historical risks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMitigation",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("doing", "doing"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("text", models.CharField(max_length=500, verbose_name="step")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "risk",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.risk",
                        verbose_name="risk",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical mitigation",
                "verbose_name_plural": "historical mitigations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConcern",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="concerns the objective",
                    ),
                ),
                (
                    "risk",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.risk",
                        verbose_name="risk",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical concern of a risk",
                "verbose_name_plural": "historical concerns of risks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerned_by",
                        to="goals.objective",
                        verbose_name="concerns the objective",
                    ),
                ),
                (
                    "risk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="goals.risk",
                        verbose_name="risk",
                    ),
                ),
            ],
            options={
                "verbose_name": "concern of a risk",
                "verbose_name_plural": "concerns of risks",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("risk", "objective"),
                        name="concern_once_per_pair",
                        violation_error_message="This risk concerns that objective already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Roadmap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("code", models.CharField(editable=False, max_length=30, unique=True, verbose_name="code")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("background", models.TextField(blank=True, help_text="Markdown", verbose_name="background")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")],
                        default="draft",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                ("last_focus_number", models.PositiveIntegerField(default=0, editable=False)),
                ("last_excellence_number", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roadmaps",
                        to="areas.area",
                        verbose_name="area",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roadmaps",
                        to="goals.cycle",
                        verbose_name="cycle",
                    ),
                ),
            ],
            options={
                "verbose_name": "roadmap",
                "verbose_name_plural": "roadmaps",
                "ordering": ["area__position", "area__key"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("area", "cycle"),
                        name="roadmap_once_per_area_and_cycle",
                        violation_error_message="This area has a roadmap for this cycle already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published"])),
                        name="roadmap_state_known",
                        violation_error_message="A roadmap is draft or published.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["restricted", "internal", "public"])),
                        name="roadmap_visibility_known",
                        violation_error_message="Visibility is restricted, internal or public.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="objective",
            name="roadmap",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objectives",
                to="goals.roadmap",
                verbose_name="roadmap",
            ),
        ),
        migrations.CreateModel(
            name="MovedCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=50, verbose_name="old code")),
                (
                    "moved_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="moved at"
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_codes",
                        to="goals.keyresult",
                    ),
                ),
                (
                    "former_objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_away",
                        to="goals.objective",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_codes",
                        to="goals.objective",
                    ),
                ),
                (
                    "risk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_codes",
                        to="goals.risk",
                    ),
                ),
                (
                    "former_roadmap",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_away",
                        to="goals.roadmap",
                    ),
                ),
            ],
            options={
                "verbose_name": "old code",
                "verbose_name_plural": "old codes",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code",),
                        name="moved_code_once",
                        violation_error_message="This code led to something before.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("key_result__isnull", True),
                                ("objective__isnull", False),
                                ("risk__isnull", True),
                            ),
                            models.Q(
                                ("key_result__isnull", False),
                                ("objective__isnull", True),
                                ("risk__isnull", True),
                            ),
                            models.Q(
                                ("key_result__isnull", True),
                                ("objective__isnull", True),
                                ("risk__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="moved_code_of_one_thing",
                        violation_error_message="An old code leads to an objective, a key result or a risk, one of them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("former_roadmap__isnull", True),
                                ("objective__isnull", False),
                                _connector="OR",
                            ),
                            models.Q(
                                ("former_objective__isnull", True),
                                ("objective__isnull", True),
                                _connector="OR",
                            ),
                        ),
                        name="moved_code_place_fits",
                        violation_error_message="An objective comes from a roadmap; a key result or a risk from an objective.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalObjective",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "tags",
                    goals.models.tags.TagsField(blank=True, default="", max_length=310, verbose_name="tags"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("focus", "focus"), ("excellence", "engineering excellence")],
                        default="focus",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, verbose_name="number")),
                ("code", models.CharField(db_index=True, editable=False, max_length=40, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="description"),
                ),
                (
                    "reviewer_since",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="reviewed since"
                    ),
                ),
                (
                    "commitment",
                    models.CharField(
                        choices=[("committed", "committed"), ("aspirational", "aspirational")],
                        default="aspirational",
                        max_length=20,
                        verbose_name="commitment",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="1 (first) to 5 (last)",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="priority",
                    ),
                ),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 10",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="confidence",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "counts_supporters",
                    models.BooleanField(
                        default=False,
                        help_text="Its mean is then of its key results and of the objectives that support it, by weight.",
                        verbose_name="counts its supporters",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("restricted", "restricted"),
                            ("internal", "internal"),
                            ("public", "public"),
                        ],
                        default="internal",
                        max_length=20,
                        verbose_name="visibility",
                    ),
                ),
                (
                    "pillar",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("better_code", "Better Code"),
                            ("better_doc", "Better Doc"),
                            ("empowering_teams", "Empowering Teams"),
                            ("modern_code", "Modern Code"),
                            ("better_architecture", "Better Architecture"),
                        ],
                        max_length=30,
                        verbose_name="pillar",
                    ),
                ),
                (
                    "impact",
                    models.CharField(
                        blank=True,
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        max_length=10,
                        verbose_name="impact",
                    ),
                ),
                (
                    "cost",
                    models.CharField(
                        blank=True,
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")],
                        max_length=10,
                        verbose_name="cost",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                (
                    "post_mortem",
                    models.TextField(blank=True, help_text="Markdown", verbose_name="post-mortem"),
                ),
                (
                    "dropped_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dropped at"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewer",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.objective",
                        verbose_name="carried over from",
                    ),
                ),
                (
                    "roadmap",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="goals.roadmap",
                        verbose_name="roadmap",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical objective",
                "verbose_name_plural": "historical objectives",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RolloverDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[("keep", "keep"), ("modify", "modify"), ("drop", "drop")],
                        max_length=10,
                        verbose_name="choice",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                (
                    "made_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made at"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rollover_decisions",
                        to="goals.cycle",
                        verbose_name="into the cycle",
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rollover_decisions",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "rollover decision",
                "verbose_name_plural": "rollover decisions",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key_result", "into"),
                        name="rollover_decision_once_per_cycle",
                        violation_error_message="About this key result it was decided before.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["keep", "modify", "drop"])),
                        name="rollover_choice_known",
                        violation_error_message="A key result is kept, modified or dropped.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", "drop"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="rollover_drop_has_reason",
                        violation_error_message="Say why the key result is not carried over.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("form_id", models.UUIDField(primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("led_to", models.CharField(blank=True, max_length=300)),
                ("sent_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sent form",
                "verbose_name_plural": "sent forms",
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        help_text="In the mean of the co-owning area; 0 shows it there and does not count it.",
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="areas.area",
                        verbose_name="co-owning area",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="goals.objective",
                        verbose_name="objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "share of an objective",
                "verbose_name_plural": "shares of objectives",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objective", "area"),
                        name="share_once_per_pair",
                        violation_error_message="This objective is shared with that area already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)),
                        name="share_weight_not_negative",
                        violation_error_message="A weight is 0 or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_on", models.DateField(verbose_name="day")),
                (
                    "completion",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=15,
                        editable=False,
                        max_digits=40,
                        null=True,
                        verbose_name="completion",
                    ),
                ),
                (
                    "expected",
                    goals.models.fields.ExactDecimalField(
                        blank=True,
                        decimal_places=15,
                        editable=False,
                        max_digits=40,
                        null=True,
                        verbose_name="expected",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=12, verbose_name="sum of weights"
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("on_track", models.PositiveIntegerField(default=0)),
                ("behind", models.PositiveIntegerField(default=0)),
                ("at_risk", models.PositiveIntegerField(default=0)),
                ("no_data", models.PositiveIntegerField(default=0)),
                ("counted", models.PositiveIntegerField(default=0)),
                ("reported", models.PositiveIntegerField(default=0)),
                ("older_than_14_days", models.PositiveIntegerField(default=0)),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="goals.objective",
                    ),
                ),
                (
                    "roadmap",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="goals.roadmap",
                    ),
                ),
            ],
            options={
                "verbose_name": "snapshot",
                "verbose_name_plural": "snapshots",
                "ordering": ["taken_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("objective__isnull", False), ("roadmap__isnull", True)),
                            models.Q(("objective__isnull", True), ("roadmap__isnull", False)),
                            _connector="OR",
                        ),
                        name="snapshot_of_objective_or_roadmap",
                        violation_error_message="A snapshot is of an objective or of a roadmap.",
                    ),
                    models.UniqueConstraint(
                        fields=("objective", "taken_on"),
                        name="snapshot_once_per_objective_and_day",
                        violation_error_message="This objective has a snapshot of this day already.",
                    ),
                    models.UniqueConstraint(
                        fields=("roadmap", "taken_on"),
                        name="snapshot_once_per_roadmap_and_day",
                        violation_error_message="This roadmap has a snapshot of this day already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("first_on", models.DateField(verbose_name="first day")),
                ("last_on", models.DateField(verbose_name="last day")),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[goals.models.fields.validate_storable],
                        verbose_name="note",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stood_in_for",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stand-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["first_on", "pk"],
                "indexes": [
                    models.Index(fields=["stand_in", "first_on", "last_on"], name="absence_by_stand_in")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="absence_ends_after_it_begins",
                        violation_error_message="The last day is the first day or a later one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stand_in", models.F("person")), _negated=True),
                        name="absence_stand_in_is_another",
                        violation_error_message="Nobody stands in for themselves.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="goals.checkin",
                        verbose_name="check-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "acknowledgement",
                "verbose_name_plural": "acknowledgements",
                "ordering": ["made_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("check_in", "person"),
                        name="acknowledgement_once_per_person",
                        violation_error_message="This person has taken note of this check-in already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "key"),
                        name="idempotency_key_once_per_owner",
                        violation_error_message="This person has used this key already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InterimTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                (
                    "value",
                    goals.models.fields.ExactDecimalField(
                        decimal_places=6, max_digits=20, verbose_name="value"
                    ),
                ),
                (
                    "key_result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interim_targets",
                        to="goals.keyresult",
                        verbose_name="key result",
                    ),
                ),
            ],
            options={
                "verbose_name": "interim target",
                "verbose_name_plural": "interim targets",
                "ordering": ["key_result", "on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key_result", "on"),
                        name="interim_target_once_per_day",
                        violation_error_message="This key result has an interim target for this day already.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                fields=["key_result", "-effective_on", "-sequence"], name="check_in_newest_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(
                fields=("key_result", "sequence"),
                name="check_in_sequence_once_per_key_result",
                violation_error_message="This key result has a check-in with this number already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kpi_entry__isnull", False), ("source", "kpi")),
                    models.Q(models.Q(("source", "kpi"), _negated=True), ("kpi_entry__isnull", True)),
                    _connector="OR",
                ),
                name="check_in_of_kpi_names_its_value",
                violation_error_message="A check-in made by a KPI names the value it repeats, no other does.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kpi_entry__isnull", False)),
                fields=("key_result", "kpi_entry"),
                name="check_in_once_per_value_of_kpi",
                violation_error_message="This value of the KPI was recorded here before.",
            ),
        ),
        migrations.AddIndex(
            model_name="keyresult",
            index=models.Index(fields=["owner", "objective"], name="key_result_by_owner"),
        ),
        migrations.AddConstraint(
            model_name="keyresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kpi__isnull", True), models.Q(("kind", "milestone"), _negated=True), _connector="OR"
                ),
                name="key_result_of_kpi_is_measured",
                violation_error_message="A milestone is done or not done; it takes its value from no KPI.",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyresult",
            constraint=models.UniqueConstraint(
                fields=("objective", "number"),
                name="key_result_number_once_per_objective",
                violation_error_message="This objective has a key result with this number already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["inherit", "internal", "restricted"])),
                name="key_result_visibility_known",
                violation_error_message="A key result is like its objective, internal or restricted.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("on_objective__isnull", False), ("partner", "")),
                    models.Q(("on_objective__isnull", True), models.Q(("partner", ""), _negated=True)),
                    _connector="OR",
                ),
                name="dependency_on_objective_or_partner",
                violation_error_message="A need names another objective or a partner, one of the two.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("on_objective__isnull", True),
                    models.Q(("on_objective", models.F("objective")), _negated=True),
                    _connector="OR",
                ),
                name="dependency_not_on_itself",
                violation_error_message="An objective does not need itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at__isnull", True), ("on_objective__isnull", False)),
                fields=("objective", "on_objective"),
                name="dependency_once_per_objective",
                violation_error_message="This objective lists this need already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("partner", ""), _negated=True), ("archived_at__isnull", True)),
                fields=("objective", "partner"),
                name="dependency_once_per_partner",
                violation_error_message="This objective lists this partner already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("check_in__isnull", True), ("objective__isnull", False)),
                    models.Q(("check_in__isnull", False), ("objective__isnull", True)),
                    _connector="OR",
                ),
                name="comment_on_one_thing",
                violation_error_message="A comment is about an objective or a check-in, one of the two.",
            ),
        ),
        migrations.AddConstraint(
            model_name="objective",
            constraint=models.UniqueConstraint(
                fields=("roadmap", "kind", "number"),
                name="objective_number_once_per_roadmap",
                violation_error_message="This roadmap has an objective with this number already.",
            ),
        ),
    ]
