"""The slash command: one table from which dispatch, help, completion and the documents derive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from bot.domain.cadence import local_date, zone_of
from bot.domain.learners import Learner
from bot.slack import asking, groups, model_card, my_data, rhythm
from bot.slack.blocks import check_in as check_in_screens
from bot.slack.blocks import help as help_screens
from bot.slack.blocks import kit, planning, prompts, reference, start
from bot.slack.desk import Call, Desk, Handler, Outbound, Reply

# -- help and look-ups -------------------------------------------------------------------------


async def show_help(desk: Desk, call: Call) -> Reply:
    """The overview, or one command."""
    command = COMMANDS.get(call.text.strip().lower())
    if command is not None:
        return Reply(help_screens.one(desk.words, _usage(desk, command)))
    started = await desk.coaching.learner(call.person) is not None
    usages = [_usage(desk, command) for command in COMMANDS.values()]
    return Reply(help_screens.overview(desk.words, usages, started=started))


async def about(desk: Desk, _: Call) -> Reply:
    """What this bot is and what it keeps."""
    return Reply(kit.message(desk.words("help.about")))


def _usage(desk: Desk, command: "Command") -> tuple[str, str]:
    return f"{desk.words.command} {command.usage}".strip(), command.summary


async def glossary(desk: Desk, call: Call) -> Reply:
    """What a word of the trade means."""
    return Reply(reference.term(desk.words, desk.reference.term(call.text)))


async def salary(desk: Desk, call: Call) -> Reply:
    """What the sources say about pay, for one level or all."""
    return Reply(reference.pay(desk.words, desk.reference.pay(call.text)))


# -- a learner --------------------------------------------------------------------------------


async def begin(desk: Desk, call: Call) -> Reply:
    """Open the start form; for somebody who has started, with what they chose."""
    learner = await desk.coaching.learner(call.person)

    async def after(out: Outbound) -> None:
        zone, source = await _zone(out, call, learner)
        today = local_date(desk.clock.now(), zone_of(zone))
        form = start.start_form(desk.words, learner, desk.defaults, zone, source, today)
        await out.show(call, form)

    return Reply(after=after)


async def _zone(out: Outbound, call: Call, learner: Learner | None) -> tuple[str, str]:
    if learner is not None:
        return learner.zone, learner.zone_source.value
    zone, source = await out.zone_of(call.person)
    return zone, source.value


async def prompt(desk: Desk, call: Call) -> Reply:
    """Today's prompt; with a skill, one that practises it; `another` swaps."""
    wanted = call.text.strip().lower()
    if wanted == "another":
        card = await desk.prompting.swap(call.person)
    else:
        card = await desk.prompting.today(call.person, skill_named(desk, wanted))
    return Reply(prompts.card(desk.words, card), home=True)


def skill_named(desk: Desk, name: str) -> str | None:
    """The id of the skill that a word means, None when it means none."""
    for skill in desk.content.skills.values():
        if name and name in (skill.id, skill.name.lower()):
            return skill.id
    return None


async def plan(desk: Desk, call: Call) -> Reply:
    """The plan with its dates."""
    return Reply(planning.plan(desk.words, await desk.planning.view(call.person)))


async def check_in(desk: Desk, call: Call) -> Reply:
    """This week's check-in, or the week that a button names."""
    week = date.fromisoformat(call.text) if _is_date(call.text) else None
    invite = await desk.planning.invite(call.person, week)
    return Reply(view=check_in_screens.check_in_form(desk.words, invite))


def _is_date(text: str) -> bool:
    return len(text) == 10 and text.replace("-", "").isdigit()


async def journal(desk: Desk, call: Call) -> Reply:
    """Own answers, all of them or those that hold some words."""
    page = await desk.prompting.journal(call.person, call.text.strip())
    return Reply(prompts.journal(desk.words, page))


# -- the table --------------------------------------------------------------------------------


def _anything(_: Desk, __: str) -> bool:
    return True


