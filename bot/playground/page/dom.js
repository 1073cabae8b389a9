// Builds page nodes; content is only ever set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-3-6z",
  reply: "M20 12a8 8 0 1 0-3.5 6.6L20 20l-1-3.6A8 8 0 0 0 20 12z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  hash: "M9 4L7 20M17 4l-2 16M4 9h16M3 15h16",
  compass: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15.5 8.5l-2 5-5 2 2-5z",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
  down: "M12 5v14M6 13l6 6 6-6",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.01",
};

/** Make an element. `props`: class, data {}, on {}, the rest are attributes (true, false, text). */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  append(node, children);
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "data") {
    for (const [key, text] of Object.entries(value)) if (text != null) node.dataset[key] = text;
  } else if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) node.append(child);
  }
}

/** Make a line icon; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

let last = 0;
/** Give an id that no other node of the page has. */
export function freshId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Remember where the keyboard is inside `root`; null when it is elsewhere. */
export function markFocus(root) {
  const active = document.activeElement;
  if (!active || active === document.body || !root.contains(active)) return null;
  const mark = { key: active.dataset.key, value: active.value, node: active };
  try {
    mark.start = active.selectionStart;
    mark.end = active.selectionEnd;
  } catch {
    mark.start = null; // Dates, numbers and boxes have no text selection.
  }
  return mark;
}

/** Put the keyboard back to the control that `mark` names, when it was drawn anew. */
export function restoreFocus(root, mark) {
  if (!mark || !mark.key || document.activeElement === mark.node) return;
  const same = [...root.querySelectorAll("[data-key]")].filter((n) => n.dataset.key === mark.key);
  const node = same.find((n) => n.value === mark.value) ?? same[0];
  if (!node) return;
  node.focus({ preventScroll: true });
  if (typeof mark.start === "number" && node.setSelectionRange) {
    try {
      node.setSelectionRange(mark.start, mark.end);
    } catch {
      return; // The kind of field changed: it has no text selection.
    }
  }
}

const drawn = new WeakMap();

/** Show `rows` ({key, sign, build}) in `box`: a row with an unchanged sign keeps its node. */
export function patch(box, rows) {
  const before = drawn.get(box) ?? new Map();
  const after = new Map();
  const mark = markFocus(box);
  for (const row of rows) {
    const old = before.get(row.key);
    after.set(row.key, old && old.sign === row.sign ? old : { sign: row.sign, node: row.build() });
  }
  for (const [key, old] of before) if (after.get(key)?.node !== old.node) old.node.remove();
  let place = box.firstChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextSibling;
    else box.insertBefore(node, place);
  }
  drawn.set(box, after);
  restoreFocus(box, mark);
}

/** Empty a box that `patch` filled. */
export function clear(box) {
  drawn.delete(box);
  box.replaceChildren();
}

/** Move the keyboard among `nodes` with the arrow keys, Home and End. */
export function arrowKeys(event, nodes, back = "ArrowUp", on = "ArrowDown") {
  const here = nodes.indexOf(document.activeElement);
  const steps = { [back]: here - 1, [on]: here + 1, Home: 0, End: nodes.length - 1 };
  if (!(event.key in steps) || !nodes.length) return false;
  event.preventDefault();
  nodes[(steps[event.key] + nodes.length) % nodes.length].focus();
  return true;
}
