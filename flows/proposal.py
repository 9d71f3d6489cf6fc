"""What a text may have meant: proposed by a reader, checked by the engine like anything keyed in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows.answer import Complaint
from flows.choosing import find
from flows.form import Form, Kind, Question
from flows.hearing import by_name, choose, understand
from flows.hop import Hop, Meant, accept, ask, hop_at
from flows.progress import Progress
from flows.standing import SILENT
from flows.world import World

SURE = 0.9  # from here on an answer is taken without asking


@dataclass(frozen=True, slots=True)
class Proposal:
    """value: a choice's name, or the words as typed; confidence: 0 to 1; others: choices that may be meant as well."""

    value: str
    confidence: float = 1.0
    others: tuple[str, ...] = ()


def propose(form: Form, progress: Progress, proposals: Mapping[str, Proposal], world: World) -> Progress:
    """With those answers taken that are sure and hold; choices that are not sure are offered when asked."""
    for question in form.questions:
        proposal = proposals.get(question.name)
        if proposal and question.kind not in SILENT and question.kind is not Kind.NOTE:
            progress = _propose(form, progress, question, proposal, world)
    return progress


def _propose(form: Form, progress: Progress, question: Question, proposal: Proposal, world: World) -> Progress:
    hop = hop_at(form, ask(progress, question.name), world)
    meant = _proposed(hop, proposal.value)
    names = meant.offered
    if question.kind is Kind.SELECT_ONE and proposal.confidence < SURE:
        names = names or tuple(filter(None, [meant.answers.get(question.name, ""), *proposal.others]))
    if names:
        return replace(progress, proposed={**progress.proposed, question.name: names})
    if not meant.answers or proposal.confidence < SURE or not hop.standing.is_relevant(question.name):
        return progress
    taken = accept(hop, meant)
    return progress if isinstance(taken, Complaint) else replace(progress, answers=taken.progress.answers)


def _proposed(hop: Hop, value: str) -> Meant:
    """A choice by its own name first, since names may look like keys; else as if it had been typed."""
    if hop.question.kind is not Kind.SELECT_ONE:
        return understand(hop, value)
    if find(hop.form, hop.question, value, hop.standing.known, hop.world):
        return choose(hop, value)
    return by_name(hop, value)
