"""Every screen that the coach shows, with what people wrote in it and without."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time

from unit_samples import GOAL, MAYA, NOW, TODAY, learner, plan, prompt

from bot.check import answering
from bot.domain.cadence import Rhythm
from bot.domain.confidence import Outcome
from bot.domain.deliveries import Kind
from bot.domain.feedback import Helpfulness, Tally
from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Defaults, ZoneSource
from bot.domain.outside import OutsideKind
from bot.domain.plans import CheckIn, PromiseOutcome, renewed_promises, schedule
from bot.domain.prompts import Answer
from bot.domain.replanning import offers
from bot.domain.rests import Rests, Vacation
from bot.domain.snoozes import PERSONAL
from bot.ports import Message
from bot.services.results import (
    BeforeRest,
    CheckInInvite,
    CheckInResult,
    DataSummary,
    Found,
    GroupView,
    JournalEntry,
    JournalPage,
    NextSend,
    Outlook,
    Overview,
    PlanView,
    PromptCard,
    Reflection,
    Rest,
    RestReason,
    SessionCard,
    Snoozed,
    Welcome,
)
from bot.slack.blocks import (
    answers,
    asking_forms,
    check_in,
    groups,
    help,
    home,
    kit,
    modelcard,
    planning,
    prompts,
    rhythm,
    start,
)
from bot.slack.blocks.cards import Card
from bot.slack.blocks.kit import View
from bot.slack.deliveries import renderer
from bot.slack.words import Words
from tests.shipped import library, shipped

CONTENT = shipped()
WORDS = Words(CONTENT, "/aipm")
CARDS = library().cards
TALLY = Tally(dict.fromkeys(Outcome, Helpfulness(1_234, 567)), {})
ENTRIES = tuple(found for kind, found in answering(CONTENT) if kind == "faq")
KINDS = tuple(dict(answering(CONTENT)).values())
"""One of everything that answers."""
LEARNER = learner()
WAY = CONTENT.plans["engineer"]
SHORT = prompt("short")
PICK = prompt("pick", options=("Yes, a model", "No, a form"))
GROUP = StudyGroup(
    Place("T1", "C1"), MAYA, "Europe/Berlin", Rhythm(frozenset({2}), time(17, 0)), NOW
)
UNPLANNED = (Kind.WELCOME, Kind.GROUP_SHUT_OUT)
SENDS = tuple(NextSend(kind, NOW, "Europe/Berlin") for kind in Kind if kind not in UNPLANNED)
RESTS = tuple(
    Rest(reason, kind, TODAY, TODAY, "May Day") for reason in RestReason for kind in PERSONAL
)
OUTLOOK = Outlook(SENDS, RESTS)
AWAY = replace(
    LEARNER,
    rests=Rests("DE", (Vacation(TODAY, TODAY),)),
    zone_source=ZoneSource.OWN,
    unasked_per_day=0,
)

PIECES = {
    "letters": "x",
    "ampersands": "&",
    "channel": "<!channel> ",
    "everyone": "<!everyone|hi> <@U1> <#C1> ",
    "entities": "&lt;!here&gt; ",
    "emoji": "\U0001f926\U0001f3fd\u200d\u2640\ufe0f",
    "right to left": "\u202e<!here>\u202c \u05e9\u05dc\u05d5\u05dd ",
    "markup": "*_~`>```\n{command} {0} ",
    "lines": "a\n",
}
Screen = Message | View


def filled(piece: str, length: int) -> str:
    """The piece, repeated up to a length in characters."""
    return (piece * length)[:length]


def plan_view(pace: float = 5.0, target: date = GOAL.target) -> PlanView:
    running = renewed_promises(plan(pace, target), WAY, TODAY)
    dated = schedule(running, WAY, TODAY)
    return PlanView(running, WAY, dated, offers(running, WAY, TODAY), TODAY)


VIEW = plan_view()


def asked(text: str, found: Found = ENTRIES[0]) -> Message:
    card = Card(found, ENTRIES[3:5], learner=LEARNER, share=True)
    return answers.answer(WORDS, card, text.strip())


def shared(found: Found) -> Message:
    return answers.shared(WORDS, found, "U1")


def outside(*, first: bool) -> Message:
    kind = OutsideKind(
        id="other", reply="Not mine. <!here> `{command} help`", signs=("a", "b", "c"), first=first
    )
    return answers.outside(WORDS, kind, KINDS)


def answered(text: str, to: str = "short", rated: frozenset[int] | None = None) -> Answer:
    return Answer("a1", MAYA, to, text.strip() or "-", NOW, version=2, rated=rated)


def looked_back(text: str) -> CheckIn:
    outcomes = dict.fromkeys(VIEW.plan.promised, PromiseOutcome.DONE)
    short = text[:1_000]
    return CheckIn(MAYA, TODAY, outcomes, short, 3.5, short, 60, 5.0, NOW)


def journal_page(text: str) -> JournalPage:
    known = JournalEntry(answered(text), SHORT.title, SHORT, TODAY)
    gone = JournalEntry(answered(text, "gone"), "", None, TODAY)
    return JournalPage([known] * 4 + [gone], "", 40)


def overview(text: str) -> Overview:
    group = GroupView(GROUP, CONTENT.syllabus[0], SENDS[2], 4, is_member=True)
    card = PromptCard(SHORT, "Framing", answered(text))
    return Overview(LEARNER, NOW, VIEW, card, False, OUTLOOK, journal_page(text), (group,))


WRITTEN: Mapping[str, Callable[[str], Screen]] = {
    "answer to a question": asked,
    "near matches": lambda text: answers.choices(WORDS, text, KINDS),
    "nothing found": lambda text: answers.none(WORDS, text, KINDS, group=True),
    "nothing near": lambda text: answers.none(WORDS, text, (), group=False),
    "question for a group": lambda text: asking_forms.group_form(WORDS, text, ["C1"]),
    "question for one of two groups": lambda text: asking_forms.group_form(
        WORDS, text, ["C1", "C2"]
    ),
    "question in a group": lambda text: asking_forms.group_question(WORDS, "U1", text),
    "question that could not be posted": lambda text: asking_forms.question_not_posted(WORDS, text),
    "did you mean": lambda text: help.unknown(WORDS, f"plam {text}", "plam", "plan"),
    "prompt card": lambda text: prompts.card(WORDS, PromptCard(SHORT, "Framing", answered(text))),
    "answer form": lambda text: prompts.answer_form(
        WORDS, PromptCard(SHORT, "Framing", answered(text))
    ),
    "answer form of a pick": lambda text: prompts.answer_form(
        WORDS, PromptCard(PICK, "Framing", answered(f"{PICK.options[0]}\n{text}"[:2_900], "pick"))
    ),
    "rubric": lambda text: prompts.reflection_form(
        WORDS, Reflection(SHORT, answered(text), "Framing")
    ),
    "key points": lambda text: prompts.key_points(
        WORDS, Reflection(SHORT, answered(text, rated=frozenset({0})), "Framing")
    ),
    "reply in a thread": lambda text: prompts.kept_reply(
        WORDS, Reflection(SHORT, answered(text), "Framing")
    ),
    "journal": lambda text: prompts.journal(WORDS, journal_page(text)),
    "nothing in the journal": lambda text: prompts.journal(WORDS, JournalPage((), text, 0)),
    "check-in form": lambda text: check_in.check_in_form(
        WORDS, CheckInInvite(LEARNER, TODAY, VIEW.promised, 5.0, looked_back(text))
    ),
    "check-in result": lambda text: check_in.check_in_result(
        WORDS, CheckInResult(looked_back(text), VIEW, TODAY, VIEW.promised)
    ),
    "answer in a group": lambda text: groups.thread_answer(WORDS, "U1", text),
    "answer that could not be posted": lambda text: kit.message(
        WORDS("group.post_failed", text=text)
    ),
    "home": lambda text: home.home(WORDS, overview(text)),
    "page of an export": lambda text: help.export_page(WORDS, text[:2_800], 1, 2),
}

UNWRITTEN: Mapping[str, Callable[[], Screen]] = {
    "help": lambda: help.overview(WORDS, [("/aipm ask <question>", "an answer")], started=False),
    "help later": lambda: help.overview(WORDS, [("/aipm plan", "your plan")], started=True),
    "one command": lambda: help.one(WORDS, ("/aipm ask <question>", "an answer")),
    "my data": lambda: help.my_data(WORDS, DataSummary({"answers": 3, "check_ins": 1, "plan": 0})),
    "no data": lambda: help.my_data(WORDS, DataSummary({"answers": 0})),
    "refused": lambda: help.refused(WORDS, "not_started"),
    "question form": lambda: asking_forms.question_form(WORDS),
    "not for the coach": lambda: outside(first=False),
    "somebody in danger": lambda: outside(first=True),
    "model card": lambda: modelcard.card(WORDS, CARDS.card(), None),
    "model card tried out": lambda: modelcard.card(WORDS, CARDS.card(0.3), TALLY),
    "no question": lambda: answers.empty(WORDS),
    "what was wrong": lambda: asking_forms.vote_form(WORDS, ENTRIES[0], "{}"),
    **{f"answer: {found.key}": lambda found=found: asked("", found) for found in KINDS},
    **{f"shared: {found.key}": lambda found=found: shared(found) for found in KINDS},
    "start form": lambda: start.start_form(WORDS, None, Defaults(), "UTC", "workspace", TODAY),
    "start form again": lambda: start.start_form(
        WORDS, LEARNER, Defaults(), "Europe/Berlin", "own", date(2027, 12, 31)
    ),
    "started": lambda: start.started(WORDS, Welcome(LEARNER, VIEW, SENDS, edited=False)),
    "welcome": lambda: start.welcome(WORDS, Welcome(LEARNER, VIEW, SENDS, edited=False)),
    "settings form": lambda: rhythm.settings_form(
        WORDS, learner("America/Argentina/Ushuaia"), Defaults()
    ),
    "settings form of somebody away": lambda: rhythm.settings_form(WORDS, AWAY, Defaults()),
    "next": lambda: kit.message(rhythm.next_lines(WORDS, OUTLOOK)),
    "nothing next": lambda: kit.message(rhythm.next_lines(WORDS, Outlook((), ()))),
    "snooze menu": lambda: rhythm.snooze_menu(WORDS, OUTLOOK),
    "snoozed": lambda: rhythm.snoozed(WORDS, Snoozed(PERSONAL, SENDS)),
    "snoozed for good": lambda: rhythm.snoozed(WORDS, Snoozed(PERSONAL, ())),
    "last prompt before a rest": lambda: renderer(WORDS)(BeforeRest(PromptCard(SHORT, "Framing"))),
    "last check-in before a rest": lambda: renderer(WORDS)(
        BeforeRest(CheckInInvite(LEARNER, TODAY, VIEW.promised, 5.0, None))
    ),
    "plan": lambda: planning.plan(WORDS, VIEW, "Changed."),
    "plan that slips": lambda: planning.plan(WORDS, plan_view(0.5, TODAY)),
    "milestone form": lambda: planning.done_form(WORDS, VIEW, VIEW.dated[0].milestone),
    "milestone closed": lambda: planning.closed(WORDS, VIEW, "baseline"),
    "check-in invite": lambda: check_in.check_in_invite(
        WORDS, CheckInInvite(LEARNER, TODAY, VIEW.promised, 5.0, None)
    ),
    "group form": lambda: groups.group_form(WORDS, None, 6, "C1", "UTC"),
    "group form again": lambda: groups.group_form(WORDS, GROUP, 6, "C1", "UTC"),
    "group announced": lambda: groups.announcement(
        WORDS, GroupView(GROUP, CONTENT.syllabus[0], SENDS[2], 6, is_member=True)
    ),
    "group status": lambda: groups.status(
        WORDS, GroupView(GROUP, CONTENT.syllabus[0], None, 6, is_member=False), "Saved."
    ),
    "group at its end": lambda: groups.status(
        WORDS, GroupView(GROUP, None, None, 6, is_member=True)
    ),
    "session": lambda: groups.session_card(WORDS, SessionCard(GROUP, CONTENT.syllabus[0], 6)),
    "answer to a session": lambda: groups.answer_form(WORDS, CONTENT.syllabus[0], "C1", "1.1"),
    "home of a newcomer": lambda: home.home(WORDS, Overview(None, NOW)),
    "home of a beginner": lambda: home.home(WORDS, Overview(LEARNER, NOW, VIEW)),
}
