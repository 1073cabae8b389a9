// Offers the ways to use the app's command while it is typed.

import { freshId, h } from "./dom.js";
import { store } from "./store.js";

const firstWord = (usage) => usage.split(/[\s[<(]/, 1)[0];

/** Give the offers for a typed text: {text, usage, summary, exact}. */
function offers(typed) {
  const { command, completions } = store.state.app;
  if (!typed.startsWith("/") || typed.includes("\n")) return [];
  if (command.startsWith(typed) && typed !== command)
    return [
      {
        text: `${command} `,
        usage: "",
        summary: "Talk to the app: help, or a question in your own words",
      },
    ];
  if (typed !== command && !typed.startsWith(`${command} `)) return [];
  const rest = typed.slice(command.length).trimStart().toLowerCase();
  return completions
    .filter(
      ({ usage }) => usage.toLowerCase().startsWith(rest) || firstWord(usage).startsWith(rest),
    )
    .map(({ usage, summary }) => ({ text: complete(command, usage), usage, summary }));
}

function complete(command, usage) {
  const plain = usage
    .split(/\s*[[<(]/, 1)[0]
    .split("/", 1)[0]
    .trim();
  return `${command} ${plain}${plain && plain !== usage.trim() ? " " : ""}`;
}

/** Make the list of offers of a composer: give {update, keydown}; keydown says whether it took a key. */
export function completer(field, form) {
  const id = freshId("offers");
  const list = h("ul", {
    class: "offers",
    role: "listbox",
    id,
    "aria-label": "Ways to use the command",
    hidden: true,
  });
  form.prepend(list);
  const wiring = {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-haspopup": "listbox",
  };
  for (const [name, value] of Object.entries(wiring)) field.setAttribute(name, value);
  let shown = [];
  let at = -1;
  let closedFor = null;

  const point = (index) => {
    at = index;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === at)));
    const node = list.children[at];
    if (node) field.setAttribute("aria-activedescendant", node.id);
    else field.removeAttribute("aria-activedescendant");
    node?.scrollIntoView({ block: "nearest" });
  };
  const update = () => {
    shown = field.value === closedFor ? [] : offers(field.value);
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(...shown.map((offer, i) => row(offer, `${id}-${i}`, () => take(offer))));
    point(-1);
  };
  const take = (offer) => {
    closedFor = offer.text.endsWith(" ") && !offer.usage ? null : offer.text;
    field.value = offer.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  field.addEventListener("blur", (event) => {
    if (!list.contains(event.relatedTarget)) list.hidden = true;
  });
  field.addEventListener("focus", update);
  const keydown = (event) => {
    if (list.hidden || !shown.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step)
      point(at < 0 && step < 0 ? shown.length - 1 : (at + step + shown.length) % shown.length);
    else if (event.key === "Escape") {
      closedFor = field.value;
      update();
    } else if (event.key === "Tab" && !event.shiftKey) take(shown[Math.max(at, 0)]);
    else if (event.key === "Enter" && !event.shiftKey && (at >= 0 || unfinished(field.value)))
      take(shown[Math.max(at, 0)]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { update, keydown };
}

/** Whether Enter should complete rather than send: the only word typed is not yet a whole one. */
function unfinished(typed) {
  const { command, completions } = store.state.app;
  const text = typed.trim();
  if (text === command) return false;
  if (!text.startsWith(`${command} `)) return true;
  const rest = text.slice(command.length).trim().toLowerCase();
  return !/\s/.test(rest) && !completions.some(({ usage }) => firstWord(usage) === rest);
}

function row(offer, id, take) {
  const { command } = store.state.app;
  const node = h(
    "li",
    { role: "option", id, "aria-selected": "false" },
    h("code", null, `${command} ${offer.usage}`.trim()),
    h("span", null, offer.summary),
  );
  // mousedown, so that the field keeps the keyboard
  node.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take();
  });
  return node;
}
