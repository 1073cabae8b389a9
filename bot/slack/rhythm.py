"""When and how often: what `settings`, `next`, `snooze`, `pause` and `resume` do."""

from bot.domain.deliveries import Kind
from bot.domain.learners import ZoneSource
from bot.domain.snoozes import Snooze, Until, read_snooze
from bot.services.coaching import FOLLOW_SLACK
from bot.slack import forms
from bot.slack.blocks import kit
from bot.slack.blocks import rhythm as screens
from bot.slack.desk import Call, Desk, Outbound, Reply


async def settings(desk: Desk, call: Call) -> Reply:
    """The settings form."""
    learner = await desk.coaching.known(call.person)
    return Reply(view=screens.settings_form(desk.words, learner, desk.defaults))


async def coming(desk: Desk, call: Call) -> Reply:
    """The next sends with date, time and zone, and what rests."""
    outlook = await desk.coaching.outlook(call.person)
    return Reply(kit.message(screens.next_lines(desk.words, outlook)))


async def pause(desk: Desk, call: Call) -> Reply:
    """Stop everything unasked."""
    await desk.coaching.pause(call.person, paused=True)
    return Reply(kit.message(desk.words("settings.paused")), home=True)


async def resume(desk: Desk, call: Call) -> Reply:
    """Let things come again."""
    outlook = await desk.coaching.pause(call.person, paused=False)
    text = f"{desk.words('settings.resumed')}\n{screens.next_lines(desk.words, outlook)}"
    return Reply(kit.message(text), home=True)


async def save(desk: Desk, call: Call) -> Reply:
    """Keep the settings; who follows Slack gets the zone that Slack reports."""
    form = forms.settings_form(call.values, desk.clock.now().date())
    outlook = await desk.coaching.settings(call.person, form)
    message = kit.message(
        f"{desk.words('settings.saved')}\n{screens.next_lines(desk.words, outlook)}"
    )

    async def follow(out: Outbound) -> None:
        before = await desk.coaching.known(call.person)
        zone, source = await out.zone_of(call.person)
        if source is ZoneSource.SLACK and zone != before.zone:
            await desk.coaching.zone_reported(call.person, zone)
            moved = await desk.coaching.outlook(call.person)
            lines = screens.next_lines(desk.words, moved)
            told = desk.words("settings.zone_followed", zone=zone)
            await out.post(call.person.user, kit.message(f"{told}\n{lines}"))

    return Reply(message, home=True, after=follow if form.zone == FOLLOW_SLACK else None)


# -- snoozing ----------------------------------------------------------------------------------


async def snooze(desk: Desk, call: Call) -> Reply:
    """Leave somebody alone until what the words say; without words, a menu."""
    learner = await desk.coaching.known(call.person)
    if not call.text.strip():
        outlook = await desk.coaching.outlook(call.person)
        return Reply(screens.snooze_menu(desk.words, outlook))
    wish = read_snooze(call.text, learner.today(desk.clock.now()))
    if wish is None:
        return Reply(kit.message(desk.words("snooze.unknown", text=call.text[:100])))
    return await _snoozed(desk, call, wish)


async def snooze_prompt(desk: Desk, call: Call) -> Reply:
    """The menu under a daily prompt: that prompt later, or no prompt for a while."""
    until, _, prompt_id = call.text.partition(" ")
    wish = Snooze((Kind.DAILY_PROMPT,), Until(until))
    return await _snoozed(desk, call, wish, prompt_id)


async def snooze_check_in(desk: Desk, call: Call) -> Reply:
    """The menu under a weekly check-in."""
    until = call.text.partition(" ")[0]
    return await _snoozed(desk, call, Snooze((Kind.WEEKLY_CHECKIN,), Until(until)))


async def _snoozed(desk: Desk, call: Call, wish: Snooze, prompt_id: str | None = None) -> Reply:
    result = await desk.snoozing.snooze(call.person, wish, prompt_id)
    return Reply(screens.snoozed(desk.words, result), home=True)
