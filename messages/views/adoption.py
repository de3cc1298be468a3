"""Adopting an SOP in chat: the list, the SOP with all it leaves open, each choice, and what the head is asked."""

from __future__ import annotations

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.adoption_shown import MAX_TITLE, MAX_VALUE, ORDER, shown_choices, shown_step
from messages.views.asked import Asked, NothingToSay, View
from sop_definitions.loader import find
from sop_definitions.model import SopDefinition, Step
from storage.tables import Adoption, AdoptionDraft, Approval
from workflow import adoption_ending, approvals, leaders, taking_over
from workflow import adoption_proposals as proposals
from workflow.adopting import AdoptionRefused
from workflow.adoption import load
from workflow.job_titles import job_title
from workflow.verbs import Press, Verb

A_PAGE = 7
"""Steps of an SOP on one screen, each with why and on what basis."""
MAX_ROLES = 14


def adoption_list(asked: Asked) -> View:
    """The shipped SOPs, and where each stands in this office."""
    found = [_definition(*pair) for pair in asked.params["sops"]]
    rows = [
        [asked.named_answer(f"{number + 1}. {one_line(one.title, 45)} ({one.version})", f"sop-{number}")]
        for number, one in enumerate(found)
    ]
    shown = [{"title": one_line(one.title, MAX_TITLE), "version": one.version, **_state(asked, one)} for one in found]
    office = one_line(asked.office.name, 60) if asked.office is not None else ""
    return View({"office": office, "sops": shown}, [*rows, [asked.answer("cancel", "cancel")]])


