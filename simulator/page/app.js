// All phones on one page, kept up to date by server-sent events.
import { el, load } from "./dom.js";
import { Phone } from "./phone.js";
import { TrainingTime } from "./time.js";
import { Tour } from "./tour.js";
import { trainer } from "./trainer.js";

class Town {
  constructor() {
    this.phones = new Map();
    this.main = document.getElementById("phones");
    this.switcher = document.getElementById("switcher");
    this.line = document.getElementById("line");
    this.tour = new Tour(this);
    this.time = new TrainingTime();
    this.pictureDialog = document.getElementById("picture");
  }

  async begin() {
    this.samples = await load("samples");
    this.only = new URLSearchParams(location.search).get("user"); // one trainee's own phone
    this.listen();
    this.main.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("text/plain")) event.preventDefault(); });
    this.main.addEventListener("drop", (event) => this.dropped(event));
    trainer(this);
  }

  // What changes while the state is on its way is shown after it.
  async refresh() {
    this.late = [];
    try {
      await this.reload();
    } finally {
      const late = this.late;
      this.late = null;
      for (const handle of late) handle();
    }
  }

  async reload() {
    const state = await load("state");
    const order = JSON.parse(localStorage.getItem("order") ?? "[]");
    const rank = (chat) => { const at = order.indexOf(`${chat.bot}:${chat.user}`); return at < 0 ? 1e6 : at; };
    const chats = state.chats.map((chat, index) => ({ chat, index })).sort((a, b) => rank(a.chat) - rank(b.chat) || a.index - b.index);
    for (const { chat } of chats) {
      if (this.only && String(chat.user) !== this.only) continue;
      const person = state.people.find((one) => one.id === chat.user);
      const bot = state.bots.find((one) => one.id === chat.bot);
      const known = this.phones.get(`${chat.bot}:${chat.user}`);
      if (known) known.reset(chat);
      else if (!person.deleted) this.add(new Phone(person, bot, chat, this));
    }
    if (!this.active && this.phones.size) this.activate(this.phones.values().next().value);
    this.tour.set(this.only ? [] : state.tour);
    this.time.set(state.clock);
    if (!this.phones.size) this.main.replaceChildren(el("p", {}, "Belum ada telepon. Tambahkan bot dan orang lewat API kendali."));
  }

  add(phone) {
    this.phones.set(phone.key, phone);
    this.main.append(phone.node);
    phone.tab = el("button", { type: "button", "data-user": phone.person.id, "aria-pressed": "false", onclick: () => this.activate(phone) }, phone.person.name.split(" ")[0], el("span", { class: "count" }));
    phone.tab.title = `${phone.person.name}, ${phone.person.seat}`;
    this.switcher.append(phone.tab);
    this.unreadChanged(phone);
    phone.toEnd();
  }

  activate(phone) {
    if (this.active !== phone) {
      this.active?.node.classList.remove("active");
      this.active?.tab.setAttribute("aria-pressed", "false");
      this.active = phone;
      phone.node.classList.add("active");
      phone.tab.setAttribute("aria-pressed", "true");
      if (matchMedia("(max-width: 700px)").matches) phone.toEnd();
    }
    phone.node.querySelector(".notice")?.remove();
    phone.read();
  }

  reading(phone) { return this.active === phone && document.visibilityState === "visible"; }

  unreadChanged(phone) {
    const mark = phone.tab?.querySelector(".count");
    if (mark) mark.textContent = phone.unreadCount ? String(phone.unreadCount) : "";
    const all = [...this.phones.values()].reduce((sum, one) => sum + (one.unreadCount ?? 0), 0);
    document.title = `${all ? `(${all}) ` : ""}LATIHAN · Telepon para pejabat`;
  }

  listen() {
    const events = new EventSource("/_control/events");
    const on = (name, handle) => events.addEventListener(name, (event) => {
      const data = JSON.parse(event.data);
      if (this.late) this.late.push(() => handle(data));
      else handle(data);
    });
    const phone = (data, handle) => { const found = this.phones.get(`${data.bot}:${data.user}`); if (found) handle(found); };
    events.addEventListener("hello", () => { this.line.textContent = ""; this.refresh().catch((error) => this.failed(error)); });
    on("message", (data) => phone(data, (one) => {
      const known = one.messages.has(data.id);
      one.show(data);
      if (!known && data.from_bot === false) this.tour.did(data.user, data.document || data.photo ? "file" : "says", data.text);
      this.tour.point();
    }));
    on("chat", (data) => phone(data, (one) => one.state(this.reading(one) ? { ...data, unread: 0 } : { ...data, unread: Math.max(data.unread, 0) })));
    on("toast", (data) => phone(data, (one) => one.toast(data)));
    on("typing", (data) => phone(data, (one) => one.typing(true)));
    on("commands", (data) => { for (const one of this.phones.values()) if (one.bot.id === data.bot) { one.shape = null; one.state({ commands: data.menus[one.person.id] ?? [], unread: one.unreadCount }); } });
    on("clock", (data) => {
      const arrived = this.time.face?.jumping && !data.jumping;
      this.time.set(data);
      if (arrived) this.tour.did(null, "jump");
    });
    on("people", () => this.refresh());
    events.onerror = () => { this.line.textContent = "Terputus dari Pandu, menyambung kembali…"; };
    document.addEventListener("visibilitychange", () => { if (this.active && this.reading(this.active)) this.active.read(); });
  }

  failed(error) { this.line.textContent = `Halaman tidak dapat dimuat: ${error.message}`; }

  // Order

  dropped(event) {
    const moved = this.phones.get(event.dataTransfer.getData("text/plain"));
    const onto = event.target.closest?.(".phone");
    if (!moved || !onto || onto === moved.node) return;
    event.preventDefault();
    const after = event.clientX > onto.getBoundingClientRect().left + onto.offsetWidth / 2;
    this.main.insertBefore(moved.node, after ? onto.nextSibling : onto);
    this.ordered();
  }

  move(phone, by) {
    const all = [...this.main.children];
    const at = all.indexOf(phone.node) + by;
    if (at < 0 || at >= all.length) return;
    this.main.insertBefore(phone.node, by < 0 ? all[at] : all[at].nextSibling);
    this.ordered();
    phone.menu.focus();
  }

  ordered() {
    const nodes = [...this.main.children];
    const phones = [...this.phones.values()].sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
    for (const phone of phones) this.switcher.append(phone.tab);
    localStorage.setItem("order", JSON.stringify(phones.map((one) => one.key)));
  }

  // Dialogs

  picture(message) {
    const source = `/_control/files/${message.photo.id}`;
    const close = el("button", { type: "button", class: "main", onclick: () => this.pictureDialog.close() }, "Tutup");
    this.pictureDialog.replaceChildren(el("img", { src: source, alt: "Foto" }), close, el("a", { href: source, download: "foto" }, " Unduh"));
    this.pictureDialog.showModal();
  }

  alert(phone, text) {
    const dialog = el("dialog", { "aria-label": "Pemberitahuan" }, el("h2", {}, phone.person.name), el("p", {}, text), el("button", { type: "button", class: "main", onclick: () => dialog.close() }, "OK"));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  askLink(phone) {
    const input = el("input", { id: "invitation", placeholder: `https://t.me/${phone.bot.username}?start=…` });
    const go = () => {
      const text = input.value.trim();
      const payload = URL.canParse(text) ? new URL(text).searchParams.get("start") ?? "" : text;
      dialog.close();
      phone.do("opens_link", { payload });
    };
    const dialog = el("dialog", { "aria-label": "Buka tautan undangan" }, el("h2", {}, "Buka tautan undangan"), el("label", { for: "invitation" }, "Tautan atau kodenya"), input, el("p", {}, el("button", { type: "button", class: "main", onclick: go }, "Buka"), el("button", { type: "button", onclick: () => dialog.close() }, "Batal")));
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}

const town = new Town();
town.begin().catch((error) => town.failed(error));
