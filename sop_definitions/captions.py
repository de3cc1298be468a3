"""Which buttons a step puts on phones, as captions in the order in which they come up."""

from __future__ import annotations

from sop_definitions.model import Collect, FieldKind, Step


def captions(step: Step) -> list[str]:
    """Return the Indonesian captions that belong to a step, for people who look an SOP up."""
    found = [field.label.id for field in step.fields if field.kind is FieldKind.TICK]
    found += ["Gunakan berkas ini"] if step.offer_previous else []
    if step.collect is Collect.DECIDE:
        found += [step.button.id if step.button else "Kirim hasil"] if step.decider else []
        found += [outcome.button.id for outcome in step.outcomes]
        found += ["Kirim hasil"] if step.second_party else []
    elif step.button:
        found.append(step.button.id)
    else:
        found.append("Selesai" if step.collect in (Collect.CONFIRM, Collect.MEETING) else "Kirim hasil")
    if step.return_button:
        found.append(step.return_button.id)
    if step.distribute:
        found.append("Sudah saya terima")
    if step.part == "invite":
        found += ["Ubah jadwal", "Hadir", "Berhalangan", "Diwakilkan"]
    if step.collect is Collect.HAND_IN:
        found += ["Nihil"] if step.proof == "file" else []
        found += ["Terima", "Kembalikan"] if step.collector else []
        found += ["Kirim hasil"] if step.merge and step.button else []
    return found
