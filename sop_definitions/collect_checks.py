"""Checks of what each way of collecting asks for, decisions first among them."""

from __future__ import annotations

from collections.abc import Iterator

from sop_definitions.errors import Path, Problem
from sop_definitions.graph import ancestors, descendants
from sop_definitions.model import Collect, FieldKind, Outcome, SopDefinition, Step

_ONLY_FOR = {
    "distribute": (Collect.CONFIRM,),
    "offer_previous": (Collect.UPLOAD,),
    "outcomes": (Collect.DECIDE,),
    "decider": (Collect.DECIDE,),
    "second_party": (Collect.DECIDE,),
    "part": (Collect.MEETING,),
    "from": (Collect.HAND_IN,),
    "collector": (Collect.HAND_IN,),
    "proof": (Collect.HAND_IN,),
    "merge": (Collect.HAND_IN,),
    "units_to": (Collect.HAND_IN,),
    "return_button": (Collect.HAND_IN,),
}


def check_collect(definition: SopDefinition) -> Iterator[Problem]:
    """Yield the faults of each step that come from how its output is collected."""
    for index, step in enumerate(definition.steps):
        path: Path = ("steps", index)
        yield from _misplaced(step, path)
        if step.collect is Collect.CONFIRM:
            yield from _confirm(definition, step, path)
        elif step.collect is Collect.UPLOAD:
            yield from _upload(step, path)
        elif step.collect is Collect.DECIDE:
            yield from _decide(definition, step, path)
        elif step.collect is Collect.MEETING:
            yield from _meeting(definition, step, path)
        else:
            yield from _hand_in(definition, step, path)
        yield from _suggested(definition, step, path)


def _misplaced(step: Step, path: Path) -> Iterator[Problem]:
    for key, kinds in _ONLY_FOR.items():
        if getattr(step, "from_" if key == "from" else key) and step.collect not in kinds:
            kind = kinds[0].value
            yield Problem(
                (*path, key), f"'{key}' hanya untuk collect: {kind}. Hapus, atau ubah 'collect'.", at_key=True
            )


