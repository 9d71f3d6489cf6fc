"""Who is speaking: a phone by its contact, and the seat on the roster that it belongs to, if any."""

from dataclasses import dataclass

from models.member import Role

OFFICIAL = frozenset({Role.OFFICER, Role.COORDINATOR})


@dataclass(frozen=True, slots=True)
class Seat:
    """An active member; post: the place key of the post, "" where there is none; drills: what this member reports now
    is an exercise."""

    member_id: int
    role: Role
    level: int
    post: str = ""
    drills: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """language: a tag of ours; last: the place key of the last report of this phone, "" where there is none; new: the
    phone has never been heard before."""

    contact_id: int
    phone: str
    language: str
    seat: Seat | None = None
    last: str = ""
    new: bool = False

    @property
    def reporter(self) -> str:
        return "officer" if self.seat and self.seat.role in OFFICIAL else "community"
