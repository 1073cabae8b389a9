"""All records of one transaction: what `bot.ports.Records` promises, on a SQL connection."""

from bot.store.records_feedback import FeedbackRecords
from bot.store.records_groups import GroupRecords
from bot.store.records_people import PeopleRecords
from bot.store.records_prompts import PromptRecords
from bot.store.records_rhythms import RhythmRecords
from bot.store.records_workspaces import WorkspaceRecords


class SqlRecords(
    PeopleRecords,
    PromptRecords,
    GroupRecords,
    RhythmRecords,
    WorkspaceRecords,
    FeedbackRecords,
):
    """Everything remembered, seen from inside one transaction."""
