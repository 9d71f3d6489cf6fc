"""SMS in any order, with any pauses: each is taken, answered once at most, and no sentence is lost on the way."""

import random

import pytest
from fixtures_service import VILLAGER, Post
from sqlalchemy import func, select

from models import report as reports
from models.conversation import Conversation
from models.keys import Purpose
from models.message import Direction, Message
from models.report import Report
from service.database import reading
from service.simulator.server import Simulator

WORDS = (
    "ALERTE",
    "SUITE",
    "AIDE",
    "QUI",
    "LANG EN",
    "LANG FR",
    "RAPPEL",
    "RAS",
    "SUIVI",
    "NON",
    "STOP",
    "START",
    "ACK",
)
CODED = ("12#1 Gogui", "22#2", "22", "21 3 Nioro", "AVIS 83", "AVIS 84 Merci", "ALERTE 13#1")
REPLIES = ("1", "2", "3", "0", "9", "oui", "non", "Gogui", "Nioro", "44", "123456")
SENTENCE = "zq{number} nous avons besoin que quelquun vienne vite"
STEPS = 50
PAUSES = (5, 5, 5, 70, 600, 2400, 46800)  # seconds


def told(post: Post) -> str:
    """Everything that a reader may come to see: the bodies of all reports, and what is being told right now."""
    with reading(post.parts.engine) as db:
        bodies = [" ".join(reports.answers(db, post.parts.keys, row).values()) for row in db.scalars(select(Report))]
        open_ones = db.scalars(select(Conversation).where(Conversation.progress_enc.is_not(None)))
        states = [
            str(post.parts.keys.open_json(Purpose.SESSIONS, row.progress_enc, f"conversation/{row.id}/progress"))
            for row in open_ones
            if row.progress_enc
        ]
    return "\n".join([*bodies, *states])


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_texted_is_taken_and_no_sentence_is_lost(post: Post, simulator: Simulator, seed: int) -> None:
    chance = random.Random(seed)
    sentences = 0
    for number in range(STEPS):
        text = chance.choice(chance.choice((WORDS, CODED, REPLIES, REPLIES, (SENTENCE,))))
        sentences += text == SENTENCE
        assert post.sms(VILLAGER, text.format(number=number)) == 200
        if text == SENTENCE:
            assert f"zq{number} " in told(post), f"the sentence of step {number}"
        post.watch.move(seconds=chance.choice(PAUSES))
        post.ask("sweep")
        post.work()
    assert sentences > 3
    with reading(post.parts.engine) as db:
        mine = Message.purpose_key.startswith("reply:") | Message.purpose_key.startswith("farewell:")
        heard = db.scalar(select(func.count(Message.id)).where(Message.direction == Direction.IN))
        answered = db.scalar(select(func.count(Message.id)).where(mine))
    assert heard == STEPS
    assert 0 < (answered or 0) <= STEPS
