"""One row for each dial: all that the route with an upsert keeps."""

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, MetaData, String, Table

hop_row = Table(
    "bench_hop",
    MetaData(),
    Column("session_key", String(128), primary_key=True),
    Column("phone", String(16)),
    Column("progress", LargeBinary),
    Column("text_len", BigInteger),
    Column("updated_at", DateTime(timezone=True)),
)
