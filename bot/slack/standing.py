"""What Slack reports about people, channels and the installation: events become standings.

An event is believed at once, so that it is a row before it is acknowledged. When it was news, Slack
is then asked how things really are: events may come twice, late, and in any order, answers do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.learners import Person
from bot.services.rhythms import target_of
from bot.slack.desk import Call, Desk, Outbound, Reply

Event = Mapping[str, Any]
ZONE = "zone"

GONE = {
    "channel_archive": "is_archived",
    "group_archive": "is_archived",
    "channel_deleted": "channel_not_found",
    "group_deleted": "channel_not_found",
    "channel_left": "not_in_channel",
    "group_left": "not_in_channel",
    "member_left_channel": "not_in_channel",
}
"""Events after which a channel gets nothing, with the code that would refuse the next post."""

BACK = ("channel_unarchive", "group_unarchive", "member_joined_channel")
"""Events after which a channel may be reached again."""

ABOUT_MEMBERS = ("member_left_channel", "member_joined_channel")
"""These come for everybody; only the coach's own coming and going counts."""

CHANNEL_EVENTS = (*GONE, *BACK)
"""Not asked for in the manifest: they need the scopes channels:read and groups:read."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Reads events for one installation."""

    workspace: str
    bot_user: str

    def of_channel(self, event: Event) -> Call | None:
        """Which channel, and why it gets nothing now; None when it is about somebody else."""
        kind = str(event["type"])
        if kind in ABOUT_MEMBERS and event.get("user") != self.bot_user:
            return None
        return self._call(str(event["channel"]), GONE.get(kind, ""))

    def of_person(self, user: Event) -> Call:
        """Which person, and why they get nothing now."""
        call = self._call(str(user["id"]), "user_disabled" if user.get("deleted") else "")
        return replace(call, values={ZONE: str(user.get("tz") or "")})

    def of_installation(self, event: Event) -> Call | None:
        """Why the coach may not work any more; None when only tokens of people were revoked."""
        kind = str(event["type"])
        if kind == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return None
        return self._call("", kind)

    def _call(self, address: str, why: str) -> Call:
        return Call(Person(self.workspace, address), text=why, reported=True)


async def reported(desk: Desk, call: Call) -> Reply:
    """Rest or wake what an event is about, then see whether Slack says the same."""
    target, why = target_of(call.person), call.text
    news = await (desk.standing.rest(target, why) if why else desk.standing.wake(target))

    async def after(out: Outbound) -> None:
        reachable = await out.reachable(target)
        if why and reachable:
            await desk.standing.wake(target)
        if not why and reachable is False:
            await desk.standing.rest(target, "not_reachable")

    return Reply(after=after) if news else Reply()


async def is_news(desk: Desk, call: Call) -> bool:
    """Whether a changed profile says something that matters to a learner."""
    learner = await desk.coaching.learner(call.person)
    if learner is None:
        return False
    if call.text or learner.zone != call.values[ZONE]:
        return True
    return await desk.standing.rests(target_of(call.person))


async def profile_changed(desk: Desk, call: Call) -> Reply:
    """A learner left or came back, or is in another zone: the sends that remain move."""
    reply = await reported(desk, call)
    if call.text:
        return reply
    await desk.coaching.zone_reported(call.person, call.values[ZONE])
    return replace(reply, home=True)


async def ended(desk: Desk, call: Call) -> Reply:
    """Send nothing more to the workspace; unless the token still works, and the event is old."""
    workspace = call.person.workspace
    await desk.standing.end(workspace, call.text)

    async def after(out: Outbound) -> None:
        if await out.works():
            await desk.standing.revive(workspace)

    return Reply(after=after)
