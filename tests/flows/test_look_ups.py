"""Look-ups: terms and pay."""

from tests.world import World


def test_a_term_is_told_with_why_it_matters(world: World) -> None:
    answer = world.command("maya", "glossary Data Drift")
    assert "*Data drift*" in answer
    assert "Why it matters" in answer


def test_a_nearly_right_term_offers_the_right_one(world: World) -> None:
    assert "I have no term" in world.command("maya", "glossary precison")
    assert "Precision" in world.command("maya", "glossary precison")
    world.click("maya", "glossary.show.0")


def test_without_a_word_it_asks_for_one(world: World) -> None:
    assert "Which word?" in world.command("maya", "glossary")


def test_pay_is_never_merged_and_names_its_basis(world: World) -> None:
    answer = world.command("maya", "salary")
    assert "Basis: base" in answer
    assert "Basis: total" in answer
    assert "Computed by us" in answer
    assert "Sources:" in answer


def test_pay_for_a_level(world: World) -> None:
    assert "L5" in world.command("maya", "salary L5")
    assert "negotiate" in world.command("maya", "salary negotiation for an engineer?")
