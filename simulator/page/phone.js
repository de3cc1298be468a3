// One official's phone with one bot.
import { act, base64, day, el, icon, load } from "./dom.js";
import { menus } from "./menus.js";
import { bubble } from "./message.js";

const NOTICE = 60; // what a real phone's notification shows
const CLIP = "M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.6 1.6 0 0 1-2.3-2.3l7.5-7.5";
const PLANE = "M3 20.5 21.5 12 3 3.5v6.6L15 12 3 13.9z";

export class Phone {
  constructor(person, bot, chat, town) {
    Object.assign(this, { person, bot, town });
    this.messages = new Map();
    this.build();
    this.growth = new ResizeObserver(() => { if (this.pinned) this.toEnd(); });
    this.reset(chat);
  }

  get key() { return `${this.bot.id}:${this.person.id}`; }

  build() {
    const label = `${this.person.name}${this.person.seat ? `, ${this.person.seat}` : ""}`;
    this.count = el("span", { class: "count", "aria-live": "polite" });
    const who = el("div", { class: "who", draggable: "true" }, el("h2", {}, this.person.name, el("small", {}, this.person.seat)), this.count);
    this.status = el("span", {}, "bot · LATIHAN");
    this.menu = el("button", { type: "button", class: "icon", "aria-label": "Menu telepon", "aria-haspopup": "menu", onclick: () => this.phoneMenu() }, "⋮");
    this.top = el("div", { class: "top" }, el("span", { class: "face", "aria-hidden": "true" }, this.bot.name[0]), el("div", { class: "name" }, el("b", {}, this.bot.name), this.status), this.menu);
    this.top.style.position = "relative";
    this.log = el("div", { class: "log", role: "log", "aria-label": `Percakapan ${label}`, tabindex: "0", onscroll: () => this.scrolled() });
    this.foot = el("div", { class: "foot" });
    this.input = el("textarea", { rows: "1", "aria-label": `Tulis pesan sebagai ${label}`, placeholder: "Tulis pesan", maxlength: "4096", onkeydown: (event) => this.typed(event), oninput: () => this.grow() });
    this.picker = el("input", { type: "file", multiple: true, hidden: true, "aria-hidden": "true", tabindex: "-1", onchange: () => this.sendFiles([...this.picker.files]) });
    this.down = el("button", { type: "button", class: "down", hidden: true, "aria-label": "Ke pesan terbaru", onclick: () => this.toEnd() }, "↓");
    this.node = el("section", { class: "phone", "aria-label": `Telepon ${label}`, "data-user": this.person.id }, who, this.top, this.log, this.foot, this.down, this.picker);
    this.node.addEventListener("pointerdown", () => this.town.activate(this));
    this.node.addEventListener("focusin", () => this.town.activate(this));
    this.node.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); this.node.classList.add("dropping"); } });
    this.node.addEventListener("dragleave", () => this.node.classList.remove("dropping"));
    this.node.addEventListener("drop", (event) => { this.node.classList.remove("dropping"); if (event.dataTransfer.files.length) { event.preventDefault(); this.sendFiles([...event.dataTransfer.files]); } });
    who.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", this.key); this.node.classList.add("dragged"); });
    who.addEventListener("dragend", () => this.node.classList.remove("dragged"));
    document.addEventListener("pointerdown", (event) => { if (this.popup && !this.popup.contains(event.target)) this.closePopup(); });
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closePopup(true); });
  }

  reset(chat) {
    this.log.replaceChildren();
    this.messages.clear();
    this.growth.disconnect();
    this.growth.observe(this.log); // the newest message stays in sight when a keyboard takes half the screen
    this.lastDay = null;
    this.older = chat.older;
    for (const message of chat.messages) this.show(message, true);
    this.olderButton();
    this.state(chat);
    this.toEnd();
  }

  state(chat) {
    this.chat = { ...this.chat, ...chat };
    this.unread(chat.unread);
    const { started, blocked, commands } = this.chat;
    const shape = `${started}/${blocked}/${commands.length > 0}`;
    if (shape === this.shape) return;
    this.shape = shape;
    if (blocked) this.foot.replaceChildren(el("button", { type: "button", class: "start", onclick: () => this.do("unblocks", {}) }, "BUKA BLOKIR"));
    else if (!started) this.foot.replaceChildren(el("button", { type: "button", class: "start", onclick: () => this.do("opens_link", {}) }, "MULAI"));
    else {
      const menu = commands.length ? el("button", { type: "button", class: "menu-button", "aria-haspopup": "menu", onclick: () => this.commandMenu() }, "Menu") : null;
      const attach = el("button", { type: "button", class: "icon", "aria-label": "Lampirkan berkas", "aria-haspopup": "menu", onclick: () => this.fileMenu() }, icon(CLIP));
      const send = el("button", { type: "button", class: "icon send", "aria-label": "Kirim pesan", onclick: () => this.say() }, icon(PLANE));
      this.foot.replaceChildren(...[menu, this.input, attach, send].filter(Boolean));
    }
  }

  unread(count) {
    this.count.textContent = count ? String(count) : "";
    if (count) this.count.setAttribute("aria-label", `${count} belum dibaca`);
    this.unreadCount = count;
    this.town.unreadChanged(this);
  }

  // Messages

  show(message, quiet = false) {
    const known = this.messages.get(message.id);
    if (message.deleted) {
      this.messages.delete(message.id);
      if (known) this.remove(known.node);
      return;
    }
    const stay = this.pinned; // asked before the new height counts
    const node = bubble(message, (what, detail) => this.open(what, detail));
    this.messages.set(message.id, { message, node });
    this.growth.observe(node);
    if (known) {
      this.growth.unobserve(known.node);
      const held = known.node.contains(document.activeElement);
      node.classList.toggle("joined", known.node.classList.contains("joined"));
      known.node.replaceWith(node);
      node.classList.add("changed");
      if (held && this.town.active === this) {
        node.tabIndex = -1; // so that Tab goes on from here, not from the top of the conversation
        (node.querySelector(".keys button") ?? node).focus({ preventScroll: true });
      }
      if (stay) this.toEnd();
      return;
    }
    const last = this.log.querySelector(".message:last-of-type");
    const date = day(message.date);
    if (!last || last.dataset.day !== date) if (this.lastDay !== date) this.log.append(el("div", { class: "day" }, date));
    this.lastDay = date;
    if (message.group && this.log.lastElementChild?.dataset.group === message.group) node.classList.add("joined");
    this.typing(false);
    this.log.append(node);
    if (quiet) return;
    if (stay || !message.from_bot) this.toEnd();
    else this.down.hidden = false;
    if (message.from_bot) this.arrived(message);
  }

  // With a message goes the date above it, if nothing else stands under that date.
  remove(node) {
    const date = node.previousElementSibling;
    const next = node.nextElementSibling;
    node.remove();
    if (!date?.classList.contains("day") || (next && !next.classList.contains("day"))) return;
    date.remove();
    this.lastDay = [...this.log.querySelectorAll(".day")].at(-1)?.textContent ?? null;
  }

  arrived(message) {
    if (this.town.reading(this)) {
      this.unreadCount = 1;
      this.read();
      return;
    }
    this.unread((this.unreadCount ?? 0) + 1);
    if (message.silent) return;
    const words = (message.text || message.document?.name || "Foto").replace(/\s+/g, " ");
    const notice = el("button", { type: "button", class: "notice", onclick: () => { notice.remove(); this.toEnd(); this.town.activate(this); } }, el("b", {}, `${this.bot.name} · LATIHAN`), words.length > NOTICE ? `${words.slice(0, NOTICE)}…` : words);
    this.node.querySelector(".notice")?.remove();
    this.node.append(notice);
    setTimeout(() => notice.remove(), 6000);
  }

  read() {
    if (this.unreadCount) act("reads", { user_id: this.person.id, bot: this.bot.id }).catch(() => {});
    this.unread(0);
  }

  typing(on) {
    clearTimeout(this.typingEnds);
    this.status.textContent = on ? "sedang mengetik…" : "bot · LATIHAN";
    if (on) this.typingEnds = setTimeout(() => this.typing(false), 5000);
  }

  olderButton() {
    this.log.querySelector(".older")?.remove();
    if (this.older) this.log.prepend(el("button", { type: "button", class: "older", onclick: () => this.loadOlder() }, `Pesan sebelumnya (${this.older})`));
  }

  async loadOlder() {
    const first = Math.min(...this.messages.keys());
    const more = await load(`chats/${this.person.id}?bot=${this.bot.id}&before=${first}`);
    const height = this.log.scrollHeight;
    const nodes = more.messages.map((message) => {
      const node = bubble(message, (what, detail) => this.open(what, detail));
      this.messages.set(message.id, { message, node });
      return node;
    });
    this.log.prepend(...nodes);
    this.older = more.older;
    this.olderButton();
    this.log.scrollTop += this.log.scrollHeight - height;
  }

  get atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 90; }
  toEnd() { this.pinned = true; this.log.scrollTop = this.log.scrollHeight; this.down.hidden = true; }
  scrolled() {
    this.pinned = this.atEnd;
    if (this.pinned) this.down.hidden = true;
  }

  // Deeds

  async do(operation, details) {
    try {
      return await act(operation, { user_id: this.person.id, bot: this.bot.id, ...details });
    } catch (error) {
      this.toast({ text: `Tidak dapat dilakukan: ${error.message}`, alert: false });
      return null;
    }
  }

  // Says whether a link was one of this bot's own, and followed.
  ownLink(address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || !/^(t\.me|telegram\.me)$/.test(url.hostname) || url.pathname.slice(1) !== this.bot.username) return false;
    this.do("opens_link", { payload: url.searchParams.get("start") ?? "" });
    return true;
  }

  open(what, detail) { return what === "own-link" ? this.ownLink(detail) : this.opened(what, detail); }

  async opened(what, detail) {
    if (what === "command") return this.do("says", { text: detail });
    if (what === "picture") return this.town.picture(detail);
    const { message, button, made } = detail;
    if (button.copy_text) {
      await navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
      return this.toast({ text: `Disalin: ${button.copy_text.text}`, alert: false });
    }
    if (button.url) return this.link(button.url);
    made.setAttribute("aria-busy", "true");
    const query = await this.do("taps", { message_id: message.id, data: button.callback_data });
    if (query) this.town.tour.did(this.person.id, "button", button.text);
    if (query) setTimeout(() => made.removeAttribute("aria-busy"), 8000);
    else made.removeAttribute("aria-busy");
    return query;
  }

  link(address) {
    if (this.ownLink(address)) return;
    if (/^https?:/.test(address)) window.open(address, "_blank", "noopener,noreferrer");
  }

  async say() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.grow();
    await this.do("says", { text });
    this.input.focus();
  }

  typed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.say();
    }
  }

  grow() {
    this.input.style.height = "40px";
    this.input.style.height = `${Math.min(120, this.input.scrollHeight)}px`;
  }

  async sendFiles(files) {
    this.picker.value = "";
    if (!files.length) return;
    const pictures = this.asPhotos && files.every((file) => file.type.startsWith("image/"));
    const items = await Promise.all(files.map(async (file) => [file.name, await base64(file)]));
    if (items.length > 1) await this.do("sends_album", { items: items.slice(0, 10), as_photos: pictures });
    else if (pictures) await this.do("sends_photo", { content: items[0][1] });
    else await this.do("sends_document", { name: items[0][0], content: items[0][1] });
  }

  toast({ text, alert }) {
    for (const busy of this.node.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
    if (!text) return;
    if (alert) return this.town.alert(this, text);
    this.node.querySelector(".toast")?.remove();
    const shown = el("div", { class: "toast", role: "status" }, text);
    this.node.append(shown);
    setTimeout(() => shown.remove(), 4000);
  }
}

Object.assign(Phone.prototype, menus);
