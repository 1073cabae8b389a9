"""The screen of the model card."""

from bot.domain.confidence import Outcome
from bot.domain.feedback import Tally
from bot.services.measuring import Confusion
from bot.services.modelcard import ModelCard, SetFigures
from bot.slack.blocks.kit import Block, Choice, View, choice_input, context, divider, modal, section
from bot.slack.words import Words

TRIES = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))
"""The answer thresholds that can be tried out, from daring to shy."""


def card(words: Words, found: ModelCard, tally: Tally | None) -> View:
    """How the search works, how often it is right, and what another threshold would change."""
    tried = found.tried.answer
    blocks: list[Block] = [
        section(words("modelcard.what")),
        divider(),
        section(_set(words, "modelcard.everyday", found.everyday)),
        section(_ends(words, found.everyday)),
        section(_set(words, "modelcard.shared", found.shared)),
        context(_crossed(words, found.crossed)),
        section(_set(words, "modelcard.hard", found.hard)),
        divider(),
        section(words("modelcard.threshold", chosen=_percent(found.chosen.answer))),
        _chooser(words, tried),
    ]
    if tried != found.chosen.answer:
        blocks.append(context(words("modelcard.only_here")))
    blocks += [divider(), section(_thumbs(words, tally)), context(words("modelcard.limits"))]
    return modal(
        "", words.plain("modelcard.title"), blocks, submit=None, close=words.plain("button.close")
    )


def _chooser(words: Words, tried: float) -> Block:
    nearest = min(TRIES, key=lambda value: abs(value - tried))
    choices: list[Choice] = [(_percent(value), f"{value:.2f}") for value in TRIES]
    element = choice_input("static_select", choices, f"{nearest:.2f}")
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": words("modelcard.try")},
        "accessory": {**element, "action_id": "modelcard.try"},
    }


def _set(words: Words, key: str, figures: SetFigures) -> str:
    ends = figures.ends
    return words(
        key,
        questions=figures.questions,
        inside=ends.inside,
        outside=ends.outside,
        first=_percent(figures.first),
        three=_percent(figures.three),
        precision=_percent(ends.precision),
        silence=_percent(ends.silence),
    )


def _ends(words: Words, figures: SetFigures) -> str:
    ends = figures.ends
    return words(
        "modelcard.ends",
        right=ends.right,
        wrong=ends.wrong,
        offered=ends.offered,
        astray=ends.astray,
        missed=ends.missed,
        out_answered=ends.out_answered,
        out_offered=ends.out_offered,
        out_silent=ends.out_silent,
    )


def _crossed(words: Words, ends: Confusion) -> str:
    return words(
        "modelcard.crossed",
        right=_percent(ends.right / ends.inside),
        wrong=_percent(ends.wrong / ends.inside),
        shown=_percent((ends.right + ends.offered) / ends.inside),
        silence=_percent(ends.silence),
    )


def _thumbs(words: Words, tally: Tally | None) -> str:
    if tally is None:
        return words("modelcard.unread_thumbs")
    if not tally.by_outcome:
        return words("modelcard.no_thumbs")
    lines = [
        words(
            f"modelcard.thumbs_{outcome.value}",
            helpful=found.helpful,
            votes=found.helpful + found.unhelpful,
            lowest=_percent(found.lowest),
        )
        for outcome, found in tally.by_outcome.items()
        if outcome is not Outcome.NONE
    ]
    return "\n".join([words("modelcard.thumbs"), *lines])


def _percent(share: float) -> str:
    return f"{share:.0%}"
