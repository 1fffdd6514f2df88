"use strict";
// Everything from the phone goes through textContent: it is text, whatever it looks like.
const data = JSON.parse(document.getElementById("data").textContent);
const image = document.querySelector("#shot img");
const hotBox = document.getElementById("hot");
const pinBox = document.getElementById("pinned");
const tree = document.getElementById("tree");
const facts = document.getElementById("facts");
const nodes = [];
let hot = null;
let pinned = null;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function add(node, depth) {
  const row = element("div", "row");
  row.append(element("span", "", "  ".repeat(depth) + (node.attributes.class || "node").split(".").pop()));
  const said = node.attributes.text || node.attributes["content-desc"];
  if (said) row.append(element("span", "say", " “" + said.replace(/\s+/g, " ").slice(0, 80) + "”"));
  const id = (node.attributes["resource-id"] || "").split("/").pop();
  if (id) row.append(element("span", "id", " #" + id));
  const entry = { node, row, box: node.bounds, depth };
  nodes.push(entry);
  row.addEventListener("mouseenter", () => heat(entry, false));
  row.addEventListener("click", () => pin(entry));
  tree.append(row);
  node.children.forEach((child) => add(child, depth + 1));
}

function place(box, entry) {
  const bounds = entry && entry.box;
  box.style.display = bounds && image.naturalWidth ? "block" : "none";
  if (!bounds || !image.naturalWidth) return;
  const scale = image.clientWidth / image.naturalWidth;
  const offset = image.clientLeft;
  box.style.left = bounds[0] * scale + offset + "px";
  box.style.top = bounds[1] * scale + offset + "px";
  box.style.width = (bounds[2] - bounds[0]) * scale + "px";
  box.style.height = (bounds[3] - bounds[1]) * scale + "px";
}

function heat(entry, scroll) {
  if (hot === entry) return;
  if (hot) hot.row.classList.remove("hot");
  hot = entry;
  if (entry) {
    entry.row.classList.add("hot");
    if (scroll) entry.row.scrollIntoView({ block: "nearest" });
  }
  place(hotBox, entry);
  if (!pinned) show(entry);
}

function pin(entry) {
  if (pinned) pinned.row.classList.remove("pin");
  pinned = pinned === entry ? null : entry;
  if (pinned) pinned.row.classList.add("pin");
  place(pinBox, pinned);
  show(pinned || hot);
}

function under(event) {
  // The smallest box under the mouse; of two alike the deeper one.
  const scale = image.naturalWidth / image.clientWidth;
  const frame = image.getBoundingClientRect();
  const x = (event.clientX - frame.left - image.clientLeft) * scale;
  const y = (event.clientY - frame.top - image.clientTop) * scale;
  let found = null;
  for (const entry of nodes) {
    const box = entry.box;
    if (!box || x < box[0] || y < box[1] || x >= box[2] || y >= box[3]) continue;
    const area = (box[2] - box[0]) * (box[3] - box[1]);
    if (!found || area <= found.area) found = { entry, area };
  }
  return found && found.entry;
}

function show(entry) {
  facts.replaceChildren();
  if (!entry) {
    facts.append(element("p", "", "Move the mouse over the picture or the tree; click to keep a node."));
    return;
  }
  const table = element("table");
  const values = entry.node.attributes;
  const first = ["text", "content-desc", "resource-id", "class", "bounds"];
  const names = first.concat(Object.keys(values).filter((name) => !first.includes(name) && values[name] !== "false"));
  for (const name of names) {
    if (!values[name]) continue;
    const row = element("tr");
    row.append(element("th", "", name === "content-desc" ? "description" : name));
    row.append(element("td", "", values[name]));
    const cell = element("td");
    const button = element("button", "", "copy");
    button.addEventListener("click", () => copy(values[name], button));
    cell.append(button);
    row.append(cell);
    table.append(row);
  }
  facts.append(table);
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "copied";
  setTimeout(() => (button.textContent = "copy"), 1200);
}

document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const entry of nodes) {
    const all = Object.values(entry.node.attributes).join("\n").toLowerCase();
    entry.row.classList.toggle("off", wanted !== "" && !all.includes(wanted));
  }
});
image.addEventListener("mousemove", (event) => heat(under(event), true));
image.addEventListener("mouseleave", () => heat(null, false));
image.addEventListener("click", (event) => pin(under(event)));
addEventListener("resize", () => { place(hotBox, hot); place(pinBox, pinned); });
data.roots.forEach((root) => add(root, 0));
show(null);
document.documentElement.dataset.ready = "yes";
