"""``/adopsi``: the SOPs an office can work with, and one adopted in chat.

An SOP is shown once with all that was inferred and all that is blank; then its roles are
matched, and either every suggestion is taken together or one step after the other is looked
at. What was chosen stays as a draft, for days if need be, until ``Ya, ajukan``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers import office_choice
from handlers.talk import Talk
from sop_definitions.loader import find
from sop_definitions.model import SopDefinition, Step
from storage.tables import AdoptionDraft, Official, Question
from workflow import adoption_ending, people, questions
from workflow import adoption_proposals as proposals
from workflow.adopting import AdoptionRefused
from workflow.deed import Stopped
from workflow.reply import Reply

ALL, STEPS = "all", "steps"
"""The two ways through an SOP."""


def command(talk: Talk) -> None:
    """``/adopsi``: the SOPs of the office the person administers; of several, the one chosen."""
    office_choice.begin(talk, "adoption_office", "adoption", show)


def office(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Which office was chosen."""
    return office_choice.go_on(talk, question, option, show)


def show(talk: Talk, admin: Official) -> Reply:
    """List the shipped SOPs, one button each. Raises :class:`Stopped` for anybody but an admin."""
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    listed = [[one.id, one.version] for one in proposals.shipped()]
    questions.ask(
        talk.session, talk.moment, admin, "adoption_pick", "adoption_list", data={"sops": listed}, sops=listed
    )
    return Reply("question_asked")


