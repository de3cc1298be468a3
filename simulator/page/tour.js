// The guided tour: one sentence at a time, and a frame around what to tap.
import { el } from "./dom.js";

export class Tour {
  constructor(town) {
    this.town = town;
    this.steps = [];
    this.at = null;
    this.words = el("p", { role: "status" });
    this.next = el("button", { type: "button", class: "main", onclick: () => this.go(this.at + 1) }, "Lanjut");
    const stop = el("button", { type: "button", onclick: () => this.go(null) }, "Tutup panduan");
    const show = el("button", { type: "button", onclick: () => this.bring() }, "Tunjukkan");
    this.bar = el("aside", { class: "tour", "aria-label": "Panduan langkah pertama", hidden: true }, this.words, show, this.next, stop);
    document.getElementById("phones").before(this.bar);
    this.opener = el("button", { type: "button", hidden: true, onclick: () => this.go(0) }, "Langkah pertama");
    document.getElementById("trainer-open").before(this.opener);
  }

  set(steps) {
    this.steps = steps;
    this.opener.hidden = !steps.length;
    const kept = Number.parseInt(sessionStorage.getItem("tour") ?? "", 10);
    if (this.at === null && kept >= 0 && kept < steps.length) this.go(kept);
    else this.point();
  }

  go(at) {
    const over = at !== null && at >= this.steps.length;
    this.at = at === null || over ? null : at;
    if (this.at === null) sessionStorage.removeItem("tour");
    else sessionStorage.setItem("tour", String(this.at));
    this.bar.hidden = this.at === null;
    if (this.at !== null) this.bring();
    else this.point();
    if (over) this.town.line.textContent = "Panduan selesai. Selamat mencoba sendiri.";
  }

  get step() { return this.at === null ? null : this.steps[this.at]; }
  get phone() { return this.step && [...this.town.phones.values()].find((one) => one.person.id === this.step.user); }

  bring() {
    const phone = this.phone;
    if (!phone) return;
    this.words.replaceChildren(el("b", {}, `${this.at + 1}/${this.steps.length} · ${phone.person.name}: `), this.step.words);
    this.next.textContent = this.step.says !== null || this.step.button || this.step.file || this.step.jump ? "Lewati" : "Lanjut";
    this.town.activate(phone);
    phone.node.scrollIntoView({ behavior: "smooth", inline: "nearest", block: "nearest" });
    this.point();
  }

  // Called whenever something changes: what to tap may only now have come.
  point() {
    for (const old of document.querySelectorAll(".pointed")) old.classList.remove("pointed");
    const phone = this.phone;
    if (!phone) return;
    const { button, file, says, jump } = this.step;
    const keys = [...phone.node.querySelectorAll(".keys button, .popup button, .start")];
    let target = button ? keys.filter((one) => one.textContent === button).pop() : null;
    if (file) target = phone.node.querySelector('[aria-label="Lampirkan berkas"]');
    if (says !== null) target = phone.node.querySelector(says?.startsWith("/") ? ".menu-button, .start" : "textarea");
    if (jump) target = document.getElementById("trainer-open");
    target?.classList.add("pointed");
    if (!button || !target) return;
    if (target.closest(".message")?.nextElementSibling) target.scrollIntoView({ block: "center", inline: "nearest" });
    else phone.toEnd();
  }

  did(user, kind, value) {
    const step = this.step;
    if (!step || (step.user !== user && kind !== "jump")) return;
    const done = (kind === "says" && step.says !== null && value.startsWith(step.says)) || (kind === "button" && step.button === value) || (kind === "file" && step.file) || (kind === "jump" && step.jump);
    if (done) this.go(this.at + 1);
  }
}
