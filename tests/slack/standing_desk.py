"""Events as Slack sends them, through Bolt and the edge, with a real store and a loopback Slack."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

import aiohttp
from raw_slack import RawSlack, Reaction, says
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.assembly import build_desk
from bot.domain.cadence import WORKDAYS, Rhythm
from bot.domain.deliveries import Kind, Target
from bot.domain.groups import Place
from bot.domain.learners import Background, Goal, Move, Person, ZoneSource
from bot.ports import Store
from bot.services.coaching import StartForm
from bot.services.study_groups import GroupForm
from bot.settings import Settings
from bot.slack.app import bolt_app
from bot.slack.calls import Reader
from bot.slack.edge import Edge, Tasks
from bot.slack.messenger import slack_client
from bot.slack.outbound import SlackOutbound
from bot.store.sql import SqlStore
from bot.system import GivenClock
from tests.shipped import library

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
WORKSPACE, BOT = "T1", "U0BOT"
MAYA = Person(WORKSPACE, "U1")
DM = Target(WORKSPACE, "U1")
CHANNEL = Target(WORKSPACE, "C1")
MORNINGS = Rhythm(WORKDAYS, time(9, 0))
GOAL = Goal(Background.PM, Move.INSIDE, 6.0, date(2026, 7, 31))
FORM = StartForm(GOAL, MORNINGS, "Europe/Berlin", ZoneSource.SLACK)
GROUP = GroupForm(Rhythm(frozenset({2}), time(17, 0)), "Europe/Berlin")
IDENTITY = AuthorizeResult(
    enterprise_id=None, team_id=WORKSPACE, bot_user_id=BOT, bot_id="B1", bot_token="xoxb-test"
)
COMMAND = "/aipm"


def profile(*, deleted: bool, tz: str = "Europe/Berlin") -> dict[str, Any]:
    """Maya's profile as Slack shows it."""
    return {"id": MAYA.user, "deleted": deleted, "tz": tz}


class Office:
    """A coach with one learner and one study group, and the Slack that it talks to."""

    def __init__(
        self, store: Store, slack: RawSlack, url: str, http: aiohttp.ClientSession
    ) -> None:
        self.store, self.slack = store, slack
        clock = GivenClock(lambda: MONDAY)
        self.desk = build_desk(Settings(), library(), store, clock)
        client = slack_client("xoxb-test", url, http)
        self.tasks = Tasks()
        self.edge = Edge(
            desk=self.desk,
            store=store,
            clock=clock,
            reader=Reader(WORKSPACE, BOT),
            out=SlackOutbound(client, http, self.desk.words, "UTC"),
            tasks=self.tasks,
            wake=lambda: None,
            deadline=2.5,
        )
        self._app = bolt_app(client, IDENTITY, self.edge, COMMAND)
        self._ids = count(1)

    async def opened(self) -> None:
        """Maya starts, and so does a group."""
        await self.desk.coaching.start(MAYA, FORM)
        await self.desk.groups.start(Place(WORKSPACE, "C1"), MAYA, GROUP)

    async def receive(self, body: dict[str, Any]) -> int:
        """Something arrives; the status of the acknowledgement, once all that follows is done."""
        request = AsyncBoltRequest(body=json.dumps(body), mode="socket_mode")
        answer = await self._app.async_dispatch(request)
        await self.tasks.idle()
        return int(answer.status)

    async def event(self, kind: str, event_id: str = "", **fields: Any) -> int:
        """An event arrives, a new one unless an id is given."""
        envelope = {"type": "event_callback", "team_id": WORKSPACE, "api_app_id": "A1"}
        name = event_id or f"Ev{next(self._ids)}"
        event = {"type": kind, **fields}
        return await self.receive({**envelope, "event_id": name, "event": event})

    async def command(self, text: str, channel: str = "D1") -> int:
        """Maya writes the command."""
        return await self.receive(
            {
                "command": COMMAND,
                "text": text,
                "user_id": MAYA.user,
                "team_id": WORKSPACE,
                "channel_id": channel,
                "trigger_id": f"trigger-{next(self._ids)}",
            }
        )

    def says(self, method: str, answer: Reaction) -> None:
        """What Slack answers to a method from now on."""
        self.slack.by_method[method] = answer

    def now_deleted(self, *, deleted: bool) -> None:
        """Whether Maya's account is switched off in Slack."""
        self.says("users.info", says({"ok": True, "user": profile(deleted=deleted)}))

    async def resting(self, target: Target) -> str | None:
        """Why a target gets nothing."""
        return await self.store.read(lambda records: records.resting(target))

    async def ended(self) -> str | None:
        """Why the workspace gets nothing."""
        return await self.store.read(lambda records: records.ended_workspace(WORKSPACE))

    async def has_plans(self, target: Target) -> bool:
        """Whether anything is to be sent to a target of its own accord."""
        kinds = (Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN, Kind.GROUP_SESSION)
        found = [
            await self.store.read(lambda records, kind=kind: records.subscription(target, kind))
            for kind in kinds
        ]
        return any(each is not None and each.next is not None for each in found)


Story = Callable[[Office], Awaitable[None]]


async def with_office(
    store: Store, story: Story, answers: dict[str, Reaction] | None = None
) -> None:
    """Play a story on a store, with a Slack that says yes to everything else."""
    yes = says({"ok": True, "channel": {"id": "D1"}, "ts": "5.0"})
    methods = ("chat.postMessage", "chat.postEphemeral", "views.publish", "views.open")
    slack = RawSlack(by_method={**dict.fromkeys(methods, yes), **(answers or {})})
    server = await asyncio.start_server(slack.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
    async with server, aiohttp.ClientSession() as http:
        await story(Office(store, slack, url, http))
        await asyncio.sleep(0)


def told(story: Story) -> Callable[[], None]:
    """A test of a story in an office with a learner and a group."""

    async def main() -> None:
        store = SqlStore.open("sqlite://")

        async def opened(office: Office) -> None:
            await office.opened()
            await story(office)

        try:
            await with_office(store, opened)
        finally:
            await store.close()

    def test() -> None:
        asyncio.run(main())

    test.__name__ = story.__name__
    test.__doc__ = story.__doc__
    return test
