"""Questions: answered from content, then voted on, shared, passed on or followed up."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.confidence import Outcome
from bot.domain.errors import Busy, Gone, Uncertain
from bot.domain.feedback import Reason, Vote
from bot.domain.follow_ups import leans_on_before
from bot.domain.groups import StudyGroup
from bot.services.results import Asked, Found
from bot.slack import forms
from bot.slack.blocks import answers as screens
from bot.slack.blocks import asking_forms, cards, kit
from bot.slack.desk import After, Call, Desk, Outbound, Reply

T = TypeVar("T")

# -- an answer --------------------------------------------------------------------------------


async def ask(desk: Desk, call: Call) -> Reply:
    """Answer a question from content."""
    asked = desk.answers.ask(call.text, _topic(desk, call))
    match asked.outcome:
        case Outcome.ANSWER:
            return await _answered(desk, call, asked.found[0], Outcome.ANSWER, asked)
        case Outcome.CHOICES:
            return Reply(screens.choices(desk.words, asked.question, asked.found))
        case Outcome.NONE:
            return await _unanswered(desk, call, asked)


def _topic(desk: Desk, call: Call) -> str:
    """What was answered last here, when the question may lean on it: in a thread it always may."""
    if not call.thread_ts and not leans_on_before(call.text):
        return ""
    return desk.recall.topic(call.person, call.channel, call.thread_ts, desk.clock.now())


async def _answered(
    desk: Desk, call: Call, found: Found, outcome: Outcome, asked: Asked | None = None
) -> Reply:
    now = desk.clock.now()
    for thread in {call.thread_ts, call.thread_ts or call.ts}:
        desk.recall.answered(call.person, call.channel, thread, found.key, now)
    card = await _card(desk, call, found, outcome)
    if asked is None:
        return Reply(screens.answer(desk.words, card), about=found.key)
    card = replace(card, meaning=asked.meaning)
    return Reply(screens.answer(desk.words, card, asked.question), about=found.key)


async def _card(desk: Desk, call: Call, found: Found, outcome: Outcome) -> cards.Card:
    learner = None
    if cards.marks_a_path(found):
        learner = await soon(desk, desk.coaching.learner(call.person))
    related = desk.answers.related(found)
    return cards.Card(found, related, outcome, learner, share=call.in_channel)


async def soon(desk: Desk, wanted: Awaitable[T]) -> T | None:
    """What only adds to an answer; None when the store does not give it in time."""
    try:
        async with asyncio.timeout(desk.patience):
            return await wanted
    except (Busy, Uncertain, TimeoutError):
        return None


async def _unanswered(desk: Desk, call: Call, asked: Asked) -> Reply:
    if not asked.question:
        return Reply(screens.empty(desk.words))
    if asked.kind is not None:
        return Reply(screens.outside(desk.words, asked.kind, asked.found))
    return await _honest_no(desk, call, asked, asked.found)


async def _honest_no(desk: Desk, call: Call, asked: Asked, near: Sequence[Found]) -> Reply:
    groups = await soon(desk, desk.groups.joined(call.person))
    message = screens.none(desk.words, asked.question, near, group=bool(groups))
    return Reply(message, after=_noting(desk, call, asked))


def _noting(desk: Desk, call: Call, asked: Asked) -> After:
    """Note the gap once the person has their answer; when that fails, the edge logs it."""

    async def after(_: Outbound) -> None:
        await desk.feedback.missed(call.person.workspace, asked)

    return after


async def show_answer(desk: Desk, call: Call) -> Reply:
    """What stands behind a near match or a related question."""
    key, _, outcome = call.text.partition(" ")
    return await _answered(desk, call, desk.answers.found(key), _outcome(outcome or "answer"))


def _outcome(name: str) -> Outcome:
    try:
        return Outcome(name)
    except ValueError:
        raise Gone from None


async def share_answer(desk: Desk, call: Call) -> Reply:
    """Post an answer for everybody in the channel, at the person's own wish."""
    message = screens.shared(desk.words, desk.answers.found(call.text), call.person.user)

    async def after(out: Outbound) -> None:
        if await out.post(call.channel, message, call.thread_ts):
            await out.tell(call, kit.message(desk.words("ask.share_failed")))

    return Reply(after=after)


async def open_question(desk: Desk, _: Call) -> Reply:
    """A form for a question."""
    return Reply(view=asking_forms.question_form(desk.words))


async def question_sent(desk: Desk, call: Call) -> Reply:
    """A question from App Home."""
    question = forms.text(call.values, "question", most=asking_forms.LONGEST_QUESTION)
    return await ask(desk, Call(call.person, question))


# -- ways on from no answer -------------------------------------------------------------------


