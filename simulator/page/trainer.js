// The trainer's drawer: the clock, what goes wrong on purpose, what is on its way, and beginning afresh.
import { act, clock, el, load } from "./dom.js";

const FAULTS = [
  ["slow", "Jaringan lambat (3 detik)", { kind: "slow", details: { seconds: 3, times: null } }],
  ["down", "Telegram mati", { kind: "server_error", details: { status: 502, times: null } }],
  ["flood", "Terlalu banyak pesan (429), sekali", { kind: "flood", details: { method: "sendMessage", retry_after: 5, times: 1 } }],
  ["lost", "Jawaban hilang sesudah terkirim, sekali", { kind: "drop_after", details: { method: "sendMessage", times: 1 } }],
];
const LOOK = 1000; // milliseconds between two looks while the drawer is open

const row = (kind, ...cells) => el("tr", {}, ...cells.map((cell) => el(kind, kind === "th" ? { scope: "col" } : {}, cell)));

class Drawer {
  constructor(town) {
    this.town = town;
    this.on = new Set();
    this.dialog = document.getElementById("trainer");
    this.cards = el("table");
    this.calls = el("table");
    this.waiting = el("table");
    this.outbox = el("section", { hidden: true, "aria-label": "Kotak keluar" }, el("h3", {}, "Kotak keluar: yang belum sampai"), this.waiting);
    this.build();
    document.getElementById("trainer-open").addEventListener("click", () => this.open());
  }

  build() {
    const again = el("button", { type: "button", class: "danger", onclick: () => this.asked.showModal() }, "Mulai dari awal…");
    this.resetting = el("p", { hidden: true }, again);
    this.asked = el(
      "dialog", { "aria-labelledby": "reset-title" },
      el("h2", { id: "reset-title" }, "Mulai dari awal?"),
      el("p", {}, "Semua percakapan, berkas, dan pelaksanaan SOP di latihan ini akan dihapus. Ini tidak dapat dibatalkan."),
      el("button", { type: "button", class: "danger", onclick: () => this.reset() }, "Ya, hapus semuanya"),
      el("button", { type: "button", autofocus: true, onclick: () => this.asked.close() }, "Batal"),
    );
    document.body.append(this.asked);
    this.dialog.replaceChildren(
      el("h2", { id: "trainer-title" }, "Untuk pelatih"),
      this.town.time.section,
      el("h3", {}, "Gangguan"),
      el("p", {}, "Coba apa yang terjadi bila jaringan bermasalah. Sesudahnya matikan kembali."),
      el("div", { role: "group", "aria-label": "Gangguan" }, ...FAULTS.map(([id, label]) => this.fault(id, label))),
      el("h3", {}, "Yang terbuka pada tiap telepon"), this.cards,
      this.outbox,
      el("h3", {}, "Permintaan terakhir bot kepada Telegram (LATIHAN)"), this.calls,
      this.resetting,
      el("p", {}, el("button", { type: "button", class: "main", onclick: () => this.dialog.close() }, "Tutup")),
    );
  }

  fault(id, label) {
    const button = el("button", { type: "button", "aria-pressed": "false" }, label);
    button.addEventListener("click", async () => {
      if (this.on.has(id)) this.on.delete(id);
      else this.on.add(id);
      button.setAttribute("aria-pressed", String(this.on.has(id)));
      await act("clear_faults", {});
      for (const [one, , fault] of FAULTS) if (this.on.has(one)) await act("fault", fault);
    });
    return button;
  }

  async open() {
    const { outbox, reset, jump } = await load("trainer");
    this.town.time.section.hidden = !jump;
    this.town.time.propose();
    this.outbox.hidden = !outbox;
    this.resetting.hidden = !reset;
    await this.show();
    this.dialog.showModal();
    const look = setInterval(() => this.show().catch(() => {}), LOOK);
    this.dialog.addEventListener("close", () => clearInterval(look), { once: true });
  }

  async show() {
    const rows = [...this.town.phones.values()].map((phone) => {
      const live = [...phone.messages.values()].filter(({ message }) => message.keyboard.length);
      const first = live.at(-1)?.message.text.split("\n")[0] ?? "";
      return row("td", phone.person.name, phone.person.seat, live.length ? `${live.length} · ${first.slice(0, 60)}` : "tidak ada");
    });
    this.cards.replaceChildren(row("th", "Nama", "Jabatan", "Kartu bertombol · yang terbaru"), ...rows);
    const entries = (await load("journal?last=80")).filter((one) => one.method.toLowerCase() !== "getupdates").slice(-12).reverse();
    this.calls.replaceChildren(
      row("th", "Pukul", "Permintaan bot", "Kepada", "Jawaban"),
      ...entries.map((one) => row("td", clock(one.at), one.method, this.name(one.params.chat_id), one.answer?.ok ? "baik" : one.answer?.description ?? one.fault ?? "tidak ada")),
    );
    if (this.outbox.hidden) return;
    const waiting = await load("outbox");
    this.waiting.replaceChildren(
      row("th", "Kepada", "Apa", "Keadaan", "Percobaan"),
      ...(waiting.length ? waiting.map((one) => row("td", this.name(one.user), one.what, one.state, String(one.tries))) : [row("td", "Kosong: semuanya sudah sampai.", "", "", "")]),
    );
  }

  name(id) { return [...this.town.phones.values()].find((one) => String(one.person.id) === String(id))?.person.name ?? ""; }

  async reset() {
    this.asked.close();
    this.dialog.close();
    this.town.tour.go(null);
    try {
      await act("reset", {});
      this.town.line.textContent = "Memulai dari awal…";
    } catch (error) {
      this.town.line.textContent = `Belum dapat dimulai dari awal: ${error.message}`;
    }
  }
}

export function trainer(town) { return new Drawer(town); }
