"""What Slack reports about people, channels and the installation, in every order and repeated."""

from itertools import permutations

import pytest
from raw_slack import Reaction, error, says
from standing_desk import (
    BOT,
    CHANNEL,
    DM,
    MAYA,
    MONDAY,
    WORKSPACE,
    Office,
    profile,
    told,
)

from bot.domain.deliveries import Target
from bot.slack.standing import ABOUT_MEMBERS, BACK, CHANNEL_EVENTS, GONE


def open_channel(*, member: bool = True, archived: bool = False) -> Reaction:
    """What Slack says about the channel."""
    return says({"ok": True, "channel": {"is_member": member, "is_archived": archived}})


def coming_of(kind: str) -> str:
    """Whom an event names: who acted, or the coach itself that came or went."""
    return BOT if kind in ABOUT_MEMBERS else MAYA.user


# -- people ----------------------------------------------------------------------------------------


@told
async def test_who_leaves_gets_nothing_and_who_comes_back_does(office: Office) -> None:
    office.now_deleted(deleted=True)
    assert await office.event("user_change", user=profile(deleted=True)) == 200
    assert await office.resting(DM) == "user_disabled"
    assert not await office.has_plans(DM)
    assert await office.has_plans(CHANNEL)
    office.now_deleted(deleted=False)
    assert await office.event("user_change", user=profile(deleted=False)) == 200
    assert await office.resting(DM) is None
    assert await office.has_plans(DM)


@told
async def test_what_is_due_to_somebody_who_left_is_skipped(office: Office) -> None:
    office.now_deleted(deleted=True)
    await office.event("user_change", user=profile(deleted=True))
    rows = await office.store.read(
        lambda records: records.open_deliveries(DM.workspace, MONDAY, 100)
    )
    assert [row for row in rows if row.target == DM] == []
    rows = await office.store.read(lambda records: records.deliveries_to(DM))
    assert {row.error for row in rows} == {"user_disabled"}


@told
async def test_the_same_news_twice_is_asked_about_once(office: Office) -> None:
    office.now_deleted(deleted=True)
    for event_id in ("Ev1", "Ev1", "Ev2", "Ev3"):
        await office.event("user_change", event_id, user=profile(deleted=True))
    assert await office.resting(DM) == "user_disabled"
    assert office.slack.methods == ["users.info"]


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("order", list(permutations([True, False, True, False])))
def test_in_any_order_slacks_own_word_stands(deleted: bool, order: tuple[bool, ...]) -> None:
    async def story(office: Office) -> None:
        office.now_deleted(deleted=deleted)
        for said in order:
            await office.event("user_change", user=profile(deleted=said))
        assert (await office.resting(DM) is not None) is deleted
        assert await office.has_plans(DM) is not deleted

    told(story)()


@told
async def test_while_slack_does_not_say_the_event_is_believed(office: Office) -> None:
    office.says("users.info", error("internal_error", 500))
    await office.event("user_change", user=profile(deleted=True))
    assert await office.resting(DM) == "user_disabled"
    await office.event("user_change", user=profile(deleted=False))
    assert await office.resting(DM) is None


@told
async def test_a_person_whom_slack_does_not_know_stays_away(office: Office) -> None:
    office.says("users.info", error("user_not_found"))
    await office.event("user_change", user=profile(deleted=True))
    assert await office.resting(DM) == "user_disabled"
    await office.event("user_change", user=profile(deleted=False))
    assert await office.resting(DM) == "not_reachable"


@told
async def test_a_zone_that_comes_with_the_return_counts(office: Office) -> None:
    office.now_deleted(deleted=True)
    await office.event("user_change", user=profile(deleted=True, tz="Asia/Tokyo"))
    office.now_deleted(deleted=False)
    await office.event("user_change", user=profile(deleted=False, tz="Asia/Tokyo"))
    learner = await office.store.read(lambda records: records.learner(MAYA))
    assert learner is not None
    assert learner.zone == "Asia/Tokyo"
    assert await office.has_plans(DM)


@told
async def test_nothing_is_noted_about_people_who_never_started(office: Office) -> None:
    await office.event("user_change", user={"id": "U9", "deleted": True, "tz": "UTC"})
    assert await office.resting(Target(WORKSPACE, "U9")) is None
    assert office.slack.methods == []


@pytest.mark.parametrize("way", ["command", "home", "message", "mention", "click"])
def test_whoever_uses_the_coach_is_back(way: str) -> None:
    async def story(office: Office) -> None:
        office.now_deleted(deleted=True)
        await office.event("user_change", user=profile(deleted=True))
        message = {"user": MAYA.user, "text": "do i need a phd", "ts": "7.0"}
        if way == "command":
            await office.command("next")
        elif way == "home":
            await office.event("app_home_opened", user=MAYA.user, tab="home", channel="D1")
        elif way == "message":
            await office.event("message", **message, channel="D1", channel_type="im")
        elif way == "mention":
            await office.event("app_mention", **message, channel="C1")
        else:
            await office.receive(
                {
                    "type": "block_actions",
                    "team": {"id": WORKSPACE},
                    "user": {"id": MAYA.user},
                    "channel": {"id": "D1"},
                    "trigger_id": "trigger",
                    "actions": [{"action_id": "plan.show", "block_id": "b", "type": "button"}],
                }
            )
        assert await office.resting(DM) is None
        assert await office.has_plans(DM)

    told(story)()