async def none_of_these(desk: Desk, call: Call) -> Reply:
    """None of the near matches was meant: the honest no, without them."""
    asked = desk.answers.ask(call.text)
    reply = await _honest_no(desk, call, asked, ())
    first = desk.recall.first_press(call.person, _pressed(call, "none"), desk.clock.now())
    return reply if first else replace(reply, after=None)


async def tell_owner(desk: Desk, call: Call) -> Reply:
    """Pass a question on to whoever writes the content, without a name."""
    asked = desk.answers.ask(call.text)

    async def save() -> None:
        await desk.feedback.missed(call.person.workspace, asked, told=True)

    await _once(desk, call, _pressed(call, "owner"), save)
    return Reply(kit.message(desk.words("ask.told_owner")))


async def ask_group(desk: Desk, call: Call) -> Reply:
    """The form that shows what would be posted to the study group, and where."""
    channels = _channels(await desk.groups.joined(call.person), call.channel)
    if not channels:
        raise Gone
    return Reply(view=asking_forms.group_form(desk.words, call.text, channels))


def _channels(groups: Sequence[StudyGroup], here: str) -> list[str]:
    """The channels of groups, the one where the question was asked first."""
    return sorted((group.place.channel for group in groups), key=lambda name: (name != here, name))


async def group_asked(desk: Desk, call: Call) -> Reply:
    """Post a question to the study group, under the name of a person who is still in it."""
    text = forms.text(call.values, "question", most=asking_forms.LONGEST_QUESTION)
    channel = forms.place(call.values, json.loads(call.metadata)["channels"])
    if channel not in _channels(await desk.groups.joined(call.person), channel):
        raise Gone
    message = asking_forms.group_question(desk.words, call.person.user, text)

    async def after(out: Outbound) -> None:
        if await out.post(channel, message):
            failed = asking_forms.question_not_posted(desk.words, text)
            await out.post(call.person.user, failed)

    return Reply(after=after)


# -- votes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote on the answer of a key, as it was shown."""

    given: Vote
    outcome: Outcome
    key: str
    reason: Reason | None = None


async def vote(desk: Desk, call: Call) -> Reply:
    """Count a vote; one that says no is counted when its form comes."""
    ballot = _ballot(call.text)
    found = desk.answers.found(ballot.key)
    what = _pressed(call, ballot.key)
    if desk.recall.pressed(call.person, what, desk.clock.now()):
        return await _thanks(desk, call, found, ballot, "ask.thanks_before")
    if ballot.given is Vote.UNHELPFUL:
        carried = json.dumps({"value": call.text, "what": what})
        return Reply(view=asking_forms.vote_form(desk.words, found, carried))
    await _count(desk, call, what, ballot)
    return await _thanks(desk, call, found, ballot, "ask.thanks")


def _ballot(value: str) -> Ballot:
    """What a button carries: vote, outcome and key. Raises Gone when it carries something else."""
    given, _, about = value.partition(" ")
    outcome, _, key = about.partition(" ")
    if given not in tuple(Vote):
        raise Gone
    return Ballot(Vote(given), _outcome(outcome), key)


async def _thanks(desk: Desk, call: Call, found: Found, ballot: Ballot, key: str) -> Reply:
    """One line; a page keeps its answer and gets the line beneath it."""
    thanks = desk.words(key)
    if not call.modal:
        return Reply(kit.message(thanks))
    card = await _card(desk, call, found, ballot.outcome)
    return Reply(screens.answer(desk.words, replace(card, thanks=thanks)))


async def unhelpful(desk: Desk, call: Call) -> Reply:
    """Count a vote that says no, with what was wrong if the person said so."""
    carried = json.loads(call.metadata)
    most = asking_forms.LONGEST_SENTENCE
    sentence = forms.text(call.values, "sentence", needed=False, most=most)
    ballot = replace(_ballot(carried["value"]), reason=forms.reason(call.values))
    await _count(desk, call, carried["what"], ballot)
    if sentence:
        await desk.feedback.remark(call.person.workspace, ballot.key, sentence)
    return Reply(kit.message(desk.words("ask.thanks")))


async def _count(desk: Desk, call: Call, what: str, ballot: Ballot) -> None:
    async def save() -> None:
        await desk.feedback.vote(
            call.person.workspace, ballot.key, ballot.outcome, ballot.given, ballot.reason
        )

    await _once(desk, call, what, save)


def _pressed(call: Call, what: str) -> str:
    """Names what is pressed by its message, or by the page on which it stands."""
    return "/".join((call.channel, call.modal or call.ts, what))


async def _once(desk: Desk, call: Call, what: str, save: Callable[[], Awaitable[None]]) -> None:
    """Save what somebody presses, unless they did already; what was not saved may come again."""
    if not desk.recall.first_press(call.person, what, desk.clock.now()):
        return
    try:
        await save()
    except BaseException:
        desk.recall.undo_press(call.person, what)
        raise
