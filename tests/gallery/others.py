"""What the first run of the Sumbang SOP has no card for: a meeting in one step, another decider, last time's form."""

from __future__ import annotations

from sqlmodel import select

from sop_definitions.model import FieldKind, Step
from storage.tables import Adoption, Run, Task
from tests.gallery.exhibits import Collection
from tests.unit.messages.town import CAMAT, PENGELOLA, SEKCAM, Town, town, walked
from workflow import last_time
from workflow.adoption import load
from workflow.state import Part

SEATS = {"camat": CAMAT, "sekretaris": SEKCAM, "tim_sakip": PENGELOLA, "staf": PENGELOLA}
VALUES = {FieldKind.TEXT: "045/12/2027", FieldKind.DATE: "2027-01-08", FieldKind.TIME: "09:00", FieldKind.NUMBER: 3}


def collect(gallery: Collection) -> None:
    """Walk through the Candipuro SOP, and start the Sumbang SOP once more."""
    _last_time(gallery)
    with town() as place:
        adoption = place.adopt(
            "candipuro-pengukuran-data-kinerja",
            roles={"sekretaris": "sekcam", "tim_sakip": "pengelola", "staf": "pengelola"},
        )
        place.start(adoption)
        for step in _steps(place):
            _go_on(place, gallery, step)


def _last_time(gallery: Collection) -> None:
    with walked(9) as place:
        first = place.session.exec(select(Run)).one()
        first.status = "finished"
        run = place.start(place.session.get_one(Adoption, first.adoption_id), period="TW I 2027")
        place.do(CAMAT, _task(place, run, 1))
        form = _task(place, run, 2)
        title = f"{run.title.rpartition(' ')[2]} 2: {Part.WORK}"

        def show(situation: str) -> None:
            gallery.add(
                place, title, "card", situation, lambda language, _: place.card(SEKCAM, form, language)
            )  # fmt: skip

        show("open: last time's form is offered")
        last_time.reuse(place.session, place.moment(), [place.official(SEKCAM)], form.id or 0, form.activation)
        show("with draft: last time's form")


def _task(place: Town, run: Run, step: int) -> Task:
    return place.session.exec(
        select(Task).where(Task.run_id == run.id, Task.step == step, Task.part == Part.WORK)
    ).one()


def _steps(place: Town) -> tuple[Step, ...]:
    return load(place.session.exec(select(Adoption)).one()).definition.steps


def _go_on(place: Town, gallery: Collection, step: Step) -> None:
    doer = SEATS[step.actor.role]
    if step.collect != "decide" or step.decider is not None:
        gallery.card(place, doer, step.number, Part.WORK, "open")
        _work(place, doer, step)
        gallery.card(place, doer, step.number, Part.WORK, "done by me")
    if step.collect == "decide":
        decider = SEATS[step.decider or step.actor.role]
        gallery.card(place, decider, step.number, Part.DECISION, "open")
        if step.decider is not None:
            _return(place, gallery, step, decider)
        place.decide(decider, place.task(step.number, Part.DECISION), "setujui")
        gallery.card(place, decider, step.number, Part.DECISION, "done by me")


def _work(place: Town, doer: int, step: Step) -> None:
    task = place.task(step.number, Part.WORK)
    if step.files is not None and step.files.min:
        place.upload(doer, task, f"{step.document.id}.pdf")
    place.fill(task, **{field.id: VALUES[field.kind] for field in step.fields if field.required})
    place.do(doer, task)


def _return(place: Town, gallery: Collection, step: Step, decider: int) -> None:
    """Show who reads what after the decider sends it back, then undo it."""
    changes = place.session.begin_nested()
    target = next(outcome for outcome in step.outcomes if outcome.returns_to).returns_to[0]
    place.decide(
        decider, place.task(step.number, Part.DECISION), "kembalikan", "Angka pada tabel 2 belum cocok", target=target
    )
    gallery.card(place, decider, step.number, Part.DECISION, "superseded: I returned it")
    gallery.card(place, SEATS[step.actor.role], step.number, Part.WORK, "superseded: it was returned further back")
    back = next(s for s in _steps(place) if s.number == target)
    part = Part.DECISION if back.collect == "decide" and back.decider is None else Part.WORK
    gallery.card(place, SEATS[back.actor.role], target, part, "returned with reason")
    changes.rollback()
