"""The first five minutes of a newcomer in a real browser, by what they see and press.

Set TEST_SCREENSHOTS to a folder to keep a picture of every step.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.world import World, running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = pytest.mark.browser


class Photographer:
    """Numbers and keeps pictures of a page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str) -> None:
        self._count += 1
        page.wait_for_timeout(250)
        page.screenshot(path=str(self._folder / f"{self._count:02d}-{name}.png"))


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[tuple[World, Page, Photographer]]:
    if CHROMIUM is None:
        if os.environ.get("TESTS_NEED_BROWSER"):
            pytest.fail("Chromium is not installed, and these tests were asked for.")
        pytest.skip("BROWSER TESTS DID NOT RUN: install chromium to run them.")
    photographer = Photographer(Path(os.environ.get("TEST_SCREENSHOTS") or tmp_path))
    with running() as world, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        strangers: list[str] = []
        faults: list[str] = []
        page.on("request", lambda seen: strangers.append(seen.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(world.url)
        yield world, page, photographer
        browser.close()
    assert faults == []
    assert [url for url in strangers if not url.startswith((world.url, "data:"))] == []


def test_the_first_five_minutes(visit: tuple[World, Page, Photographer]) -> None:
    _, page, camera = visit
    _start(page, camera)
    _answer_the_prompt(page, camera)
    _ask(page, camera)
    _check_in_after_a_week(page, camera)


def _start(page: Page, camera: Photographer) -> None:
    modal = page.get_by_test_id("modal")
    expect(page.get_by_test_id("welcome").get_by_role("listitem")).to_have_count(3)
    camera.take(page, "first-page")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(modal).to_be_visible()
    modal.get_by_label("Where do you come from?").select_option("Product management")
    modal.get_by_text("Inside my company").click()
    modal.get_by_label("Target month").select_option("June 2026")
    camera.take(page, "start-form")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_text("Your plan and your first prompt")).to_be_visible()
    camera.take(page, "started")
    _close(page)


def _answer_the_prompt(page: Page, camera: Photographer) -> None:
    modal = page.get_by_test_id("modal")
    page.get_by_test_id("tab-messages").click()
    expect(page.get_by_test_id("message").first).to_contain_text("Welcome. Here is your plan")
    camera.take(page, "messages")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(modal.get_by_text("Your answer").first).to_be_visible()
    if modal.get_by_role("radio").count():
        modal.get_by_role("radio").first.check()
    modal.get_by_role("textbox").first.fill("I would ask who is hurt by a wrong answer.")
    camera.take(page, "answer-form")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_text("Kept in your journal")).to_be_visible()
    camera.take(page, "kept")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_text("One edit to try")).to_be_visible()
    camera.take(page, "key-points")
    _close(page)


def _ask(page: Page, camera: Photographer) -> None:
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("/aipm ")
    expect(page.locator("ul[role=listbox], [role=listbox]").first).to_be_visible()
    camera.take(page, "completion")
    composer.press_sequentially("do i need a phd")
    composer.press("Enter")
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("No, a PhD is not needed")
    camera.take(page, "answer")


def _check_in_after_a_week(page: Page, camera: Photographer) -> None:
    modal = page.get_by_test_id("modal")
    page.get_by_test_id("clock-1w").click()
    expect(page.get_by_text("Weekly check-in.").last).to_be_visible(timeout=20_000)
    camera.take(page, "a-week-later")
    page.get_by_role("button", name="Check in", exact=True).last.click()
    expect(modal).to_be_visible()
    for promise in modal.get_by_role("radio", name="Moved to next week").all():
        promise.check()
    modal.get_by_label("Hours really spent this week").fill("2")
    modal.get_by_label("How sure are you").fill("60")
    camera.take(page, "check-in-form")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_text("Your plan now ends on")).to_be_visible()
    camera.take(page, "check-in-result")
    _close(page)
    page.get_by_test_id("tab-home").click()
    home = page.get_by_test_id("home")
    # Five prompts went unanswered in that week, so the coach rests until it is told to go on.
    expect(home).to_contain_text("brings everything back")
    camera.take(page, "home-at-rest")
    home.get_by_role("button", name="Resume", exact=True).click()
    expect(home).to_contain_text("What comes next")
    camera.take(page, "home")


def _close(page: Page) -> None:
    modal = page.get_by_test_id("modal")
    modal.get_by_role("button", name="Close").last.click()
    expect(modal).to_be_hidden()  # until then the form holds the focus


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(
    visit: tuple[World, Page, Photographer],
) -> None:
    world, page, camera = visit
    world.start("maya")
    world.command("maya", "checkin")
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    for promise in modal.get_by_role("radio", name="Done").all():
        promise.check()
    modal.get_by_label("One thing in the way").fill("A launch at work <b>& travel</b>")
    modal.get_by_label("How sure are you").fill("80")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("field-error").first).to_be_visible()
    camera.take(page, "field-error")
    expect(modal.get_by_label("One thing in the way")).to_have_value(
        "A launch at work <b>& travel</b>"
    )


def test_something_is_broken_and_mended_by_keyboard(
    visit: tuple[World, Page, Photographer],
) -> None:
    world, page, camera = visit
    panel = page.locator("#faults")
    fault = panel.get_by_test_id("fault")
    panel.locator("summary").press("Enter")
    panel.get_by_label("What goes wrong").select_option("Message posted, answer lost")
    panel.get_by_label("How often").select_option("for the next message")
    panel.get_by_role("button", name="Break it").press("Enter")
    expect(fault).to_have_text(re.compile("answer lost.*not met yet, 1 to come"))
    expect(panel.get_by_role("status")).to_contain_text("Broken, for the next message")
    camera.take(page, "broken")
    world.start("maya")
    expect(fault).to_have_count(0)
    assert len({sent["text"] for sent in world.sent_to("maya")}) == 2
    world.close("maya")
    panel.get_by_label("What goes wrong").select_option("Line to the app goes quiet")
    expect(panel.get_by_label("How often")).to_be_disabled()
    panel.get_by_role("button", name="Break it").press("Enter")
    panel.get_by_role("button", name="End: Line to the app goes quiet").press("Enter")
    expect(fault).to_have_count(0)
    expect(panel.get_by_label("What goes wrong")).to_be_focused()
    camera.take(page, "mended")


def test_a_narrow_screen_and_a_dark_one(visit: tuple[World, Page, Photographer]) -> None:
    world, page, camera = visit
    world.start("maya")
    world.close("maya")
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_test_id("tab-messages").click()
    expect(page.get_by_test_id("message").first).to_be_visible()
    camera.take(page, "narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    camera.take(page, "dark")