def _nothing(_: Desk, rest: str) -> bool:
    return not rest


def _never(_: Desk, __: str) -> bool:
    return False


def _a_command(_: Desk, rest: str) -> bool:
    return not rest or rest.lower() in COMMANDS


def _a_skill(desk: Desk, rest: str) -> bool:
    return rest.lower() in ("", "another") or skill_named(desk, rest.lower()) is not None


def _a_level(desk: Desk, rest: str) -> bool:
    return not rest or bool(desk.reference.pay(rest).figures)


def _one_of(*verbs: str) -> Callable[[Desk, str], bool]:
    def fits(_: Desk, rest: str) -> bool:
        return not rest or rest.lower().split()[0] in verbs

    return fits


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    What does not `fit` behind it makes the whole text a question. What `opens` a form needs a
    command or a click; in a message it is offered as a button.
    """

    name: str
    usage: str
    summary: str
    handler: Handler
    fits: Callable[[Desk, str], bool] = _nothing
    opens: Callable[[Desk, str], bool] = _never


_ALL = (
    Command("help", "help [command]", "what I can do", show_help, _a_command),
    Command("start", "start", "choose your goal and get a plan with dates", begin, opens=_anything),
    Command("ask", "ask <question>", "an answer with its sources", asking.ask, _anything),
    Command("prompt", "prompt [skill]", "today's prompt now; `another` swaps it", prompt, _a_skill),
    Command("plan", "plan", "your plan with its dates", plan),
    Command("checkin", "checkin", "this week's check-in", check_in, opens=_anything),
    Command("journal", "journal [words]", "your own answers", journal, _anything),
    Command("salary", "salary [level]", "what the sources say about pay", salary, _a_level),
    Command("glossary", "glossary <term>", "what a word of the trade means", glossary, _anything),
    Command("settings", "settings", "when and how often", rhythm.settings, opens=_anything),
    Command("next", "next", "what comes next, with date, time and zone", rhythm.coming),
    Command(
        "snooze",
        "snooze [until]",
        "not now: `later`, `tomorrow`, `workday`, a day or a date; `prompt` or `checkin` first for "
        "one of them",
        rhythm.snooze,
        _anything,
    ),
    Command("pause", "pause", "nothing unasked until you resume", rhythm.pause),
    Command("resume", "resume", "let things come again", rhythm.resume),
    Command(
        "group",
        "group [start / join / leave / status / settings / pause / resume / end]",
        "the study group of this channel",
        groups.command,
        _one_of(*groups.VERBS),
        opens=groups.opens_form,
    ),
    Command(
        "mydata",
        "mydata [export / delete]",
        "what I keep about you, yours to take or delete",
        my_data.command,
        _one_of("export", "delete", "show"),
    ),
    Command(
        "modelcard",
        "modelcard",
        "how good my answers are, measured, for you to examine",
        model_card.show,
        opens=_anything,
    ),
    Command("about", "about", "what this bot is and keeps", about),
)
COMMANDS = {command.name: command for command in _ALL}

LONGEST_SLIP = 3
"""Words up to which a misspelt first word is taken for a command; longer texts are questions."""


async def run(desk: Desk, call: Call) -> Reply:
    """Do what the text after the command says: a command, a near miss, or a question."""
    text = " ".join(call.text.split())
    first, _, rest = text.partition(" ")
    command = COMMANDS.get(first.lower()) if first else COMMANDS["help"]
    if command is not None and command.fits(desk, rest):
        if not call.trigger and command.opens(desk, rest):
            return Reply(help_screens.needs_form(desk.words, text))
        return await command.handler(desk, replace(call, text=rest))
    near = _near(first) if command is None and len(text.split()) <= LONGEST_SLIP else ()
    if near:
        return Reply(help_screens.unknown(desk.words, text, first, near[0]))
    return await asking.ask(desk, replace(call, text=text))


def _near(word: str) -> Sequence[str]:
    return get_close_matches(word.lower(), list(COMMANDS), n=1, cutoff=0.75)
