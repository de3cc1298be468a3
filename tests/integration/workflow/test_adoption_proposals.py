"""Adopting in chat: the same content as by office file, kept for days, and in force only by the head's word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from handlers.approval_buttons import EFFECTS
from sop_definitions.loader import find, load_all
from storage import audit
from storage.database import Database
from storage.tables import Adoption, AdoptionDraft, Approval, AuditEvent, Bot, Official, Outbox, Run
from tests.integration.workflow.offices import NOW
from workflow import adoption_ending, approvals, audit_replay, people, starting
from workflow import adoption_proposals as proposals
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.export import export_office
from workflow.office_file.loading import load_text

ADMIN, CAMAT, KASI = 1005, 1001, 1003
SUMBANG = "sumbang-pengukuran-kinerja"
MOMENT = Moment(42, NOW, "ab" * 16)
OFFICE = """\
office: {id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}
units:
  - {id: sekretariat, name: Sekretariat}
officials:
  - {name: Ahmad Fauzi, telegram_id: 1001, seats: [{role: camat}]}
  - {name: Siti Rahayu, telegram_id: 1002, seats: [{role: sekcam}]}
  - {name: Budi Santoso, telegram_id: 1003, seats: [{role: kasi_kasubag, unit: sekretariat}]}
  - {name: Joko Prasetyo, telegram_id: 1005, seats: [{role: pengelola}], admin: true}
"""
SIX = sorted(load_all())
TRANSLATED = {"sekretaris": "sekcam", "kepala_dinas": "camat", "kepala_seksi": "kasi_kasubag", "staf": "pengelola"}


@pytest.fixture
async def office(database: Database) -> Database:
    def body(session: Session) -> None:
        session.add(Bot(id=42, username="pandu_bot"))
        apply(session, load_text(OFFICE, "office.yaml"), NOW)

    await database.write(body)
    return database


def official(session: Session, person: int = ADMIN) -> Official:
    return session.exec(select(Official).where(Official.telegram_id == person)).one()


def drafted(session: Session, sop: str = SUMBANG, version: str | None = None) -> AdoptionDraft:
    return proposals.begin(session, MOMENT, official(session), find(sop, version))


def matched(session: Session, draft: AdoptionDraft) -> None:
    """Say of each differing role whose it is here, where there is anybody."""
    for role in proposals.differing_roles(session, draft):
        proposals.map_role(session, MOMENT, official(session), draft, role.id, TRANSLATED.get(role.id, role.id))


async def current(office: Database, sop: str = SUMBANG) -> Adoption | None:
    query = select(Adoption).where(Adoption.sop_id == sop, col(Adoption.current))
    return await office.read(lambda s: s.exec(query).first())


async def decided(office: Database, *, person: int = CAMAT, yes: bool = True) -> Approval:
    def body(session: Session) -> Approval:
        row = session.exec(select(Approval).order_by(col(Approval.id).desc())).first()
        assert row is not None
        officials = people.officials_of(session, person, 42)
        if yes:
            return approvals.grant(session, MOMENT, officials, row.id or 0, EFFECTS[row.kind])
        return approvals.refuse(session, MOMENT, officials, row.id or 0, "Waktu langkah 2 terlalu singkat")

    return await office.write(body)


@pytest.mark.parametrize(("sop", "version"), SIX)
async def test_every_suggestion_taken_is_what_an_office_file_adopts(office: Database, sop: str, version: str) -> None:
    def in_chat(session: Session) -> dict[str, str]:
        draft = drafted(session, sop, version)
        matched(session, draft)
        proposals.accept_all(MOMENT, official(session), draft)
        roles = dict(draft.choices.get("roles", {}))
        proposals.propose(session, MOMENT, official(session), draft)
        return roles

    roles = await office.write(in_chat)
    assert await current(office, sop) is None, "nothing holds before the head agrees"
    await decided(office)
    taken = await current(office, sop)
    assert taken is not None
    assert load(taken).unconfirmed == ()
    said = "".join(f"{key}: {value}, " for key, value in roles.items())
    choices = f"confirm: all, accept_suggestions: true, roles: {{{said}}}"
    entry = f"adopts:\n  - {{sop: {sop}, version: '{version}', {choices}}}\n"
    report = await office.write(lambda s: apply(s, load_text(OFFICE + entry, "office.yaml"), NOW))
    assert report.changes == (), "the file says what is adopted already"
    assert len(await office.read(lambda s: s.exec(select(Adoption)).all())) == 1


@pytest.mark.parametrize(("sop", "version"), SIX)
async def test_step_by_step_leads_to_the_same_and_its_choices_are_an_office_files(
    office: Database, sop: str, version: str
) -> None:
    def in_chat(session: Session, *, one_by_one: bool) -> str:
        draft = drafted(session, sop, version)
        matched(session, draft)
        if not one_by_one:
            proposals.accept_all(MOMENT, official(session), draft)
        while (step := proposals.next_step(draft)) is not None:
            proposals.accept_step(MOMENT, official(session), draft, step)
        return str(proposals.adopted_of(session, draft).model_dump_json())

    together = await office.write(lambda s: in_chat(s, one_by_one=False))
    await office.write(lambda s: s.delete(s.exec(select(AdoptionDraft)).one()))
    assert await office.write(lambda s: in_chat(s, one_by_one=True)) == together


async def test_own_choices_are_what_an_office_file_would_say(office: Database) -> None:
    def in_chat(session: Session) -> None:
        draft, admin = drafted(session), official(session)
        steps = find(SUMBANG).steps
        proposals.choose(MOMENT, admin, draft, steps[1], "actor", "pengelola")
        proposals.choose(MOMENT, admin, draft, steps[1], "standard_duration", "2 Jam")
        proposals.choose(MOMENT, admin, draft, steps[2], "output", proposals.LEFT)
        proposals.leave_blank(MOMENT, admin, draft, steps[3])
        proposals.choose(MOMENT, admin, draft, steps[4], "actor", "camat")
        proposals.choose(MOMENT, admin, draft, steps[4], "actor", steps[4].actor.role)  # taken back
        while (step := proposals.next_step(draft)) is not None:
            proposals.accept_step(MOMENT, admin, draft, step)
        proposals.propose(session, MOMENT, admin, draft)

    await office.write(in_chat)
    await decided(office)
    entry = f"""\
