const box = document.querySelector("#filter");
const exhibits = [...document.querySelectorAll(".exhibit")].map((node) => [node, node.textContent.toLowerCase()]);
const sections = [...document.querySelectorAll("main section")];
function filter() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const [node, text] of exhibits) {
    node.hidden = !words.every((word) => text.includes(word));
    left += !node.hidden;
  }
  for (const section of sections) section.hidden = !section.querySelector(".exhibit:not([hidden])");
  document.querySelector("#left").textContent = `${left} of ${exhibits.length} shown`;
}
box.addEventListener("input", filter);
filter();
