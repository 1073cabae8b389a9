"""What every listener works with: the call that came in, the reply to it, and the services."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.content import Content
from bot.domain.deliveries import Target
from bot.domain.groups import Place
from bot.domain.learners import Defaults, Person, ZoneSource
from bot.ports import Clock, Message
from bot.services.answers import Answers
from bot.services.coaching import Coaching
from bot.services.feedback import Feedback
from bot.services.modelcard import ModelCards
from bot.services.overview import Overviews
from bot.services.planning import Planning
from bot.services.privacy import Privacy
from bot.services.prompting import Prompting
from bot.services.reference import Reference
from bot.services.snoozing import Snoozing
from bot.services.standing import Standing
from bot.services.study_groups import StudyGroups
from bot.slack.blocks.kit import View
from bot.slack.recall import Recall
from bot.slack.words import Words


@dataclass(frozen=True, slots=True)
class Call:
    """Something that a person did.

    `text` is what stands after a command, the value of a button, or a message. `channel` is empty
    on App Home. `modal` is the id of the form or page in which it happened, if any. `values` are
    the inputs of a form by field, `metadata` what the form carried along. `reported` marks what
    Slack says about somebody who did nothing themselves.
    """

    person: Person
    text: str = ""
    channel: str = ""
    trigger: str = ""
    response_url: str = ""
    ts: str = ""
    thread_ts: str = ""
    modal: str = ""
    metadata: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    reported: bool = False

    @property
    def in_channel(self) -> bool:
        """Whether it happened where others read along."""
        return self.channel[:1] in ("C", "G")

    @property
    def place(self) -> Place:
        """The channel in which it happened."""
        return Place(self.person.workspace, self.channel)


class Outbound(Protocol):
    """Calls to Slack that follow a reply, after it was acknowledged."""

    async def show(self, call: Call, view: View) -> None:
        """Open a form or page, or put it in place of the one in which the call happened."""
        ...

    async def tell(self, call: Call, message: Message) -> str:
        """Show a message where the call happened, to nobody else in a channel.

        The ts when it was posted to a conversation, else nothing.
        """
        ...

    async def post(self, channel: str, message: Message, thread_ts: str = "") -> str:
        """Post for everybody in a channel or to a person's DM; the error code, or nothing."""
        ...

    async def post_all(self, channel: str, messages: Sequence[Message]) -> int:
        """Post one after the other, as fast as Slack allows; how many of them were posted."""
        ...

    async def zone_of(self, person: Person) -> tuple[str, ZoneSource]:
        """The person's zone as Slack reports it, else the workspace's."""
        ...

    async def reachable(self, target: Target) -> bool | None:
        """Whether a person or a channel can be written to; None when Slack does not say."""
        ...

    async def works(self) -> bool:
        """Whether Slack takes the coach's token."""
        ...


After = Callable[[Outbound], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a call: at most one of a message, a view, or errors of a form's fields.

    `home` redraws the person's App Home, `wake` lets what is due be sent at once, `after` makes
    further calls to Slack once the call is acknowledged. `about` is the key of what the message
    answers; what is asked in its thread leans on it. `unsaved` is the code of the reason why
    nothing could be saved: a form then stays open with everything that was typed.
    """

    message: Message | None = None
    view: View | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    home: bool = False
    wake: bool = False
    after: After | None = None
    about: str = ""
    unsaved: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The services and words that the listeners use.

    `patience` is how many seconds an answer waits for what only adds to it.
    """

    content: Content
    words: Words
    defaults: Defaults
    clock: Clock
    answers: Answers
    coaching: Coaching
    snoozing: Snoozing
    prompting: Prompting
    planning: Planning
    groups: StudyGroups
    overviews: Overviews
    privacy: Privacy
    reference: Reference
    feedback: Feedback
    cards: ModelCards
    standing: Standing
    patience: float = 0.04
    recall: Recall = field(default_factory=Recall)


Handler = Callable[[Desk, Call], Awaitable[Reply]]
