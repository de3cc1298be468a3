"""What everybody must be able to read and reach: names of controls, contrast, and no text cut off."""

from __future__ import annotations

from playwright.async_api import Page

FAULTS = """() => {
  const found = [];
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a), a: 1,
  });
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const shown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !shown(node) || node.closest(".spoiler, script, style, noscript")) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    const ink = over(parse(style.color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
    const big = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (big ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: “${text.data.trim().slice(0, 40)}”`);
  }
  for (const node of document.querySelectorAll("button, a[href], textarea, input:not([hidden]), dialog, [role]")) {
    if (!shown(node)) continue;
    const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent
      || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent || "";
    const named = label.trim() || !/^(BUTTON|A|TEXTAREA|INPUT|DIALOG)$/.test(node.tagName);
    if (!named) found.push(`without a name: ${node.outerHTML.slice(0, 80)}`);
  }
  for (const node of document.querySelectorAll(".keys button, .bar button, .tour button, dialog[open] button")) {
    if (shown(node) && node.scrollWidth > node.clientWidth + 1) found.push(`cut off: ${node.textContent}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids.filter((one, at) => ids.indexOf(one) !== at)) found.push(`twice the id ${id}`);
  return [...new Set(found)];
}"""


async def faults(page: Page) -> list[str]:
    """What somebody could not read, name or reach on the page as it is now."""
    found: list[str] = await page.evaluate(FAULTS)
    return found
