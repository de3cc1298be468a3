"""Documents, photos, albums, and fetching files."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from simulator import files, local_server, wire
from simulator.errors import BadRequest, TooLarge
from simulator.methods.delivery import CAPTION, MARKUP, PLACED, TO_CHAT, caption_of, post, shown, target
from simulator.methods.registry import Call, method
from simulator.parameters import Upload, array, boolean, fields_of, file, may, need, string

MAX_PHOTO = 10 << 20
IN_ALBUM = {name: param for name, param in TO_CHAT.items() if name != "suggested_post_parameters"}
LINK_LIVES = timedelta(hours=1)


def _media(call: Call, kind: str, given: str | Upload) -> dict[str, Any]:
    """Return the file as fields of a message."""
    given = call.attached(given)
    world = call.world
    if isinstance(given, Upload):
        if not given.content:
            raise BadRequest("file must be non-empty")
        if len(given.content) > local_server.max_upload(world):
            raise TooLarge("")
        if kind == "document":
            return {"document": files.keep_document(world, given.content, given.name, given.mime)}
        if len(given.content) > MAX_PHOTO:
            raise BadRequest(f"file of size {len(given.content)} bytes is too big for a photo; the maximum size is "
                             f"{MAX_PHOTO} bytes")  # fmt: skip
        try:
            return {"photo": files.keep_photo(world, given.content)}
        except ValueError:
            raise BadRequest("IMAGE_PROCESS_FAILED") from None
    if "://" in given:
        raise BadRequest("the simulator fetches nothing from the network: wrong HTTP URL specified")
    known = wire.find_file(world, call.bot, given)
    if known is None:
        raise BadRequest("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
    if known.kind != kind:
        raise BadRequest(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return {"document": known.id} if kind == "document" else {"photo": files.sizes_of(world, known.id)}


@method(
    "sendDocument",
    need(document=file) | may(disable_content_type_detection=boolean) | TO_CHAT | CAPTION | MARKUP,
)
def send_document(call: Call) -> dict[str, Any]:
    """Send a file under its name."""
    chat = target(call)
    caption = caption_of(call.args)
    return shown(call, post(call, chat, **_media(call, "document", call.args["document"]), **caption))


@method("sendPhoto", need(photo=file) | may(has_spoiler=boolean) | TO_CHAT | CAPTION | PLACED | MARKUP)
def send_photo(call: Call) -> dict[str, Any]:
    """Send a picture."""
    chat = target(call)
    caption = caption_of(call.args)
    media = _media(call, "photo", call.args["photo"])
    return shown(call, post(call, chat, **media, **caption, spoiler=call.args.get("has_spoiler", False)))


@method("sendMediaGroup", need(media=array("InputMedia")) | IN_ALBUM)
def send_media_group(call: Call) -> list[dict[str, Any]]:
    """Send two to ten documents, or two to ten photos, as one album."""
    chat = target(call)
    items = call.args["media"]
    if not 2 <= len(items) <= 10:
        raise BadRequest("too few messages to send as an album" if len(items) < 2 else
                         "too many messages to send as an album")  # fmt: skip
    kinds = {item.get("type") for item in items}
    if not kinds <= {"document", "photo"}:
        raise BadRequest("the simulator has albums of documents or photos only")
    if len(kinds) > 1:
        raise BadRequest("document can't be mixed with other media types")
    contents = []
    for item in items:
        read = fields_of(
            item, "InputMedia", type=string, media=string, caption=string, parse_mode=string,
            caption_entities=array("MessageEntity"), show_caption_above_media=boolean, has_spoiler=boolean,
            disable_content_type_detection=boolean,
        )  # fmt: skip
        if "media" not in read:
            raise BadRequest("media not found")
        contents.append(_media(call, read["type"], read["media"]) | caption_of(read))
    group = str(10**16 + secrets.randbelow(10**15))
    return [shown(call, post(call, chat, **content, media_group_id=group)) for content in contents]


@method("getFile", need(file_id=string))
def get_file(call: Call) -> dict[str, Any]:
    """Tell where a file of at most 20 MB can be fetched for the next hour; of a local server, where it lies."""
    known = wire.find_file(call.world, call.bot, call.args["file_id"])
    if known is None:
        raise BadRequest("invalid file_id")
    if known.size > local_server.max_download(call.world):
        raise BadRequest("file is too big")
    suffix = {"photo": ".jpg"}.get(known.kind) or _suffix(known.name)
    path = f"{known.kind}s/file_{known.id}{suffix}"
    if call.world.local_dir is not None:
        path = local_server.place(call.world, call.world.local_dir, call.bot, known, path)
    else:
        call.world.links[call.bot.id, path] = (known.id, call.world.clock.now() + LINK_LIVES)
    body = {"file_id": call.args["file_id"], "file_unique_id": known.id, "file_path": path}
    return body | ({"file_size": known.size} if known.size_known else {})


def _suffix(name: str | None) -> str:
    _, dot, suffix = (name or "").rpartition(".")
    return f".{suffix}" if dot and suffix.isascii() and suffix.isalnum() else ""
