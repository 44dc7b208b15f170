"""What the hall has to tell: matters with their guides, notices, jobs, and questions that lead on.

Frozen values, already checked at the edge; nothing personal.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """One matter with its service guide (五公开).

    spelling: for each sign of `name` its readings in pinyin without tones; a sign that is not
    Chinese reads as itself, in small letters.
    """

    id: str
    service: str
    name: str
    name_en: str
    materials: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    promised_working_days: int = 0
    result: str = ""
    fee: str = ""
    legal_basis: str = ""
    spelling: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """until: RFC 3339 or a date, as the hall wrote it; empty for one without an end."""

    id: str
    title: str
    title_en: str
    text: str
    text_en: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class JobFacts:
    id: str
    title: str
    employer: str
    place: str
    wage: str
    openings: int
    text: str
    contact: str
    until: str = ""


MIDDLE = 3  # of the five levels of a review


@dataclass(frozen=True, slots=True)
class LevelFacts:
    level: int
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ReasonFacts:
    """levels: those with which it can be ticked."""

    id: str
    name: str
    name_en: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReviewFormFacts:
    """The hall's own levels, best first, and reasons. Empty: nothing can be rated here."""

    levels: tuple[LevelFacts, ...] = ()
    reasons: tuple[ReasonFacts, ...] = ()

    def level(self, number: int) -> LevelFacts | None:
        return next((each for each in self.levels if each.level == number), None)

    def reasons_for(self, level: int) -> tuple[ReasonFacts, ...]:
        """In the middle only what was lacking, or there would be too much to read."""
        asked = {level, MIDDLE - 1} if level == MIDDLE else {level}
        return tuple(reason for reason in self.reasons if asked <= set(reason.levels))


@dataclass(frozen=True, slots=True)
class FaceTermsFacts:
    """Who answers for the face data, and for how many days pictures that a clerk compared are kept;
    None: they are not."""

    operator: str
    operator_en: str
    evidence_days: int | None = None


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """face_terms: None until the hall has told them, or where no face is checked. seen_at: when the
    server last told it, RFC 3339; empty when it is as the server has it.
    told: whether anything of it was told yet; before, what is not there may only be unknown."""

    matters: tuple[MatterFacts, ...] = ()
    notices: tuple[NoticeFacts, ...] = ()
    jobs: tuple[JobFacts, ...] = ()
    seen_at: str = ""
    form: ReviewFormFacts = field(default_factory=ReviewFormFacts)
    told: bool = False
    face_terms: FaceTermsFacts | None = None

    def matter(self, matter_id: str | None) -> MatterFacts | None:
        return next((m for m in self.matters if m.id == matter_id), None)

    def notice(self, notice_id: str | None) -> NoticeFacts | JobFacts | None:
        """A notice or a job: their ids share one space on the screen, jobs behind `job:`."""
        found = next((n for n in self.notices if n.id == notice_id), None)
        return found or next((j for j in self.jobs if f"job:{j.id}" == notice_id), None)


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """Leads to another question, a matter or a service: exactly one of them."""

    text: str
    text_en: str
    question: str = ""
    matter: str = ""
    service: str = ""
    icon: str = "arrow-right"

    def __post_init__(self) -> None:
        if sum(map(bool, (self.question, self.matter, self.service))) != 1:
            raise ValueError("an answer leads to one of question, matter, service")


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    id: str
    text: str
    text_en: str
    answer: tuple[AnswerFacts, ...]


@dataclass(frozen=True, slots=True)
class QuestionsFacts:
    """The first question is asked first. Raises ValueError for one that leads nowhere."""

    question: tuple[QuestionFacts, ...] = ()

    def __post_init__(self) -> None:
        known = {q.id for q in self.question}
        for question in self.question:
            for answer in question.answer:
                if answer.question and answer.question not in known:
                    raise ValueError(f"question {question.id} leads to unknown {answer.question}")
            if not 1 < len(question.answer) <= 7:
                raise ValueError(f"question {question.id} needs two to seven answers")

    def named(self, question_id: str) -> QuestionFacts | None:
        if not question_id:
            return self.question[0] if self.question else None
        return next((q for q in self.question if q.id == question_id), None)
