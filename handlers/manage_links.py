"""``/kelola``, links by which officials and auditors join: make one to forward, take it back."""

from __future__ import annotations

import secrets

from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, What
from handlers.talk import Talk
from storage.tables import Official
from workflow.deed import Stopped
from workflow.managing import officials
from workflow.reply import Reply

TOKEN_BYTES = 24


def _make(talk: Talk, admin: Official, which: str) -> Reply | None:
    """``Buat tautan``: at once, unless it takes the place of an account or of an earlier link."""
    official = _official(talk, admin, which)
    what = _about(official, "link")
    if official.telegram_id is not None or officials.open_invitation(talk.session, official.id or 0) is not None:
        return flow.propose(talk, admin, {**what, "joined": official.telegram_id is not None})
    return _apply_link(talk, admin, what)


def _revoke(talk: Talk, admin: Official, which: str) -> Reply:
    official = _official(talk, admin, which)
    if officials.open_invitation(talk.session, official.id or 0) is None:
        raise Stopped("no_link")
    return flow.propose(talk, admin, _about(official, "unlink"))


def _official(talk: Talk, admin: Official, which: str) -> Official:
    if not which.isascii() or not which.isdigit():
        raise Stopped("stale")
    return officials.invitee_of(talk.session, admin, int(which))


def _about(official: Official, kind: str) -> What:
    screen = "auditor" if official.auditor else "person"
    return {"kind": kind, "official": official.id, "back": f"{screen}:{official.id}"}


def _apply_link(talk: Talk, admin: Official, what: What) -> Reply:
    # Not from the moment's nonce, parts of which are stored; a body that is run again makes another one.
    token = secrets.token_urlsafe(TOKEN_BYTES)
    letter = officials.invite(talk.session, talk.moment, admin, what["official"], token)
    talk.say("manage_letter", admin, official_id=what["official"])
    talk.say("manage_letter_text", admin, secret=letter.text)
    return Reply("ok")


def _apply_unlink(talk: Talk, admin: Official, what: What) -> Reply:
    officials.revoke(talk.session, talk.moment, admin, what["official"])
    return flow.done(talk, admin, what)


BEGIN: dict[str, Begin] = {"link": _make, "unlink": _revoke}
APPLY: dict[str, Apply] = {"link": _apply_link, "unlink": _apply_unlink}
