"""The first tables: people, prompts, study groups, deliveries, feedback.

Types are written out here and not taken from `bot.store.columns`: this version of the schema
stays what it is when those change.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _col(name: str, kind: type[Any] = sa.Text, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, autoincrement=False)


def upgrade() -> None:
    """Create all tables and indexes."""
    _people()
    _prompts()
    _groups()
    _subscriptions()
    _deliveries()
    _feedback()
    _edge()


def _goal() -> list[sa.Column[Any]]:
    return [
        _col("background"),
        _col("move"),
        _col("hours_per_week", sa.Double),
        _col("target", sa.Date),
    ]


def _people() -> None:
    op.create_table(
        "learners",
        _col("workspace"),
        _col("user_id"),
        *_goal(),
        _col("zone"),
        _col("zone_source"),
        _col("prompts"),
        _col("checkins"),
        _col("started_at", sa.BigInteger),
        _col("paused", sa.Boolean),
        sa.PrimaryKeyConstraint("workspace", "user_id", name="pk_learners"),
    )
    op.create_table(
        "plans",
        _col("workspace"),
        _col("user_id"),
        _col("template_id"),
        *_goal(),
        _col("started_on", sa.Date),
        _col("pace", sa.Double),
        _col("done"),
        _col("dropped"),
        _col("promised"),
        sa.PrimaryKeyConstraint("workspace", "user_id", name="pk_plans"),
    )
    op.create_table(
        "check_ins",
        _col("workspace"),
        _col("user_id"),
        _col("week", sa.Date),
        _col("outcomes"),
        _col("evidence"),
        _col("hours", sa.Double),
        _col("obstacle"),
        _col("confidence", sa.Integer),
        _col("pace_before", sa.Double),
        _col("at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace", "user_id", "week", name="pk_check_ins"),
    )


def _prompts() -> None:
    op.create_table(
        "assignments",
        _col("workspace"),
        _col("user_id"),
        _col("label", sa.Date),
        _col("prompt_id"),
        _col("swapped_from", null=True),
        sa.PrimaryKeyConstraint("workspace", "user_id", "label", name="pk_assignments"),
    )
    op.create_table(
        "answers",
        _col("workspace"),
        _col("user_id"),
        _col("id"),
        _col("version", sa.Integer),
        _col("prompt_id"),
        _col("text"),
        _col("answered_at", sa.BigInteger),
        _col("rated", null=True),
        sa.PrimaryKeyConstraint("workspace", "user_id", "id", "version", name="pk_answers"),
    )
    op.create_index("ix_answers_prompt", "answers", ["workspace", "user_id", "prompt_id"])


def _groups() -> None:
    op.create_table(
        "study_groups",
        _col("workspace"),
        _col("channel"),
        _col("started_by_workspace"),
        _col("started_by_user"),
        _col("zone"),
        _col("rhythm"),
        _col("started_at", sa.BigInteger),
        _col("week", sa.Integer),
        _col("paused", sa.Boolean),
        sa.PrimaryKeyConstraint("workspace", "channel", name="pk_study_groups"),
    )
    op.create_table(
        "group_members",
        _col("workspace"),
        _col("channel"),
        _col("user_id"),
        sa.PrimaryKeyConstraint("workspace", "channel", "user_id", name="pk_group_members"),
        sa.ForeignKeyConstraint(
            ["workspace", "channel"],
            ["study_groups.workspace", "study_groups.channel"],
            name="fk_group_members",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_group_members_user", "group_members", ["workspace", "user_id"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        _col("workspace"),
        _col("address"),
        _col("kind"),
        _col("zone"),
        _col("rhythm"),
        _col("next_label", sa.Date, null=True),
        _col("next_due", sa.BigInteger, null=True),
        _col("last_label", sa.Date, null=True),
        _col("last_due", sa.BigInteger, null=True),
        sa.PrimaryKeyConstraint("workspace", "address", "kind", name="pk_subscriptions"),
    )
    awake = sa.text("next_due IS NOT NULL")
    op.create_index(
        "ix_subscriptions_next_due",
        "subscriptions",
        ["next_due"],
        sqlite_where=awake,
        postgresql_where=awake,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _col("workspace"),
        _col("id"),
        _col("address"),
        _col("kind"),
        _col("label", sa.Date),
        _col("zone"),
        _col("due", sa.BigInteger),
        _col("state"),
        _col("not_before", sa.BigInteger),
        _col("changed_at", sa.BigInteger),
        _col("attempts", sa.Integer),
        _col("content_id", null=True),
        _col("channel", null=True),
        _col("ts", null=True),
        _col("error", null=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_deliveries"),
        sa.UniqueConstraint("workspace", "address", "kind", "label", name="uq_deliveries"),
    )
    op.create_index("ix_deliveries_open", "deliveries", ["state", "not_before"])
    op.create_index("ix_deliveries_place", "deliveries", ["workspace", "channel", "ts"])
    op.create_index("ix_deliveries_changed", "deliveries", ["workspace", "address", "changed_at"])


def _feedback() -> None:
    op.create_table(
        "votes",
        _col("workspace"),
        _col("key"),
        _col("outcome"),
        _col("vote"),
        _col("reason"),
        _col("day", sa.Date),
        _col("count", sa.Integer),
        sa.PrimaryKeyConstraint(
            "workspace", "key", "outcome", "vote", "reason", "day", name="pk_votes"
        ),
    )
    op.create_index("ix_votes_day", "votes", ["day"])
    op.create_table(
        "gaps",
        _col("workspace"),
        _col("text"),
        _col("outcome"),
        _col("nearest"),
        _col("count", sa.Integer),
        _col("told", sa.Integer),
        _col("first_on", sa.Date),
        _col("last_on", sa.Date),
        sa.PrimaryKeyConstraint("workspace", "text", name="pk_gaps"),
    )
    op.create_index("ix_gaps_last_on", "gaps", ["last_on"])


def _edge() -> None:
    op.create_table(
        "held_workspaces",
        _col("workspace"),
        _col("until", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace", name="pk_held_workspaces"),
    )
    op.create_table(
        "envelopes",
        _col("key"),
        _col("seen_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_envelopes"),
    )
    op.create_index("ix_envelopes_seen_at", "envelopes", ["seen_at"])
    op.create_table(
        "standings",
        _col("workspace"),
        _col("address"),
        _col("why"),
        sa.PrimaryKeyConstraint("workspace", "address", name="pk_standings"),
    )
