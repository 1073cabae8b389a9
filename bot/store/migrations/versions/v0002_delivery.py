"""Delivery: turns and healing, the standing of workspaces, resting targets, the kill switch."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TURNS = ("welcome", "daily_prompt", "weekly_checkin", "group_session")
"""Which kind goes first of those that are due together."""


def upgrade() -> None:
    """Add columns, indexes and tables; a hold of a workspace lasts seconds and is not kept."""
    _columns()
    _indexes()
    _tables()


def _columns() -> None:
    op.add_column("deliveries", sa.Column("heal_at", sa.BigInteger))
    nothing = sa.text("0")
    for name in ("turn", "failures"):
        column = sa.Column(name, sa.Integer, nullable=False, server_default=nothing)
        op.add_column("deliveries", column)
    for turn, kind in enumerate(TURNS):
        op.execute(
            sa.text("UPDATE deliveries SET turn = :turn WHERE kind = :kind").bindparams(
                turn=turn, kind=kind
            )
        )
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("turn", server_default=None)
        table.alter_column("failures", server_default=None)


def _only(name: str, where: str, *columns: str) -> None:
    condition: Any = sa.text(where)
    op.create_index(
        name, "deliveries", list(columns), sqlite_where=condition, postgresql_where=condition
    )


def _indexes() -> None:
    for name in ("open", "place", "changed"):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
    _only("ix_deliveries_open", "state = 'due'", "workspace", "not_before", "turn")
    _only("ix_deliveries_sending", "state = 'sending'", "changed_at")
    op.create_index("ix_deliveries_label", "deliveries", ["label"])
    _only("ix_deliveries_place", "ts IS NOT NULL", "workspace", "channel", "ts")
    _only("ix_deliveries_heal", "state = 'sent' AND heal_at IS NOT NULL", "heal_at")


def _tables() -> None:
    op.drop_table("held_workspaces")
    op.create_table(
        "workspaces",
        sa.Column("workspace", sa.Text, nullable=False, autoincrement=False),
        sa.Column("taken_until", sa.BigInteger),
        sa.Column("held_until", sa.BigInteger),
        sa.Column("held_since", sa.BigInteger),
        sa.Column("held_why", sa.Text),
        sa.Column("asks", sa.Boolean, nullable=False),
        sa.Column("ended", sa.Text),
        sa.PrimaryKeyConstraint("workspace", name="pk_workspaces"),
    )
    op.create_table(
        "resting_targets",
        sa.Column("workspace", sa.Text, nullable=False, autoincrement=False),
        sa.Column("address", sa.Text, nullable=False, autoincrement=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "address", name="pk_resting_targets"),
    )