def adoption_sop(asked: Asked) -> View:
    """One SOP: title, number, steps, and all that the office has to confirm, some steps on a screen."""
    definition = _definition(asked.params["sop"], asked.params["version"])
    pages = -(-len(definition.steps) // A_PAGE)
    page = min(int(asked.params.get("page") or 0), pages - 1)
    draft, state = _draft(asked, definition), _state(asked, definition)
    listed = definition.steps[page * A_PAGE :][:A_PAGE]
    turning = [
        asked.answer("adopt_page", f"page-{other}", first=_first(other), last=_last(other, definition))
        for other in range(pages)
        if other != page
    ]
    seen = sum(f"step-{step.number}" in draft.decided for step in definition.steps) if draft is not None else 0
    open_ = [blank for step in definition.steps for blank in proposals.blanks(step)]
    return View(
        {
            **_named(definition),
            **state,
            "page": page,
            "number": one_line(definition.identity.number_source or "", 60),
            "count": len(definition.steps),
            "blank": len(open_),
            "suggested": sum(blank.suggestion is not None for blank in open_),
            "seen": seen,
            "steps": [shown_step(None, step) for step in listed],
        },
        [
            *([turning] if turning else []),
            [asked.answer("adopt_all", "all", "primary")],
            [asked.answer("adopt_steps", "steps"), asked.answer("manage_back", "back")],
            *([[asked.answer("adopt_end", "end")]] if state["adopted"] == "yes" else []),
        ],
    )


def adoption_role(asked: Asked) -> View:
    """Which of the office's roles an SOP's role is."""
    definition = _definition(asked.params["sop"], asked.params["version"])
    role = definition.role(asked.params["role"])
    held = proposals.office_roles(asked.session, asked.office_id or "")
    likely = proposals.likely_role(role, held)
    first = [likely] if likely else []
    offered = [*first, *(one for one in held if one != likely)][:MAX_ROLES]
    rows = [[asked.named_answer(job_title(one), f"role-{one}")] for one in offered]
    return View(
        {
            **_named(definition),
            "role": one_line(role.title, MAX_TITLE),
            "steps": [step.number for step in definition.steps if role.id in _roles_at(step)],
            "likely": job_title(likely) if likely else "",
        },
        [*rows, [asked.answer("adopt_nobody", "keep")], [asked.answer("adopt_later", "later")]],
    )


def adoption_step(asked: Asked) -> View:
    """One step as it would be adopted."""
    definition, draft = _drafted(asked)
    step = definition.step(asked.params["step"])
    blanks = proposals.blanks(step)
    named = [blank.name for blank in sorted(blanks, key=lambda blank: ORDER.index(blank.name))]
    own = [asked.answer(f"adopt_own_{name}", f"own-{name}") for name in named]
    rows: list[list[InlineButton]] = [[asked.answer("accept", "accept", "primary")]]
    rows += [[asked.answer("adopt_actor", "actor")], *(own[i : i + 2] for i in range(0, len(own), 2))]
    rows += [[asked.answer("adopt_leave", "blank")]] if blanks else []
    return View(
        {
            **_named(definition),
            "count": len(definition.steps),
            "step": shown_step(draft, step),
        },
        [*rows, [asked.answer("adopt_later", "later")]],
    )


def adoption_actor(asked: Asked) -> View:
    """Who else may do a step."""
    definition, draft = _drafted(asked)
    step = definition.step(asked.params["step"])
    mapped = draft.choices.get("roles", {})
    # Two of the SOP's roles may be the same one here.
    titles = {job_title(mapped.get(role, role)): role for role in reversed(asked.params["roles"])}
    rows = [[asked.named_answer(words, f"role-{role}")] for words, role in reversed(titles.items())][:MAX_ROLES]
    return View({"step": shown_step(draft, step)}, [*rows, [asked.answer("manage_back", "back")]])


def adoption_blank(asked: Asked) -> View:
    """What is to stand where the SOP is blank."""
    definition, draft = _drafted(asked)
    step = definition.step(asked.params["step"])
    blank = next(blank for blank in proposals.blanks(step) if blank.name == asked.params["name"])
    accept = [[asked.answer("adopt_suggestion", "accept", "primary")]] if blank.suggestion else []
    return View(
        {
            "step": shown_step(draft, step),
            "name": blank.name,
            "suggestion": one_line(blank.suggestion or "", MAX_VALUE),
        },
        [*accept, [asked.answer("adopt_leave", "empty")], [asked.answer("manage_back", "back")]],
    )


def adoption_confirm(asked: Asked) -> View:
    """Every choice, before it is put before the head."""
    definition, draft = _drafted(asked)
    official = asked.official
    try:
        adopted = proposals.adopted_of(asked.session, draft)
    except AdoptionRefused:
        raise NothingToSay from None
    if official is None:
        raise NothingToSay
    deciding = approvals.deciders(asked.session, official)
    absent = [one for one in leaders.heads(asked.session, official.office_id) if one.telegram_id is None]
    return View(
        {
            **_named(definition),
            **shown_choices(adopted),
            "deciders": [asked.names.person(one.id) for one in deciding],
            "absent": [asked.names.person(one.id) for one in absent],
        },
        [
            [asked.answer("adopt_propose", "yes", "success")],
            [asked.answer("adopt_steps", "steps"), asked.answer("adopt_later", "later")],
        ],
    )


def adoption_proposed(asked: Asked) -> View:
    """It lies with the head, or holds already."""
    approval, row = _approval(asked)
    official = asked.official
    deciding = approvals.deciders(asked.session, official) if official is not None else []
    return View(
        {
            "title": one_line(row.title, MAX_TITLE),
            "version": row.version,
            "waiting": approval.status == "asked",
            "ending": approval.kind == adoption_ending.KIND,
            "deciders": [asked.names.person(one.id) for one in deciding],
        }
    )


def approval_adoption(asked: Asked) -> View:
    """To the head: an SOP as it is to be adopted, each choice listed; the buttons while undecided."""
    approval, row = _approval(asked)
    adopted = load(row)
    keyboard = []
    if approval.status == "asked":
        approve = asked.button("approve", Press(Verb.APPROVE, approval.id or 0), "success")
        keyboard.append([approve, asked.button("deny", Press(Verb.DISAPPROVE, approval.id or 0), "danger")])
    return View(
        {
            **_named(adopted.definition),
            **shown_choices(adopted),
            "number": one_line(adopted.definition.identity.number_source or "", 60),
            "asker": asked.names.person(approval.asked_by),
        },
        keyboard,
    )


def _approval(asked: Asked) -> tuple[Approval, Adoption]:
    approval = asked.session.get_one(Approval, asked.params["approval_id"])
    return approval, asked.session.get_one(Adoption, approval.payload["row"])


def _definition(sop_id: str, version: str) -> SopDefinition:
    try:
        return find(sop_id, version)
    except KeyError:
        raise NothingToSay from None


def _draft(asked: Asked, definition: SopDefinition) -> AdoptionDraft | None:
    row = asked.session.get(AdoptionDraft, (asked.office_id, definition.id))
    return row if row is not None and row.version == definition.version else None


def _drafted(asked: Asked) -> tuple[SopDefinition, AdoptionDraft]:
    definition = _definition(asked.params["sop"], asked.params["version"])
    draft = _draft(asked, definition)
    if draft is None:
        raise NothingToSay
    return definition, draft


def _state(asked: Asked, definition: SopDefinition) -> dict[str, str]:
    """Return where an SOP stands in the office: adopted, waiting for the head, begun, or nothing of it."""
    office_id = asked.office_id or ""
    current = taking_over.current(asked.session, office_id, definition.id)
    waiting = proposals.waiting(asked.session, office_id, definition.id)
    version = definition.version
    return {
        "adopted": "yes"
        if current is not None and current.version == version
        else (current.version if current else ""),
        "waiting": "yes" if any(row.payload.get("version") == version for row in waiting) else "",
        "draft": "yes" if _draft(asked, definition) is not None else "",
    }


def _named(definition: SopDefinition) -> dict[str, str]:
    return {"title": one_line(definition.title, MAX_TITLE), "version": definition.version}


def _first(page: int) -> int:
    return page * A_PAGE + 1


def _last(page: int, definition: SopDefinition) -> int:
    return min((page + 1) * A_PAGE, len(definition.steps))


def _roles_at(step: Step) -> set[str | None]:
    return {step.actor.role, step.from_, step.collector, step.decider, *step.participants}
