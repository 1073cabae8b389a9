"""The tables: every row belongs to a person, a channel or an address of one workspace."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from bot.store.columns import Instant, Json, RestsText, RhythmText, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s",
        "uq": "uq_%(table_name)s",
    }
)


def _key(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _given(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _goal() -> tuple[Column[Any], ...]:
    return (
        _given("background"),
        _given("move"),
        _given("hours_per_week", Double),
        _given("target", Date),
    )


learners = Table(
    "learners",
    metadata,
    _key("workspace"),
    _key("user_id"),
    *_goal(),
    _given("zone"),
    _given("zone_source"),
    _given("prompts", RhythmText),
    _given("checkins", RhythmText),
    _given("started_at", Instant),
    _given("paused", Boolean),
    Column("rests", RestsText),
    Column("prompts_from", Date),
    Column("checkins_from", Date),
    Column("unasked_per_day", Integer),
    Column("silent_prompts", Integer, nullable=False, server_default="0"),
    Column("silent_checkins", Integer, nullable=False, server_default="0"),
    Column("resting", Boolean, nullable=False, server_default=false()),
)

plans = Table(
    "plans",
    metadata,
    _key("workspace"),
    _key("user_id"),
    _given("template_id"),
    *_goal(),
    _given("started_on", Date),
    _given("pace", Double),
    _given("done", Json),
    _given("dropped", Json),
    _given("promised", Json),
)

assignments = Table(
    "assignments",
    metadata,
    _key("workspace"),
    _key("user_id"),
    _key("label", Date),
    _given("prompt_id"),
    Column("swapped_from", Words),
)

answers = Table(
    "answers",
    metadata,
    _key("workspace"),
    _key("user_id"),
    _key("id"),
    _key("version", Integer),
    _given("prompt_id"),
    _given("text"),
    _given("answered_at", Instant),
    Column("rated", Json),
    Index("ix_answers_prompt", "workspace", "user_id", "prompt_id"),
)

check_ins = Table(
    "check_ins",
    metadata,
    _key("workspace"),
    _key("user_id"),
    _key("week", Date),
    _given("outcomes", Json),
    _given("evidence"),
    _given("hours", Double),
    _given("obstacle"),
    _given("confidence", Integer),
    _given("pace_before", Double),
    _given("at", Instant),
)

study_groups = Table(
    "study_groups",
    metadata,
    _key("workspace"),
    _key("channel"),
    _given("started_by_workspace"),
    _given("started_by_user"),
    _given("zone"),
    _given("rhythm", RhythmText),
    _given("started_at", Instant),
    _given("week", Integer),
    _given("paused", Boolean),
)

group_members = Table(
    "group_members",
    metadata,
    _key("workspace"),
    _key("channel"),
    _key("user_id"),
    ForeignKeyConstraint(
        ["workspace", "channel"],
        ["study_groups.workspace", "study_groups.channel"],
        ondelete="CASCADE",
    ),
    Index("ix_group_members_user", "workspace", "user_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _key("workspace"),
    _key("address"),
    _key("kind"),
    _given("zone"),
    _given("rhythm", RhythmText),
    Column("next_label", Date),
    Column("next_due", Instant),
    Column("last_label", Date),
    Column("last_due", Instant),
    Column("rests", RestsText),
    Column("unasked_per_day", Integer),
)
# Resting subscriptions are not in the index, so that a tick costs what is due and no more.
_awake = subscriptions.c.next_due.is_not(None)
Index(
    "ix_subscriptions_next_due",
    subscriptions.c.next_due,
    sqlite_where=_awake,
    postgresql_where=_awake,
)

deliveries = Table(
    "deliveries",
    metadata,
    _key("workspace"),
    _key("id"),
    _given("address"),
    _given("kind"),
    _given("label", Date),
    _given("zone"),
    _given("due", Instant),
    _given("state"),
    _given("not_before", Instant),
    _given("changed_at", Instant),
    _given("attempts", Integer),
    Column("content_id", Words),
    Column("channel", Words),
    Column("ts", Words),
    Column("error", Words),
    Column("heal_at", Instant),
    _given("turn", Integer),
    _given("failures", Integer),
    UniqueConstraint("workspace", "address", "kind", "label"),
    Index("ix_deliveries_label", "label"),
)


def _only(name: str, where: Any, *columns: Column[Any]) -> None:
    """An index of some rows only: of those that still want something, which are few among all."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_open = deliveries.c.state == text("'due'")
_sending = deliveries.c.state == text("'sending'")
_only(
    "ix_deliveries_open",
    _open,
    deliveries.c.workspace,
    deliveries.c.not_before,
    deliveries.c.turn,
)
_only("ix_deliveries_sending", _sending, deliveries.c.changed_at)
_heal = (deliveries.c.state == text("'sent'")) & deliveries.c.heal_at.is_not(None)
_only("ix_deliveries_heal", _heal, deliveries.c.heal_at)
_only(
    "ix_deliveries_place",
    deliveries.c.ts.is_not(None),
    deliveries.c.workspace,
    deliveries.c.channel,
    deliveries.c.ts,
)

# Nothing in these two says who asked or voted.
votes = Table(
    "votes",
    metadata,
    _key("workspace"),
    _key("key"),
    _key("outcome"),
    _key("vote"),
    _key("reason"),
    _key("day", Date),
    _given("count", Integer),
    Index("ix_votes_day", "day"),
)

gaps = Table(
    "gaps",
    metadata,
    _key("workspace"),
    _key("text"),
    _given("outcome"),
    _given("nearest"),
    _given("count", Integer),
    _given("told", Integer),
    _given("first_on", Date),
    _given("last_on", Date),
    Index("ix_gaps_last_on", "last_on"),
)

workspaces = Table(
    "workspaces",
    metadata,
    _key("workspace"),
    Column("taken_until", Instant),
    Column("held_until", Instant),
    Column("held_since", Instant),
    Column("held_why", Words),
    _given("asks", Boolean),
    Column("ended", Words),
)

resting_targets = Table(
    "resting_targets",
    metadata,
    _key("workspace"),
    _key("address"),
    _given("why"),
)

envelopes = Table(
    "envelopes",
    metadata,
    _key("key"),
    _given("seen_at", Instant),
    Index("ix_envelopes_seen_at", "seen_at"),
)

# What the installation remembers of itself, such as the zone data that it planned with.
notes = Table(
    "notes",
    metadata,
    _key("name"),
    _given("text"),
)
