"""A million reports, each of a case of its own, over two years and all districts: most of them closed long ago. The
database makes them up itself, which is quicker than sending them there."""

from datetime import datetime

from sqlalchemy import Connection, create_engine, text

CHUNK = 100_000
SPAN_SECONDS = 700 * 24 * 3600
STEP_SECONDS = 3600
STANDING = 50  # one case in so many is still open
CODES = "11121521222535415361627174"
PRIME = 1_000_003  # rows lie in another order than their ids
MOMENT = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', {}, 'unixepoch')", "postgresql": "to_timestamp({})"}

NUMBERED = f"""
WITH RECURSIVE n(i) AS (
    SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST(:last AS BIGINT)),
district AS (SELECT pcode, row_number() OVER (ORDER BY pcode) - 1 AS k, count(*) OVER () AS many
             FROM place WHERE level = 2),
made AS (SELECT i, (i * 7919) % {PRIME} * 1000000000000 + i AS id,
                CAST(:until AS BIGINT) - 60 - (i * 104729) % {SPAN_SECONDS} AS at,
                pcode AS area, substr('{CODES}', CAST(1 + 2 * ((i * 31) % 13) AS INTEGER), 2) AS code,
                i % {STANDING} = 0 AS standing
         FROM n JOIN district ON district.k = (i * 17) % district.many)
"""
INCIDENTS = """
INSERT INTO incident (id, compartment, code, area, severity, state, version, created_at)
{numbered} SELECT id, 'operations', code, area, 2, CASE WHEN standing THEN 'received' ELSE 'closed' END, 3, {at}
FROM made
"""
REPORTS = """
INSERT INTO report (id, reference, compartment, severity, code, area, incident_id, act_no, form_name, form_version,
                    channel, state, partial, exercise, created_at, filed_at, routed_at)
{numbered} SELECT id, CAST(10000000 + i AS VARCHAR), 'operations', 2, code, area, id, 1, 'incident', '1',
                  'sms', 'filed', false, false, {at}, {at}, {at}
FROM made
"""
HISTORIES = """
INSERT INTO history (incident_id, seq, via, from_state, to_state, at)
{numbered}, steps(seq, before, after) AS (
    SELECT 1, NULL, 'received' UNION ALL SELECT 2, 'received', 'to_verify' UNION ALL
    SELECT 3, 'to_verify', 'verified' UNION ALL SELECT 4, 'verified', 'closed')
SELECT id, seq, 'routing', before, after, {then} FROM made, steps WHERE seq = 1 OR NOT standing
"""


def fill(url: str, many: int, until: datetime) -> None:
    """As many reports as that, the last of them just before `until`."""
    engine = create_engine(url)  # of its own: what takes longer than a hop may is no fault here
    with engine.begin() as connection:
        for first in range(0, many, CHUNK):
            _make(connection, {"first": first, "last": min(first + CHUNK, many), "until": int(until.timestamp())})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _make(connection: Connection, values: dict[str, int]) -> None:
    moment = MOMENT[connection.dialect.name]
    then = moment.format(f"at + (seq - 1) * {STEP_SECONDS}")
    for statement in (INCIDENTS, REPORTS, HISTORIES):
        connection.execute(text(statement.format(numbered=NUMBERED, at=moment.format("at"), then=then)), values)