def pick(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """An SOP was chosen."""
    admin = _admin(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return _leave(talk, question)
    number, listed = option.removeprefix("sop-"), question.data["sops"]
    if not (number.isascii() and number.isdigit() and int(number) < len(listed)):
        raise Stopped("question_gone")
    return _overview(talk, admin, _definition(*listed[int(number)]), 0)


def overview(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Under the whole SOP: another page of it, ``Terima semua usulan``, ``Satu per satu``, ``Akhiri adopsi``."""
    admin = _admin(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "back":
        return show(talk, admin)
    definition = _definition(question.data["sop"], question.data["version"])
    if option.startswith("page-"):
        number = option.removeprefix("page-")
        return _overview(talk, admin, definition, int(number) if number.isdigit() and len(number) < 3 else 0)
    if option == "end":
        adoption_ending.adopted(talk.session, admin.office_id, definition.id, definition.version)
        about: dict[str, Any] = {"sop": definition.id, "version": definition.version}
        questions.ask(talk.session, talk.moment, admin, "adoption_end", "adoption_end", data=about, **about)
        return Reply("question_asked")
    if option not in (ALL, STEPS):
        raise Stopped("question_gone")
    draft = proposals.begin(talk.session, talk.moment, admin, definition)
    return _go_on(talk, admin, draft, option)


def end(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Under what ends and what goes on: ``Ya, ajukan``, or back to the SOP."""
    admin, (sop, version) = _admin(talk, question), (question.data["sop"], question.data["version"])
    match option:
        case None:
            talk.say("text_not_expected")
            return None
        case "back":
            return _overview(talk, admin, _definition(sop, version), 0)
        case "yes":
            questions.forget(talk.session, talk.moment, question)
            approval = adoption_ending.propose(talk.session, talk.moment, admin, sop, version)
            talk.say("adoption_proposed", admin, approval_id=approval.id)
            return Reply("ok")
    raise Stopped("question_gone")


def role(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Which of the office's roles an SOP's role is, or that nobody holds it yet."""
    admin, draft = _draft(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "later":
        return _later(talk, question)
    wanted = question.data["role"]
    own = wanted if option == "keep" else option.removeprefix("role-")
    proposals.map_role(talk.session, talk.moment, admin, draft, wanted, own)
    return _go_on(talk, admin, draft, question.data["way"])


def step(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """One step as it would be adopted: accept it, or change something about it."""
    admin, draft = _draft(talk, question)
    shown = _step(draft, question)
    match option:
        case None:
            talk.say("text_not_expected")
            return None
        case "later":
            return _later(talk, question)
        case "accept":
            proposals.accept_step(talk.moment, admin, draft, shown)
            return _go_on(talk, admin, draft, STEPS)
        case "blank":
            proposals.leave_blank(talk.moment, admin, draft, shown)
            return _go_on(talk, admin, draft, STEPS)
        case "actor":
            roles = [one.id for one in proposals.definition_of(draft).roles]
            mapped = set(draft.choices.get("roles", {}).values())
            roles += [r for r in proposals.office_roles(talk.session, admin.office_id) if r not in {*roles, *mapped}]
            return _ask(talk, admin, draft, "adoption_actor", step=shown.number, roles=roles)
    name = option.removeprefix("own-")
    if all(name != blank.name for blank in proposals.blanks(shown)):
        raise Stopped("question_gone")
    return _ask(talk, admin, draft, "adoption_blank", step=shown.number, name=name)


def actor(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Another role for a step."""
    admin, draft = _draft(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    shown = _step(draft, question)
    if option != "back":
        chosen = option.removeprefix("role-")
        if chosen not in question.data["roles"]:
            raise Stopped("question_gone")
        proposals.choose(talk.moment, admin, draft, shown, "actor", chosen)
    return _ask(talk, admin, draft, "adoption_step", step=shown.number)


def blank(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """What is to stand where the SOP is blank: the suggestion, nothing, or what was typed."""
    admin, draft = _draft(talk, question)
    shown, name = _step(draft, question), question.data["name"]
    value: str | None = None
    if text is not None:
        value = " ".join(text.split())
        if not value:
            talk.say("bad_answer", reason="empty")
            return None
    elif option == "empty":
        value = proposals.LEFT
    elif option not in ("accept", "back"):
        raise Stopped("question_gone")
    if option != "back":
        try:
            proposals.choose(talk.moment, admin, draft, shown, name, value)
        except ValueError as error:
            talk.say("bad_answer", reason=str(error))
            return None
    return _ask(talk, admin, draft, "adoption_step", step=shown.number)


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Under the list of every choice: ``Ya, ajukan``, back to the steps, or later."""
    admin, draft = _draft(talk, question)
    match option:
        case None:
            talk.say("text_not_expected")
            return None
        case "later":
            return _later(talk, question)
        case "steps":
            draft.decided = [one for one in draft.decided if not one.startswith("step-")]
            return _go_on(talk, admin, draft, STEPS)
        case "yes":
            questions.forget(talk.session, talk.moment, question)
            try:
                approval = proposals.propose(talk.session, talk.moment, admin, draft)
            except AdoptionRefused:  # a seat that a choice names is gone since
                raise Stopped("adoption_unfit") from None
            talk.say("adoption_proposed", admin, approval_id=approval.id)
            return Reply("ok")
    raise Stopped("question_gone")


def _overview(talk: Talk, admin: Official, definition: SopDefinition, page: int) -> Reply:
    data: dict[str, Any] = {"sop": definition.id, "version": definition.version}
    questions.ask(talk.session, talk.moment, admin, "adoption_sop", "adoption_sop", data=data, **data, page=page)
    return Reply("question_asked")


def _go_on(talk: Talk, admin: Official, draft: AdoptionDraft, way: str) -> Reply:
    """Ask what comes next: a role, a step, or whether all of it is to be proposed."""
    differing = proposals.differing_roles(talk.session, draft)
    if differing:
        return _ask(talk, admin, draft, "adoption_role", role=differing[0].id, way=way)
    if way == ALL:
        proposals.accept_all(talk.moment, admin, draft)
    following = proposals.next_step(draft)
    if following is not None:
        return _ask(talk, admin, draft, "adoption_step", step=following.number)
    return _ask(talk, admin, draft, "adoption_confirm")


def _ask(talk: Talk, admin: Official, draft: AdoptionDraft, kind: str, **about: object) -> Reply:
    """Ask one thing about a draft; its message is called as the question is."""
    data: dict[str, Any] = {"sop": draft.sop_id, "version": draft.version, **about}
    questions.ask(talk.session, talk.moment, admin, kind, kind, data=data, **data)
    return Reply("question_asked")


def _later(talk: Talk, question: Question) -> Reply:
    """Leave it for now: what was chosen stays."""
    questions.forget(talk.session, talk.moment, question)
    talk.say("adoption_kept")
    return Reply("ok")


def _leave(talk: Talk, question: Question) -> Reply:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
    return Reply("ok")


def _admin(talk: Talk, question: Question) -> Official:
    """Return whom a question was asked: they must still be the office's admin."""
    official = next((one for one in talk.officials if one.id == question.official_id), None)
    if official is None or not people.is_admin(official):
        raise Stopped("not_allowed")
    return official


def _draft(talk: Talk, question: Question) -> tuple[Official, AdoptionDraft]:
    """Return the admin and the draft a question is about: another admin may have proposed it meanwhile."""
    admin = _admin(talk, question)
    draft = proposals.draft_of(talk.session, admin, question.data["sop"], question.data["version"])
    if draft is None:
        raise Stopped("adoption_gone")
    return admin, draft


def _step(draft: AdoptionDraft, question: Question) -> Step:
    return proposals.definition_of(draft).step(question.data["step"])


def _definition(sop_id: str, version: str) -> SopDefinition:
    try:
        return find(sop_id, version)
    except KeyError:
        raise Stopped("not_found") from None


ANSWERS: dict[str, Callable[[Talk, Question, str | None, str | None], Reply | None]] = {
    "adoption_office": office,
    "adoption_pick": pick,
    "adoption_sop": overview,
    "adoption_end": end,
    "adoption_role": role,
    "adoption_step": step,
    "adoption_actor": actor,
    "adoption_blank": blank,
    "adoption_confirm": confirm,
}
"""A question's kind -> what takes its answer."""
