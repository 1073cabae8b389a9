"""Screens of questions and answers: the answer, near matches, or an honest no."""

from collections.abc import Iterable, Sequence

from bot.domain.confidence import Outcome
from bot.domain.feedback import Vote
from bot.domain.outside import OutsideKind
from bot.domain.reference import Term
from bot.ports import Message
from bot.services.results import Found
from bot.slack.blocks import cards
from bot.slack.blocks.cards import Card
from bot.slack.blocks.kit import Block, Element, actions, button, context, message, section
from bot.slack.words import Words, escape, mention

ECHO = 200
"""Characters of a question that are repeated above its answer."""
CARRIED = 1_000
"""Characters of a question that a button carries along."""
LONGEST = 2_800
"""Characters of an answer as text; `coach check` reports those that are longer."""
OFFERED = 3


# -- an answer --------------------------------------------------------------------------------


def answer(words: Words, card: Card, question: str = "") -> Message:
    """One answer, whole: what it says, sources, one next action, related, and was it helpful."""
    asked = question[:ECHO] + ("…" if len(question) > ECHO else "")
    blocks: list[Block] = [context(words("ask.question", question=asked))] if asked else []
    if card.meaning is not None:
        blocks.append(context(words("ask.meaning", **_defined(card.meaning))))
    blocks += cards.body(words, card)
    blocks.append(context(*cards.small_print(words, card.found)))
    controls = _controls(words, card)
    if controls:
        blocks.append(actions(*controls))
    if card.related:
        blocks += [context(words("ask.related")), actions(*_offers(words, card.related))]
    blocks.append(_votes(words, card))
    return message(escape(plain_answer(words, card.found, card.meaning)), *blocks)


def plain_answer(words: Words, found: Found, meaning: Term | None = None) -> str:
    """The whole answer as text, as a screen reader or a program reads it."""
    lines = [words.plain("ask.meaning", **_defined(meaning))] if meaning is not None else []
    lines += [*cards.plain_lines(words, found), *cards.plain_small_print(words, found)]
    return "\n".join(lines)


def _defined(term: Term) -> dict[str, str]:
    return {"term": term.term, "text": term.meaning}


def shared(words: Words, found: Found, user: str) -> Message:
    """An answer that somebody shares to a channel; it says nothing about them but their name."""
    who = words("ask.shared", person=mention(user))
    whole = answer(words, Card(found))
    keep = tuple(block for block in whole.blocks if block["type"] != "actions")
    return message(f"{who}\n{whole.text}", section(who), *keep)


def _controls(words: Words, card: Card) -> list[Element]:
    controls = cards.next_buttons(words, card.found)
    if card.share:
        controls.append(button(words.plain("ask.share"), "ask.share", card.found.key))
    return controls


def _votes(words: Words, card: Card) -> Block:
    if card.thanks:
        return context(card.thanks)
    about = f"{card.outcome} {card.found.key}"
    helpful = button(words.plain("ask.helpful"), "ask.vote.up", f"{Vote.HELPFUL} {about}")
    unhelpful = button(words.plain("ask.unhelpful"), "ask.vote.down", f"{Vote.UNHELPFUL} {about}")
    return actions(helpful, unhelpful)


# -- no sure answer ---------------------------------------------------------------------------


def empty(words: Words) -> Message:
    """There was no question."""
    return message(words("ask.empty"))


def choices(words: Words, question: str, found: Sequence[Found]) -> Message:
    """Near matches to choose from, and a way to say that none is meant."""
    intro = words("ask.choices")
    offered = found[:OFFERED]
    rejected = button(words.plain("ask.none_of_these"), "ask.none", question[:CARRIED])
    controls = actions(*_offers(words, offered, Outcome.CHOICES), rejected)
    return message(f"{intro} {_listed(words, offered)}", section(intro), controls)


def none(words: Words, question: str, found: Sequence[Found], *, group: bool) -> Message:
    """An honest no with its ways on: what is nearest, the study group, who writes the content."""
    intro = words("ask.none")
    near, listed = _near(words, found)
    ways = [button(words.plain("ask.none_owner"), "ask.owner", question[:CARRIED])]
    if group:
        ways.insert(0, button(words.plain("ask.none_group"), "ask.group", question[:CARRIED]))
    return message(f"{intro} {listed}".strip(), section(intro), *near, actions(*ways))


def outside(words: Words, kind: OutsideKind, found: Sequence[Found]) -> Message:
    """The reply to what is not for the coach; beneath it what is nearest, unless it comes first."""
    reply = escape(words.reply(kind))
    if kind.first:
        return message(reply)
    near, listed = _near(words, found)
    return message(f"{reply} {listed}".strip(), section(reply), *near)


def _near(words: Words, found: Sequence[Found]) -> tuple[list[Block], str]:
    """What is nearest as blocks, and as text; both empty when there is nothing."""
    offered = found[:OFFERED]
    if not offered:
        return [], ""
    intro = words("ask.none_near")
    buttons = actions(*_offers(words, offered, Outcome.NONE))
    return [context(intro), buttons], f"{intro} {_listed(words, offered)}"


def _listed(words: Words, found: Iterable[Found]) -> str:
    return " / ".join(escape(cards.label(words, entry)) for entry in found)


def _offers(
    words: Words, found: Iterable[Found], outcome: Outcome = Outcome.ANSWER
) -> list[Element]:
    """One button for each; the action id carries the place, as ids are unique within a block.

    The value is the key, followed by the outcome when it was not offered beside an answer.
    """
    suffix = "" if outcome is Outcome.ANSWER else f" {outcome}"
    return [
        button(_cut(cards.label(words, entry)), f"ask.show.{place}", f"{entry.key}{suffix}")
        for place, entry in enumerate(found)
    ]


def _cut(text: str) -> str:
    return text if len(text) <= 75 else text[:74].rstrip() + "…"
