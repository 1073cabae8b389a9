"""Joins the services with the content, the store and what was chosen; `bot.app` runs them."""

from bot.domain.cadence import WEEKDAYS, Rhythm
from bot.domain.deliveries import Kind
from bot.domain.learners import Defaults
from bot.domain.silence import Patience
from bot.library import Library
from bot.ports import Clock, Store
from bot.services.coaching import Coaching
from bot.services.delivery.dispatcher import Promises
from bot.services.delivery.taking import Topic
from bot.services.feedback import Feedback
from bot.services.overview import Overviews
from bot.services.planning import Planning
from bot.services.privacy import Privacy
from bot.services.prompting import Prompting
from bot.services.reference import Reference
from bot.services.snoozing import Snoozing
from bot.services.standing import Standing
from bot.services.study_groups import StudyGroups
from bot.settings import Behaviour, Settings
from bot.slack.desk import Desk
from bot.slack.words import Words
from bot.system import RandomIds


def defaults_of(behaviour: Behaviour) -> Defaults:
    """What people get who choose nothing."""
    chosen = behaviour.defaults
    days = frozenset(WEEKDAYS.index(day) for day in chosen.prompt_days)
    check_in = frozenset({WEEKDAYS.index(chosen.checkin_day)})
    return Defaults(
        zone=chosen.zone,
        prompts=Rhythm(days, chosen.prompt_time),
        checkins=Rhythm(check_in, chosen.checkin_time),
        hours_per_week=chosen.hours_per_week,
        unasked_per_day=behaviour.limits.unasked_per_day,
        patience=Patience(behaviour.limits.silent_prompts, behaviour.limits.silent_checkins),
    )


def build_desk(settings: Settings, library: Library, store: Store, clock: Clock) -> Desk:
    """The services, joined with the content and the store."""
    content = library.content
    defaults = defaults_of(settings.behaviour)
    ids = RandomIds()
    prompting = Prompting(content, store, clock, ids)
    planning = Planning(content, store, clock)
    groups = StudyGroups(content, store, clock, ids)
    return Desk(
        content=content,
        words=Words(content, settings.behaviour.command),
        defaults=defaults,
        clock=clock,
        answers=library.answers,
        coaching=Coaching(content, store, clock, ids, defaults, prompting),
        snoozing=Snoozing(store, clock, ids),
        prompting=prompting,
        planning=planning,
        groups=groups,
        overviews=Overviews(store, clock, prompting, planning, groups),
        privacy=Privacy(store),
        reference=Reference(content),
        feedback=Feedback(store, clock, library.answers),
        cards=library.cards,
        standing=Standing(store, clock, groups),
        patience=settings.behaviour.limits.store_deadline_ms / 2_000,
    )


def topics_of(desk: Desk) -> dict[Kind, Topic]:
    """How each kind of delivery is filled, and what follows when it has arrived."""
    coaching, prompting, planning = desk.coaching, desk.prompting, desk.planning
    return {
        Kind.WELCOME: Topic(coaching.compose, capped=False),
        Kind.DAILY_PROMPT: Topic(coaching.announcing(prompting.compose), coaching.reached),
        Kind.WEEKLY_CHECKIN: Topic(coaching.announcing(planning.compose), coaching.reached),
        Kind.GROUP_SESSION: Topic(
            desk.groups.compose, desk.groups.session_posted, desk.groups.shut_out
        ),
        Kind.GROUP_SHUT_OUT: Topic(desk.groups.compose_shut_out, capped=False),
        # Asked for by whoever snoozed them.
        Kind.PROMPT_REMINDER: Topic(prompting.compose_again, capped=False),
        Kind.CHECKIN_REMINDER: Topic(planning.compose_again, capped=False),
    }


def promises_of(behaviour: Behaviour) -> Promises:
    """What is promised about sending."""
    limits = behaviour.limits
    return Promises(
        unasked_per_day=limits.unasked_per_day,
        posts_per_minute=limits.posts_per_minute,
        in_flight=limits.posts_in_flight,
        keep_days=limits.keep_deliveries_days,
    )
