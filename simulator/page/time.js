// The trainer's clock: what time it is for the bot, and the way forward.
import { act, el } from "./dom.js";

const TICK = 5000; // milliseconds; the clock shows minutes

export class TrainingTime {
  constructor() {
    this.bar = document.getElementById("time");
    this.face = null;
    this.now = el("p", { class: "now" });
    this.said = el("p", { role: "status" });
    this.way = el("progress", { max: "1", hidden: true, "aria-label": "Kemajuan waktu latihan" });
    this.stop = el("button", { type: "button", hidden: true, onclick: () => this.ask("clock/stop") }, "Berhenti di sini");
    this.buttons = [
      el("button", { type: "button", onclick: () => this.go("reminder") }, "Ke pengingat berikutnya"),
      el("button", { type: "button", onclick: () => this.go("morning") }, "Ke pagi kerja berikutnya"),
    ];
    this.field = el("input", { id: "time-to", name: "at", type: "datetime-local", "aria-describedby": "time-means", oninput: () => this.read() });
    this.echo = el("p", { id: "time-means", class: "means" });
    this.chosen = el("button", { type: "submit" }, "Ke tanggal itu");
    this.form = el("form", { class: "to-date", novalidate: true }, el("label", { for: "time-to" }, "Ke tanggal dan jam"), this.field, this.chosen, this.echo);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.go("date", this.field.value); });
    this.section = el(
      "section", { "aria-labelledby": "time-title", class: "time", hidden: true },
      el("h3", { id: "time-title" }, "Waktu latihan"), this.now,
      el("div", { role: "group", "aria-label": "Maju ke" }, ...this.buttons), this.form,
      el("div", { class: "way" }, this.way, this.stop), this.said,
    );
    setInterval(() => this.tick(), TICK);
  }

  // What the bot's side told; the page counts on by itself from there.
  set(face) {
    this.face = face;
    this.at = performance.now();
    if (!face) {
      this.bar.hidden = true;
      return;
    }
    if (!face.jumping) this.propose();
    const held = this.section.contains(document.activeElement) ? document.activeElement : null;
    if (held && held !== this.stop) this.used = held;
    for (const one of [...this.buttons, this.field, this.chosen]) one.disabled = face.jumping;
    this.way.hidden = this.stop.hidden = !face.jumping;
    if (face.progress === null) this.way.removeAttribute("value");
    else this.way.value = face.progress;
    // Said once at the beginning and once at the end: a screen reader must not hear each step.
    if (this.said.textContent !== face.said) this.said.textContent = face.said;
    if (held?.disabled) this.stop.focus();
    else if (held === this.stop && !face.jumping) this.used?.focus();
    this.tick();
  }

  tick() {
    if (!this.face) return;
    const words = this.words(new Date(this.face.now).getTime() + performance.now() - this.at);
    this.now.textContent = `Sekarang ${words}${this.face.moved ? "" : " (waktu sebenarnya)"}`;
    this.bar.hidden = !this.face.moved;
    this.bar.lastElementChild.textContent = words;
  }

  words(at, zone = this.face.zone) {
    const part = (options) => new Intl.DateTimeFormat("id-ID", { timeZone: zone, ...options }).format(at);
    const date = part({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    return `${date} pukul ${part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" })} ${this.face.zone_name}`;
  }

  // The field proposes the next day at nine, in the time of the bot's people; what lies ahead stays as it was typed.
  propose() {
    if (!this.face) return;
    const at = new Date(this.face.now).getTime() + performance.now() - this.at;
    const local = new Intl.DateTimeFormat("sv-SE", { timeZone: this.face.zone, dateStyle: "short", timeStyle: "short" });
    this.field.min = local.format(at).replace(" ", "T");
    if (this.field.value <= this.field.min) this.field.value = `${local.format(at + 86_400_000).slice(0, 10)}T09:00`;
    this.read();
  }

  // Browsers write 01/08/2027 in whatever order they like; so the date is said in words as well.
  read() {
    const chosen = new Date(`${this.field.value}Z`);
    this.echo.textContent = Number.isNaN(chosen.getTime()) ? "" : `Berarti ${this.words(chosen, "UTC")}.`;
  }

  go(to, at = null) {
    this.said.textContent = ""; // what the last one said is over
    return this.ask("clock/jump", { to, at });
  }

  async ask(what, body = {}) {
    try {
      await act(what, body);
    } catch (error) {
      this.said.textContent = error instanceof TypeError ? "Pandu tidak menjawab. Silakan coba sekali lagi." : error.message;
    }
  }
}
