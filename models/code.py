"""The code table: what two digits mean, who may read it, and how grave it is by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Compartment(StrEnum):
    """Who may read: each has its own key."""

    OPERATIONS = "operations"
    PROTECTION = "protection"
    FEEDBACK = "feedback"
    COMPLAINTS = "complaints"
    PSEA = "psea"
    PRIVACY = "privacy"
    INTAKE = "intake"


# No invite, no resume, no link to the phone without its holder's yes.
GUARDED = frozenset({Compartment.PROTECTION, Compartment.COMPLAINTS, Compartment.PSEA})


class Code(Base):
    __tablename__ = "code"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    key: Mapped[str] = mapped_column(String(8))
    compartment: Mapped[Compartment]
    default_severity: Mapped[int]
    shareable: Mapped[bool]
    active: Mapped[bool]
    name_fr: Mapped[str]
    name_ar: Mapped[str]
    name_en: Mapped[str]
    short_fr: Mapped[str]
    short_ar: Mapped[str]
    short_en: Mapped[str]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    compartment: Compartment
    severity: int
    short: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeBook:
    """The active codes, in memory."""

    entries: Mapping[str, CodeEntry]

    @classmethod
    def read(cls, db: Session) -> Self:
        rows = db.scalars(select(Code).where(Code.active))
        return cls(
            {
                row.code: CodeEntry(
                    row.compartment,
                    row.default_severity,
                    {"fr": row.short_fr, "ar": row.short_ar, "en": row.short_en},
                    {"fr": row.name_fr, "ar": row.name_ar, "en": row.name_en},
                )
                for row in rows
            }
        )

    def compartment(self, code: str) -> Compartment | None:
        """None for what is no code."""
        entry = self.entries.get(code)
        return entry.compartment if entry else None

    def severity(self, code: str) -> int:
        return self.entries[code].severity

    def short(self, code: str, language: str) -> str:
        """At most 22 characters, for alerts."""
        entry = self.entries.get(code)
        return (entry.short.get(language) or entry.short["fr"]) if entry else code

    def name(self, code: str, language: str) -> str:
        """In full, for pages; an unknown code as it is."""
        entry = self.entries.get(code)
        return (entry.names.get(language) or entry.names["fr"]) if entry else code
