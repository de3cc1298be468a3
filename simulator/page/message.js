// One message: bubble, entities, file, keyboard.
import { clock, el, size } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

// Offsets are UTF-16 units, which is how JavaScript counts as well.
export function formatted(text, entities, open) {
  const root = el("span", { class: "text" });
  fill(root, text, [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length), 0, text.length, open);
  return root;
}

function fill(parent, text, entities, start, end, open) {
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const stop = Math.min(end, entity.offset + entity.length);
    if (entity.offset < at || entity.offset >= end) { index += 1; continue; }
    parent.append(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((one) => one.offset >= entity.offset && one.offset < stop);
    const shown = dressed(entity, text.slice(entity.offset, stop), open);
    fill(shown, text, inner, entity.offset, stop, open);
    parent.append(shown);
    // The line break after a quotation or a block of code is its end, not an empty line.
    at = /^(PRE|BLOCKQUOTE)$/.test(shown.tagName) && text[stop] === "\n" ? stop + 1 : stop;
    index += 1 + inner.length;
  }
  parent.append(text.slice(at, end));
}

function dressed(entity, words, open) {
  if (TAGS[entity.type]) return el(TAGS[entity.type]);
  if (entity.type === "spoiler") return el("span", { class: "spoiler", tabindex: "0" });
  if (entity.type === "bot_command") return el("button", { type: "button", class: "link", onclick: () => open("command", words) });
  const address = entity.type === "text_link" ? entity.url : entity.type === "url" ? words : entity.type === "email" ? `mailto:${words}` : null;
  if (address && /^(https?:|mailto:)/.test(address)) {
    // A link to a bot opens here, where the bots are, not at the real messenger.
    const own = (event) => { if (open("own-link", address)) event.preventDefault(); };
    return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", onclick: own });
  }
  return el("span", entity.type === "mention" || entity.type === "hashtag" ? { class: "link" } : {});
}

export function bubble(message, open) {
  const parts = [];
  if (message.forwarded) parts.push(el("div", { class: "reply" }, "Pesan diteruskan"));
  if (message.reply) parts.push(el("div", { class: "reply" }, el("b", {}, message.reply.name), message.reply.text || "Berkas"));
  if (message.photo) {
    const picture = el("img", { src: `/_control/files/${message.photo.id}`, alt: "Foto", width: message.photo.width, height: message.photo.height, loading: "lazy" });
    parts.push(el("button", { type: "button", class: "photo", "aria-label": "Perbesar foto", onclick: () => open("picture", message) }, picture));
  }
  if (message.document) {
    const { id, name, size: bytes } = message.document;
    const kind = name.includes(".") ? name.split(".").pop().slice(0, 4) : "file";
    const words = el("span", {}, el("b", {}, name), el("small", {}, size(bytes)));
    parts.push(el("a", { class: "file", href: `/_control/files/${id}`, download: name, "aria-label": `Unduh ${name}, ${size(bytes)}` }, el("i", { "aria-hidden": "true" }, kind), words));
  }
  const ticks = message.from_bot ? "" : " ✓✓";
  const meta = el("span", { class: "meta", title: message.silent ? "Dikirim tanpa bunyi" : null }, `${message.edited ? "diubah " : ""}${clock(message.date)}`, el("span", { "aria-hidden": "true" }, ticks));
  parts.push(formatted(message.text, message.entities, open), meta);
  const mine = !message.from_bot;
  const keys = message.keyboard.length ? el("div", { class: "keys", role: "group", "aria-label": "Tombol pesan" }, ...message.keyboard.map((row) => el("div", {}, ...row.map((button) => key(message, button, open))))) : null;
  return el(
    "article",
    { class: `message${mine ? " mine" : ""}${keys ? " card" : ""}`, "data-id": message.id, "data-group": message.group, "aria-label": mine ? "Pesan Anda" : `Pesan dari ${message.sender_name}` },
    el("div", { class: "bubble" }, ...parts),
    keys,
    message.reactions.length ? el("div", { class: "reactions" }, message.reactions.join(" ")) : null,
  );
}

function key(message, button, open) {
  const away = button.url ? " away" : "";
  const made = el("button", { type: "button", class: `${button.style ?? ""}${away}`.trim() || null }, button.text);
  made.addEventListener("click", () => open("button", { message, button, made }));
  return made;
}
