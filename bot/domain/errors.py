"""Refusals: what a use case will not do, each with the code of the text that explains it."""


class CoachError(Exception):
    """A request that was understood and refused; nothing was changed.

    `code` names a text in `content/messages.yaml` below `refused.`; `facts` fill its blanks.
    """

    code = "refused"

    def __init__(self, **facts: str) -> None:
        super().__init__(self.code)
        self.facts = facts


class NotStarted(CoachError):
    """The person has not started yet, so there is no plan and no rhythm."""

    code = "not_started"


class NoGroupHere(CoachError):
    """The channel has no study group."""

    code = "no_group"


class GroupExists(CoachError):
    """The channel already has a study group."""

    code = "group_exists"


class NotAChannel(CoachError):
    """A study group was asked for in a direct message."""

    code = "not_a_channel"


class Gone(CoachError):
    """What a button or form refers to no longer exists."""

    code = "gone"


class AlreadySwapped(CoachError):
    """Today's prompt was already swapped once."""

    code = "already_swapped"


class SnoozeTooLate(CoachError):
    """Three hours later would be at night."""

    code = "snooze_late"


class NothingToSnooze(CoachError):
    """Nothing came today and nothing comes, so there is nothing to have later."""

    code = "snooze_nothing"


class SnoozedOnce(CoachError):
    """It came a second time today already."""

    code = "snooze_once"


class SnoozeOutOfRange(CoachError):
    """The date is over, or further ahead than a year."""

    code = "snooze_range"


class Busy(Exception):
    """The store did not answer in time; the work was given up before anything was saved."""


class Uncertain(Exception):
    """The store was already writing when time ran out: it may or may not have been saved."""


class DeliveryMoved(Exception):
    """A delivery was to change in a way that its present state does not allow; nothing changed."""


class InvalidField(Exception):
    """One or more inputs can't be used. `fields` maps the form field to a text code."""

    def __init__(self, **fields: str) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields
