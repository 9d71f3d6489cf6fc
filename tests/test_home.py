"""What each role finds behind the code: its own menu, every digit meaning one thing, on screens that fit."""

import re

import pytest
from fixtures_service import (
    ADMIN,
    COORDINATOR,
    NATIONAL,
    OFFICER,
    OFFICER_2,
    PROTECTION,
    RELAY,
    VILLAGER,
    Post,
)
from sqlalchemy import update

from flows.screen import fits
from models.member import Member
from service.database import transaction

ROLES = {
    "villager": VILLAGER,
    "officer": OFFICER,
    "relay": RELAY,
    "coordinator": COORDINATOR,
    "protection": PROTECTION,
    "admin": ADMIN,
}


def pages(post: Post, phone: str) -> list[str]:
    found = [post.dial(phone)]
    while re.search(r"^9 |\n9 | 9 ", found[-1]):
        found.append(post.dial(phone, *"9" * len(found)))
    return found


def digits(screen: str) -> list[str]:
    return re.findall(r"^(?:CON )?(\d+) ", screen, re.MULTILINE)


@pytest.mark.parametrize("phone", ROLES.values(), ids=ROLES)
def test_the_way_to_other_languages_stands_on_the_first_screen(post: Post, phone: str) -> None:
    assert "5 Arabi / English" in post.dial(phone)


@pytest.mark.parametrize("phone", ROLES.values(), ids=ROLES)
@pytest.mark.parametrize("language", ["FR", "AR", "EN"])
def test_every_digit_of_a_home_opens_a_screen_that_fits(post: Post, phone: str, language: str) -> None:
    post.sms(phone, f"LANG {language}")
    offered = [digit for page in pages(post, phone) for digit in digits(page) if digit not in ("0", "9")]
    assert len(offered) == len(set(offered)) >= 5
    for digit in offered:
        screen = post.dial(phone, digit)
        assert screen.startswith(("CON ", "END ")), digit
        assert fits(screen[4:], post.parts.policy.limits), screen


def test_only_who_has_a_post_has_a_counterpart(post: Post) -> None:
    assert "7 Mon homologue" in "\n".join(pages(post, OFFICER))
    assert "Mon homologue" not in "\n".join(pages(post, NATIONAL))


def test_the_directory_shows_those_across_the_border_first_and_no_number(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(update(Member).values(listed=True))
    screen = post.dial(OFFICER, "7")
    assert screen.index("(MR)") > 0
    assert "+22" not in screen + post.dial(OFFICER, "7", "1") + post.dial(OFFICER, "7", "1", "1")
    assert "Gogui" not in screen


def test_who_is_not_listed_sees_nobody(post: Post) -> None:
    post.dial(OFFICER, "7", "1")
    assert "Gogui" not in post.dial(OFFICER_2, "7")
    assert "Kobenni" not in post.dial(OFFICER, "7")
