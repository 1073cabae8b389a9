"""Rests, snoozes, silence and the number of messages a day that people choose; notes.

Types are written out here, as in the first version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table of notes; what was stored means the same as before."""
    for table, column in (
        ("learners", _maybe("rests", sa.Text)),
        ("learners", _maybe("prompts_from", sa.Date)),
        ("learners", _maybe("checkins_from", sa.Date)),
        ("learners", _maybe("unasked_per_day", sa.Integer)),
        ("learners", _begins("silent_prompts", sa.Integer, "0")),
        ("learners", _begins("silent_checkins", sa.Integer, "0")),
        ("learners", _begins("resting", sa.Boolean, sa.false())),
        ("subscriptions", _maybe("rests", sa.Text)),
        ("subscriptions", _maybe("unasked_per_day", sa.Integer)),
    ):
        op.add_column(table, column)
    op.create_table(
        "notes",
        sa.Column("name", sa.Text, nullable=False, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notes"),
    )


def _maybe(name: str, kind: type[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _begins(name: str, kind: type[Any], value: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=value)