def _confirm(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    if step.distribute and not step.carries and step.files is None:
        yield Problem(
            (*path, "distribute"), "Tidak ada yang dibagikan. Isi 'carries' dengan langkah yang menghasilkan berkasnya."
        )
    if step.distribute and definition.unit_role is None:
        yield Problem((*path, "distribute"), "Isi 'unit_role' di atas: peran yang menerima di setiap unit.")


def _upload(step: Step, path: Path) -> Iterator[Problem]:
    if step.files and step.files.min == 0:
        yield Problem(
            (*path, "files", "min"),
            "Langkah unggah memerlukan berkas. Tulis 1 atau lebih, atau pakai collect: confirm.",
        )


def _decide(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    if not step.outcomes:
        yield Problem((*path, "collect"), "Keputusan memerlukan 'outcomes', mis. Setujui dan Kembalikan. Tambahkan.")
    else:
        yield from _outcomes(definition, step, step.outcomes, (*path, "outcomes"))
    if step.decider is not None and step.decider == step.actor.role:
        yield Problem((*path, "decider"), "Sama dengan pelaksana langkah. Hapus kunci ini.")


def _outcomes(definition: SopDefinition, step: Step, outcomes: tuple[Outcome, ...], path: Path) -> Iterator[Problem]:
    if all(outcome.returns_to for outcome in outcomes):
        yield Problem(
            path, f"Keputusan langkah {step.number} tidak punya jalan maju. Tambahkan hasil tanpa 'returns_to'."
        )
    seen: set[str] = set()
    for i, outcome in enumerate(outcomes):
        for key, value in (("id", outcome.id), ("button", outcome.button.id.casefold())):
            if f"{key} {value}" in seen:
                yield Problem((*path, i, key), "Sudah dipakai oleh hasil lain langkah ini. Bedakan.")
            seen.add(f"{key} {value}")
        yield from _targets(definition, step, outcome, (*path, i))


def _targets(definition: SopDefinition, step: Step, outcome: Outcome, path: Path) -> Iterator[Problem]:
    known = {s.number for s in definition.steps}
    before = ancestors(definition, step.number) - {step.number}
    after = descendants(definition, step.number) - {step.number}
    if outcome.skip_to is not None and outcome.returns_to:
        yield Problem((*path, "skip_to"), "Pilih satu: 'skip_to' untuk maju atau 'returns_to' untuk kembali.")
    if outcome.skip_to is not None and outcome.skip_to not in after:
        message = (
            f"Langkah {outcome.skip_to} bukan langkah sesudah langkah {step.number}. Pakai nomor langkah yang menyusul."
        )
        yield Problem((*path, "skip_to"), message)
    for i, target in enumerate(outcome.returns_to):
        where = (*path, "returns_to", i)
        if target in outcome.returns_to[:i]:
            yield Problem(where, f"Langkah {target} sudah disebut. Hapus.")
        elif target not in known:
            yield Problem(where, f"Langkah {target} tidak ada. Pakai nomor langkah yang ada.")
        elif target == step.number or target in after:
            yield Problem(
                where, f"Pengembalian ke langkah {target} tidak mundur. Pakai langkah sebelum langkah {step.number}."
            )
        elif target not in before:
            yield Problem(
                where,
                f"Langkah {target} tidak mendahului langkah {step.number} (cabang lain). Pakai langkah sebelumnya.",
            )
    if outcome.units_to is not None:
        if not outcome.returns_to:
            yield Problem((*path, "units_to"), "Hanya untuk hasil yang mengembalikan. Hapus, atau isi 'returns_to'.")
        yield from _unit_target(definition, step, outcome.units_to, before, (*path, "units_to"))


def _unit_target(
    definition: SopDefinition, step: Step, target: int, allowed: frozenset[int], path: Path
) -> Iterator[Problem]:
    hand_ins = {s.number for s in definition.steps if s.collect is Collect.HAND_IN}
    if target not in allowed & hand_ins:
        message = f"Langkah {target} bukan langkah pengumpulan (hand_in) yang mendahului langkah {step.number}. Ganti."
        yield Problem(path, message)


def _meeting(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    invites = {s.number for s in definition.steps if s.part == "invite"}
    minutes = {s.number for s in definition.steps if s.part == "minutes"}
    if step.part is None:
        yield Problem((*path, "collect"), "Rapat memerlukan 'part': whole, invite, atau minutes. Tambahkan.")
    if not step.participants:
        yield Problem((*path, "collect"), "Rapat memerlukan 'participants'. Sebutkan peran yang hadir.")
    if step.part == "minutes" and not invites & ancestors(definition, step.number):
        yield Problem((*path, "part"), "Tidak ada undangan (part: invite) sebelum langkah ini. Pakai part: whole.")
    if step.part == "invite":
        if not minutes & descendants(definition, step.number):
            yield Problem(
                (*path, "part"),
                "Tidak ada notulen (part: minutes) sesudah undangan ini. Tambahkan, atau pakai part: whole.",
            )
        kinds = {field.kind for field in step.fields}
        if not {FieldKind.DATE, FieldKind.TIME} <= kinds:
            yield Problem(
                (*path, "part"), "Undangan memerlukan isian tanggal (kind: date) dan pukul (kind: time). Tambahkan."
            )


def _hand_in(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    for key, value in (("from", step.from_), ("proof", step.proof)):
        if value is None:
            yield Problem((*path, "collect"), f"Pengumpulan (hand_in) memerlukan '{key}'. Tambahkan.")
    if step.from_ and step.actor.role not in (step.from_, step.collector):
        yield Problem((*path, "actor", "role"), "Pelaksana harus peran 'from' atau 'collector'. Sesuaikan.")
    if step.collector is not None and step.collector == step.from_:
        yield Problem(
            (*path, "collector"), "Pengumpul tidak memeriksa kirimannya sendiri. Pakai peran lain, atau hapus."
        )
    if step.merge is not None and step.collector is None:
        yield Problem(
            (*path, "merge"), "Berkas gabungan dikirim pengumpul. Isi 'collector', atau hapus 'merge'.", at_key=True
        )
    if step.proof == "carry" and not step.carries:
        yield Problem((*path, "proof"), "Tidak ada berkas yang diteruskan. Isi 'carries', atau pakai proof: file.")
    if step.proof in ("carry", "tick") and step.button is None:
        yield Problem((*path, "proof"), "Kartunya memerlukan tombol. Isi 'button'.")
    if step.return_button is not None and step.collector is not None:
        yield Problem((*path, "return_button"), "Yang mengembalikan di sini adalah pengumpul. Hapus.", at_key=True)
    if step.units_to is not None:
        allowed = ancestors(definition, step.number) | {step.number}
        yield from _unit_target(definition, step, step.units_to, allowed, (*path, "units_to"))


def _suggested(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    suggested = step.suggested
    if suggested is None:
        return
    where = (*path, "suggested")
    if suggested.decider is not None and step.collect not in (Collect.CONFIRM, Collect.UPLOAD):
        yield Problem((*where, "decider"), "Hanya untuk collect: confirm atau upload. Hapus.")
    if bool(suggested.decider) != bool(suggested.outcomes):
        key = "decider" if suggested.decider else "outcomes"
        yield Problem((*where, key), "'decider' dan 'outcomes' selalu berpasangan. Lengkapi atau hapus.")
    elif suggested.outcomes:
        yield from _outcomes(definition, step, suggested.outcomes, (*where, "outcomes"))
