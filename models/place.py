"""The gazetteer's rows: countries, areas and places, each with its P-code and that code's version."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id


class Place(Base):
    """level: 0 country, 1 and 2 administrative areas, 3 a town, village or post; lat and lon perhaps none."""

    __tablename__ = "place"
    # The level is part of it: the town of Nioro lies in the area of Nioro, and has its P-code.
    __table_args__ = (UniqueConstraint("pcode", "pcode_version", "level", "folded"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    level: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    pcode: Mapped[str] = mapped_column(String(16))
    pcode_version: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    name_ar: Mapped[str | None] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    border: Mapped[bool] = mapped_column(default=False)


class PlaceAlias(Base):
    __tablename__ = "place_alias"

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    folded: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
