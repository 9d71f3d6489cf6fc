"""An alert for very many: nobody's leaves before all are written, so that must not take a question for each."""

from pathlib import Path

from fixtures_service import VILLAGER, Post
from sqlalchemy import event

from service.jobs import JOBS
from service.simulator.server import Simulator
from service.stocking import load_roster

MANY = 250


def test_the_questions_to_the_database_do_not_grow_with_those_who_are_told(
    post: Post, simulator: Simulator, tmp_path: Path
) -> None:
    phones = [f"+2237100{number:04}" for number in range(MANY)]
    rows = [f"C,{phone},coordinator,{('fr', 'ar', 'en')[n % 3]},ML11,1,," for n, phone in enumerate(phones)]
    roster = tmp_path / "roster.csv"
    roster.write_text("\n".join(["name,phone,role,language,area,level,post,email", *rows]), encoding="utf-8")
    load_roster(post.parts, roster)
    post.sms(VILLAGER, "12#1 Gogui")
    report_id = next(ids[0] for name, ids in post.asked if name == "route")
    asked: list[str] = []
    event.listen(post.parts.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    JOBS["route"](post.parts, report_id)
    assert len(asked) < MANY / 4
    post.work()
    assert [len(simulator.network.inbox(phone)) for phone in phones] == [1] * MANY
    assert len({simulator.network.inbox(phone)[0].text for phone in phones}) == 3
