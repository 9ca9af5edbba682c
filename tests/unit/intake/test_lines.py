"""A regulation that came back under a new id is one with the old one, for every rule about what may be had twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.events import FACTS
from services.intake.domain.lines import and_followers, followers_of, line_of
from services.intake.domain.overlaps import programmes_meant
from services.intake.domain.parts import Applicant
from services.intake.handlers import Handlers
from services.intake.inbox import ACTOR
from shared.envelope import Origin
from shared.programmes.catalogue import Catalogue, Edition
from shared.programmes.model import Duration, Programme
from shared.runtime.codec import FactCodec
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.programmes.library import library
from tests.support.regulation import APPLICANT_USCC, COUNTY, PROGRAMME
from tests.unit.intake.scene import NOW, OTHER, OTHER_REF, OWN, TODAY, Scene, application, claimed, held, rule

BEFORE = {OTHER: frozenset({OWN})}
"""The other programme was followed by this one."""
AFTER = {OWN: frozenset({OTHER})}


def text(name: str, succeeds: str | None = None, superseded_by: str | None = None) -> Programme:
    legal = replace(PROGRAMME.legal, succeeds=succeeds, superseded_by=superseded_by)
    return replace(PROGRAMME, id=name, legal=legal, digest=(name * 64)[:64])


# ── which follow which ───────────────────────────────────────────────────────────────────────────────────────────


def test_texts_are_one_line_where_either_says_so_however_far() -> None:
    texts = (text("a", superseded_by="b"), text("b"), text("c", succeeds="b"), text("d"))
    found = followers_of(texts)
    assert found == {"a": {"b", "c"}, "b": {"c"}}
    assert line_of("b", found) == ("b", "a", "c")
    assert line_of("d", found) == ("d",)
    assert and_followers(("d", "a"), found) == ("d", "a", "b", "c")
    assert and_followers(("c",), found) == ("c",)


def test_texts_that_name_each_other_in_a_circle_end_it() -> None:
    found = followers_of((text("a", superseded_by="b"), text("b", superseded_by="a")))
    assert found == {"a": {"b"}, "b": {"a"}}
    assert line_of("a", found) == ("a", "b")


def test_versions_of_one_programme_need_no_line() -> None:
    assert followers_of((PROGRAMME, replace(PROGRAMME, version="2", digest="cd" * 32))) == {}


def test_no_shipped_programme_follows_another() -> None:
    assert followers_of(library().programmes()) == {}


# ── what that means for the rules ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        ("no_application_while_valid", (held(ref=OTHER_REF),), "title_still_valid"),
        ("no_application_while_valid", (claimed("case-1", OTHER),), "place_taken"),
        ("one_application_per_round", (claimed("case-1", OTHER),), "round_used"),
        ("no_double_funding", (claimed("case-1", OTHER),), "place_taken"),
        ("no_double_funding", (e.FundsReceived("case-1", OTHER_REF, "out", "5", TODAY),), "funded_already"),
    ],
)
@pytest.mark.parametrize("line", [BEFORE, AFTER], ids=["it was before", "it came after"])
def test_what_was_had_under_the_other_id_bars(
    kind: str, facts: tuple[e.Fact, ...], code: str, line: dict[str, frozenset[str]]
) -> None:
    known = {"case-1": application("submitted", programme=OTHER)}
    assert Scene(rule(kind), facts, known).codes() == []
    assert Scene(rule(kind), facts, known, followers=line).codes() == [code]


def test_a_rule_about_another_programme_means_what_follows_that_but_not_what_was_before() -> None:
    newer = f"newer-platform@sha256:{'ef' * 32}"
    named = rule("no_application_while_valid", OTHER)
    for line, ref, codes in (
        ({OTHER: frozenset({"newer-platform"})}, newer, ["title_still_valid"]),
        ({"newer-platform": frozenset({OTHER})}, newer, []),
    ):
        assert Scene(named, (held(ref=ref),), followers=line).codes() == codes


def test_a_needed_title_serves_under_the_id_that_follows_and_an_older_one_only_by_name() -> None:
    needs, title = rule("needs_title_of", OTHER), (held(ref=PROGRAMME.ref),)
    assert Scene(needs, title, followers=BEFORE).codes() == []
    assert Scene(needs, title, followers=AFTER).codes() == ["title_needed"]
    own = rule("needs_title_of")
    assert Scene(own, (held(ref=OTHER_REF),), followers=BEFORE).codes() == ["title_needed"]


def test_the_holder_of_the_older_title_applies_for_its_renewal_in_time() -> None:
    validity = replace(
        PROGRAMME.awards[0].validity,  # type: ignore[type-var]
        renewal=True,
        renewal_opens=Duration(length=3, unit="month"),
    )
    renewable = replace(rule("no_application_while_valid"), awards=(replace(PROGRAMME.awards[0], validity=validity),))
    last = TODAY + timedelta(days=200)
    assert Scene(renewable, (held(ref=OTHER_REF, to=last),), followers=BEFORE).codes() == ["title_still_valid"]
    soon = TODAY + timedelta(days=20)
    assert Scene(renewable, (held(ref=OTHER_REF, to=soon),), followers=BEFORE).codes() == []


def test_every_programme_that_a_rule_means_is_looked_up() -> None:
    assert programmes_meant(rule("no_application_while_valid"), BEFORE) == {OWN, OTHER}
    assert programmes_meant(rule("no_application_while_valid", OTHER), AFTER) == {OTHER}


async def test_the_library_tells_who_follows_whom(database: Database) -> None:
    old = replace(text(OTHER, superseded_by=OWN), version="1")
    new = replace(rule("no_application_while_valid"), legal=PROGRAMME.legal)
    for shelf, codes in (((new,), []), ((old, new), ["title_still_valid"])):
        editions = tuple(Edition(each, each, each.id) for each in shelf)
        library_ = Catalogue(editions, MappingProxyType({each.ref: each for each in shelf}))
        store = FactStore(database.pool, FactCodec(FACTS))
        streams, handlers = CommittingStreams(store), Handlers(library_)
        await store.start()
        try:
            told = held(ref=old.ref)
            await handlers.remember(streams, APPLICANT_USCC, told, Origin(ACTOR, NOW, "1", trace_id="a" * 32))
            asks = Applicant(APPLICANT_USCC, "Firm", COUNTY, "prefecture")
            draft = Application("case-2", "draft", new.ref, "r1", applicant=asks)
            assert [each.code for each in await handlers.objections(streams, draft, NOW)] == codes
        finally:
            await store.stop()