adopts:
  - sop: {SUMBANG}
    version: "2023"
    confirm: all
    accept_suggestions: [1, 2, 5, 6, 7, 8]
    steps:
      2: {{actor: pengelola, standard_duration: 2 Jam}}
      3: {{inputs: Form Pengukuran Kinerja, standard_duration: 25 Menit}}
"""
    report = await office.write(lambda s: apply(s, load_text(OFFICE + entry, "office.yaml"), NOW))
    assert report.changes == ()
    taken = await current(office)
    assert taken is not None
    assert 4 not in load(taken).accepted
    assert load(taken).accepted[3] == {"inputs": "Form Pengukuran Kinerja", "standard_duration": "25 Menit"}


async def test_a_draft_outlives_days_and_another_admin_goes_on_with_it(office: Database) -> None:
    def begun(session: Session) -> None:
        draft = drafted(session)
        proposals.accept_step(MOMENT, official(session), draft, find(SUMBANG).steps[0])

    await office.write(begun)
    later = Moment(42, NOW + timedelta(days=30), "cd" * 16)

    def gone_on(session: Session) -> int:
        other = official(session, CAMAT)
        other.admin = True
        session.flush()
        draft = proposals.begin(session, later, other, find(SUMBANG))
        step = proposals.next_step(draft)
        assert step is not None
        return step.number

    assert await office.write(gone_on) == 2


async def test_the_head_is_told_each_choice_and_decides_once(office: Database) -> None:
    def proposed(session: Session) -> None:
        draft = drafted(session)
        proposals.accept_all(MOMENT, official(session), draft)
        proposals.propose(session, MOMENT, official(session), draft)

    await office.write(proposed)
    said = await office.read(lambda s: s.exec(select(Outbox).where(Outbox.template == "approval_adoption")).all())
    assert [row.chat_id for row in said] == [CAMAT]
    with pytest.raises(Stopped, match="not_yours"):
        await decided(office, person=KASI)
    with pytest.raises(Stopped, match="not_yours"):
        await decided(office, person=ADMIN)
    await decided(office, yes=False)
    assert await current(office) is None
    with pytest.raises(Stopped):
        await decided(office)
    await office.write(proposed)
    await decided(office)
    assert await current(office) is not None
    with pytest.raises(Stopped, match="adoption_same"):
        await office.write(proposed)
    kinds = [kind for kind in await office.read(_kinds) if kind.startswith(("approval", "sop"))]
    assert kinds == ["approval.asked", "approval.refused", "approval.asked", "approval.granted", "sop.adopted"]
    assert await office.read(lambda s: audit.verify(s, "sumbang")) == []


def _kinds(session: Session) -> list[str]:
    return list(session.exec(select(AuditEvent.kind).order_by(col(AuditEvent.seq))))


async def test_a_newer_proposal_takes_the_place_of_one_that_waits(office: Database) -> None:
    def proposed(session: Session, *, actor: str) -> None:
        draft = drafted(session)
        proposals.choose(MOMENT, official(session), draft, find(SUMBANG).steps[1], "actor", actor)
        proposals.propose(session, MOMENT, official(session), draft)

    def arrived(session: Session) -> None:
        session.exec(select(Outbox).where(Outbox.template == "approval_adoption")).one().message_id = 77

    await office.write(lambda s: proposed(s, actor="pengelola"))
    await office.write(arrived)
    await office.write(lambda s: proposed(s, actor="camat"))
    stripped = await office.read(lambda s: s.exec(select(Outbox).where(Outbox.kind == "strip")).all())
    assert [(row.chat_id, row.message_id) for row in stripped] == [(CAMAT, 77)]
    rows = await office.read(lambda s: s.exec(select(Approval).order_by(col(Approval.id))).all())
    assert [row.status for row in rows] == ["lapsed", "asked"]
    await decided(office)
    taken = await current(office)
    assert taken is not None
    assert load(taken).definition.step(2).actor.role == "camat"


async def test_with_nobody_to_ask_it_holds_at_once_and_the_record_says_so(database: Database) -> None:
    alone = "\n".join(line for line in OFFICE.splitlines() if "1001" not in line and "1002" not in line)

    def body(session: Session) -> None:
        session.add(Bot(id=42, username="pandu_bot"))
        apply(session, load_text(alone, "office.yaml"), NOW)
        draft = drafted(session)
        proposals.accept_all(MOMENT, official(session), draft)
        proposals.propose(session, MOMENT, official(session), draft)

    await database.write(body)
    assert await current(database) is not None
    assert (await database.read(_kinds))[-3:] == ["approval.asked", "approval.nobody_to_ask", "sop.adopted"]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [("standard_duration", "sebentar", "not_a_duration"), ("output", "x" * 301, "too_long")],
)
async def test_what_cannot_stand_there_is_refused(office: Database, name: str, value: str, why: str) -> None:
    def body(session: Session) -> None:
        proposals.choose(MOMENT, official(session), drafted(session), find(SUMBANG).steps[0], name, value)

    with pytest.raises(ValueError, match=why):
        await office.write(body)


async def test_only_an_admin_adopts(office: Database) -> None:
    def begun(session: Session) -> None:
        proposals.begin(session, MOMENT, official(session, KASI), find(SUMBANG))

    def proposed(session: Session) -> None:
        proposals.propose(session, MOMENT, official(session, KASI), drafted(session))

    for body in (begun, proposed):
        with pytest.raises(Stopped, match="not_allowed"):
            await office.write(body)


async def adopted(office: Database) -> None:
    """The office works with the Sumbang SOP, adopted in chat."""

    def in_chat(session: Session) -> None:
        draft = drafted(session)
        proposals.accept_all(MOMENT, official(session), draft)
        proposals.propose(session, MOMENT, official(session), draft)

    await office.write(in_chat)
    await decided(office)


async def ending(office: Database) -> Approval:
    return await office.write(lambda s: adoption_ending.propose(s, MOMENT, official(s), SUMBANG, "2023"))


async def test_an_adoption_ends_by_the_heads_word_and_what_is_underway_goes_on(office: Database) -> None:
    await adopted(office)

    def start(session: Session) -> int:
        row = session.exec(select(Adoption)).one()
        return starting.start(session, MOMENT, official(session, CAMAT), row, "TW IV 2026").adoption_id

    started_with = await office.write(start)
    assert (await ending(office)).status == "asked"
    assert await current(office) is not None, "nothing ends before the head agrees"
    await decided(office)
    assert await current(office) is None
    assert await office.read(lambda s: s.exec(select(Run.status, Run.adoption_id)).all()) == [("open", started_with)]
    assert await office.read(lambda s: starting.startable(s, official(s, CAMAT))) == []

    def again(session: Session) -> None:
        starting.start(session, MOMENT, official(session, CAMAT), session.get_one(Adoption, started_with), "TW I 2027")

    with pytest.raises(Stopped):
        await office.write(again)
    with pytest.raises(Stopped, match="adoption_gone"):
        await ending(office)
    event = await office.read(lambda s: s.exec(select(AuditEvent).where(AuditEvent.kind == "sop.retired")).one())
    assert event.actor_id == await office.read(lambda s: official(s, CAMAT).id)
    assert await office.read(lambda s: audit_replay.verify(s, "sumbang")) == []
    # The office file says the same, and loads back without any change.
    text = await office.read(lambda s: export_office(s, "sumbang", NOW, with_accounts=True))
    assert SUMBANG not in text
    report = await office.write(lambda s: apply(s, load_text(text, "office.yaml"), NOW))
    assert (report.changes, report.refused) == ((), ())
    # And it can be adopted again.
    await adopted(office)
    assert await current(office) is not None


async def test_an_end_that_is_not_agreed_to_or_overtaken_changes_nothing(office: Database) -> None:
    await adopted(office)
    await ending(office)
    await decided(office, yes=False)
    assert await current(office) is not None
    await ending(office)

    def otherwise(session: Session) -> None:
        draft, admin = drafted(session), official(session)
        proposals.choose(MOMENT, admin, draft, find(SUMBANG).steps[1], "standard_duration", "2 Jam")
        while (step := proposals.next_step(draft)) is not None:
            proposals.accept_step(MOMENT, admin, draft, step)
        proposals.propose(session, MOMENT, admin, draft)

    await office.write(otherwise)
    await decided(office)  # the other choices hold now
    states = await office.read(
        lambda s: s.exec(select(Approval.kind, Approval.status).order_by(col(Approval.id))).all()
    )
    assert states == [
        ("adoption", "granted"), ("adoption_end", "refused"), ("adoption_end", "lapsed"), ("adoption", "granted"),
    ]  # fmt: skip
    assert await current(office) is not None


async def test_only_an_admin_asks_for_an_end(office: Database) -> None:
    await adopted(office)
    with pytest.raises(Stopped, match="not_allowed"):
        await office.write(lambda s: adoption_ending.propose(s, MOMENT, official(s, KASI), SUMBANG, "2023"))
