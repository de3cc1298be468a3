"""getUpdates and webhooks."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from simulator.errors import BadRequest, Conflict
from simulator.methods.registry import Call, method
from simulator.parameters import array, boolean, file, integer, may, string
from simulator.records import Webhook
from simulator.updates import KINDS

WEBHOOK_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
MAX_WAIT = 50
LOCAL = {"127.0.0.1", "localhost", "::1"}


def _allow(call: Call) -> None:
    if "allowed_updates" in call.args:
        call.bot.allowed_updates = [kind for kind in call.args["allowed_updates"] if kind in KINDS]
        call.world.keep_bot(call.bot)


@method("getUpdates", may(offset=integer, limit=integer, timeout=integer, allowed_updates=array("String", str)))
async def get_updates(call: Call) -> list[dict[str, Any]]:
    """Return what waits, or wait for it."""
    if call.bot.webhook.url:
        raise Conflict(WEBHOOK_SET)
    _allow(call)
    limit = call.args.get("limit", 100)
    timeout = min(max(call.args.get("timeout", 0), 0), MAX_WAIT)
    return await call.queue.poll(call.args.get("offset", 0), limit if 1 <= limit <= 100 else 100, timeout)


@method(
    "setWebhook",
    may(
        url=string, certificate=file, ip_address=string, max_connections=integer, drop_pending_updates=boolean,
        allowed_updates=array("String", str), secret_token=string,
    ),
)  # fmt: skip
def set_webhook(call: Call) -> bool:
    """Have updates pushed to a server on this machine (plain HTTP is fine, as with a local Bot API server)."""
    url = call.args.get("url", "")
    if not url:
        return delete_webhook(call)
    if "certificate" in call.args or "ip_address" in call.args:
        raise BadRequest("the simulator has neither certificates nor fixed addresses for webhooks")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.hostname not in LOCAL:
        raise BadRequest("bad webhook: the simulator calls only this machine")
    secret = call.args.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise BadRequest("secret token contains unallowed characters")
    connections = call.args.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise BadRequest("max_connections must be between 1 and 100")
    _allow(call)
    if call.args.get("drop_pending_updates"):
        call.queue.clear()
    call.bot.webhook = Webhook(url=url, secret_token=secret, max_connections=connections)
    call.world.keep_bot(call.bot)
    call.queue.interrupt(Conflict("terminated by setWebhook request"))
    call.queue.arrived.set()
    return True


@method("deleteWebhook", may(drop_pending_updates=boolean))
def delete_webhook(call: Call) -> bool:
    """Go back to polling."""
    if call.args.get("drop_pending_updates"):
        call.queue.clear()
    call.bot.webhook = Webhook()
    call.world.keep_bot(call.bot)
    call.queue.arrived.set()
    return True


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> dict[str, Any]:
    """Tell where updates go, how many wait and what went wrong last."""
    hook = call.bot.webhook
    call.queue.expire()
    info: dict[str, Any] = {
        "url": hook.url, "has_custom_certificate": False, "pending_update_count": len(call.queue.waiting)
    }  # fmt: skip
    if hook.url:
        info["max_connections"] = hook.max_connections
        info["ip_address"] = "127.0.0.1"
    if call.bot.allowed_updates:
        info["allowed_updates"] = call.bot.allowed_updates
    if hook.last_error_date:
        info["last_error_date"] = hook.last_error_date
        info["last_error_message"] = hook.last_error_message
    return info
