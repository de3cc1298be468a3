// A phone's menus: commands, files to send, and what one does with the phone itself.
import { el } from "./dom.js";

export const menus = {
  openPopup(anchor, opener, ...items) {
    const again = this.popup?.dataset.of === opener;
    this.closePopup();
    if (again) return;
    this.opener = document.activeElement;
    this.popup = el("div", { class: `popup${anchor === this.top ? " under" : ""}`, role: "menu", "data-of": opener }, ...items);
    this.popup.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...this.popup.querySelectorAll("button")];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    });
    anchor.append(this.popup);
    this.popup.querySelector("button")?.focus();
  },

  closePopup(back = false) {
    if (!this.popup) return;
    this.popup.remove();
    this.popup = null;
    if (back) (this.opener?.isConnected ? this.opener : this.log).focus({ preventScroll: true });
  },

  item(label, chosen, note = null) {
    return el("button", { type: "button", role: "menuitem", onclick: () => { this.closePopup(true); chosen(); } }, note ? el("b", {}, label) : label, note ? el("span", {}, note) : null);
  },

  commandMenu() {
    this.openPopup(this.foot, "commands", ...this.chat.commands.map((one) => this.item(`/${one.command}`, () => this.do("says", { text: `/${one.command}` }), one.description)));
  },

  fileMenu() {
    const pick = (photos) => { this.asPhotos = photos; this.picker.accept = photos ? "image/jpeg,image/png" : ""; this.picker.click(); };
    this.openPopup(
      this.foot, "files",
      this.item("Berkas dari perangkat ini", () => pick(false)),
      this.item("Foto dari perangkat ini", () => pick(true)),
      el("hr"), el("h3", {}, "Contoh berkas"),
      ...this.town.samples.map((one) => this.item(one.label, () => this.do("sends_sample", { sample: one.id }))),
    );
  },

  phoneMenu() {
    const block = this.chat.blocked ? this.item("Buka blokir bot", () => this.do("unblocks", {})) : this.item("Blokir bot", () => this.do("blocks", {}));
    this.openPopup(
      this.top, "phone",
      this.item("Buka tautan undangan", () => this.town.askLink(this)),
      ...(this.chat.started ? [block] : []),
      this.item("Geser ke kiri", () => this.town.move(this, -1)),
      this.item("Geser ke kanan", () => this.town.move(this, 1)),
    );
  },
};
