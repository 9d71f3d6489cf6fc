"""A phone that answers every SMS by itself, as notices of absence and other services do."""

from dataclasses import dataclass

from service.simulator.line import Line


@dataclass(slots=True)
class Machine:
    """text: what it says, with {n} for the how-manieth time; said: how often it has."""

    line: Line
    phone: str
    text: str
    said: int = 0

    def answer(self) -> None:
        self.said += 1
        self.line.sms(self.phone, self.text.replace("{n}", str(self.said)), wait=False)