# -- channels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GONE)
def test_a_channel_that_is_gone_gets_nothing(kind: str) -> None:
    async def story(office: Office) -> None:
        office.says("conversations.info", open_channel(member=False))
        assert await office.event(kind, channel="C1", user=coming_of(kind)) == 200
        assert await office.resting(CHANNEL) == GONE[kind]
        assert not await office.has_plans(CHANNEL)
        assert await office.has_plans(DM)

    told(story)()


@pytest.mark.parametrize("kind", BACK)
def test_a_channel_that_is_back_goes_on(kind: str) -> None:
    async def story(office: Office) -> None:
        office.says("conversations.info", open_channel(archived=True))
        await office.event("channel_archive", channel="C1")
        office.says("conversations.info", open_channel())
        await office.event(kind, channel="C1", user=coming_of(kind))
        assert await office.resting(CHANNEL) is None
        assert await office.has_plans(CHANNEL)

    told(story)()


@told
async def test_other_people_may_come_and_go(office: Office) -> None:
    await office.event("member_left_channel", channel="C1", user=MAYA.user)
    await office.event("member_joined_channel", channel="C1", user=MAYA.user)
    assert await office.resting(CHANNEL) is None
    assert office.slack.methods == []


@told
async def test_nothing_is_noted_about_channels_without_a_group(office: Office) -> None:
    for kind in CHANNEL_EVENTS:
        await office.event(kind, channel="C9", user=coming_of(kind))
    assert await office.resting(Target(WORKSPACE, "C9")) is None
    assert office.slack.methods == []


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize(
    "order", list(permutations(["channel_archive", "channel_unarchive", "channel_archive"]))
)
def test_of_a_channel_too_slacks_own_word_stands(archived: bool, order: tuple[str, ...]) -> None:
    async def story(office: Office) -> None:
        office.says("conversations.info", open_channel(archived=archived))
        for kind in order:
            await office.event(kind, channel="C1")
        assert (await office.resting(CHANNEL) is not None) is archived

    told(story)()


@pytest.mark.parametrize("way", ["mention", "command"])
def test_a_channel_in_which_the_coach_is_used_goes_on(way: str) -> None:
    async def story(office: Office) -> None:
        office.says("conversations.info", error("missing_scope"))
        await office.event("channel_left", channel="C1")
        assert await office.resting(CHANNEL) == "not_in_channel"
        if way == "mention":
            fields = {"user": MAYA.user, "text": "hello", "ts": "7.0"}
            await office.event("app_mention", channel="C1", **fields)
        else:
            await office.command("group", channel="C1")
        assert await office.resting(CHANNEL) is None
        assert await office.has_plans(CHANNEL)

    told(story)()


# -- the installation ------------------------------------------------------------------------------

REMOVED = ("app_uninstalled", "tokens_revoked")
TOKENS = {"oauth": [], "bot": [BOT]}


@pytest.mark.parametrize("order", [*permutations(REMOVED), REMOVED * 2, REMOVED[:1], REMOVED[1:]])
def test_a_removed_coach_sends_nothing_more(order: tuple[str, ...]) -> None:
    async def story(office: Office) -> None:
        office.says("auth.test", error("account_inactive"))
        for kind in order:
            assert await office.event(kind, tokens=TOKENS) == 200
        assert await office.ended() == order[0]

    told(story)()


@pytest.mark.parametrize("kind", REMOVED)
def test_an_old_event_does_not_end_a_workspace_whose_token_works(kind: str) -> None:
    async def story(office: Office) -> None:
        office.says("auth.test", says({"ok": True, "team_id": WORKSPACE}))
        await office.event(kind, tokens=TOKENS)
        assert await office.ended() is None

    told(story)()


@told
async def test_tokens_of_people_are_none_of_ours(office: Office) -> None:
    await office.event("tokens_revoked", tokens={"oauth": [MAYA.user], "bot": []})
    assert await office.ended() is None
    assert office.slack.methods == []


@told
async def test_an_ended_workspace_is_revived_once(office: Office) -> None:
    office.says("auth.test", error("account_inactive"))
    await office.event("app_uninstalled")
    assert await office.desk.standing.revive(WORKSPACE) == "app_uninstalled"
    assert await office.desk.standing.revive(WORKSPACE) is None
    assert await office.ended() is None
