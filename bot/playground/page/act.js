// Sends what is done with a control to the playground, once, and shows that it is on its way.

import { act } from "./api.js";
import { ask } from "./ask.js";
import { h, icon } from "./dom.js";
import { formValues, keyOf, sent } from "./inputs.js";
import { fail } from "./tell.js";
import { shown, textOf } from "./texts.js";

const busy = new Set();
const waiting = new Map();

const drawn = (key) =>
  [...document.querySelectorAll("[data-control]")].filter((node) => node.dataset.control === key);

/** Mark a control with its name, and as busy when it is. */
export function register(node, ctx, block, element) {
  const key = keyOf(ctx, block, element);
  node.dataset.control = key;
  node.dataset.key = key;
  if (element.action_id) node.dataset.actionId = element.action_id;
  if (block.block_id) node.dataset.blockId = block.block_id;
  if (busy.has(key)) hold(node, true);
  return node;
}

const TYPED = 'textarea, input:is([type="text"], [type="email"], [type="url"])';

function hold(node, on) {
  if (on) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
  if (node.matches(TYPED)) return; // Typing goes on; the newest text is sent afterwards.
  if ("disabled" in node) node.disabled = on;
  else if (on) node.setAttribute("aria-disabled", "true");
  else node.removeAttribute("aria-disabled");
}

/** Send the use of a control; `confirm` of the element is asked first. Gives whether it was sent. */
export async function use(ctx, block, element, value) {
  const key = keyOf(ctx, block, element);
  if (busy.has(key)) {
    if (element.type.includes("input")) waiting.set(key, value);
    return false;
  }
  if (element.confirm && !(await confirmed(ctx, element.confirm))) return false;
  const had = document.activeElement?.dataset.control === key ? document.activeElement : null;
  const mark = had?.value;
  busy.add(key);
  drawn(key).forEach((node) => hold(node, true));
  try {
    await act("action", {
      ...ctx.target,
      block_id: block.block_id,
      action_id: element.action_id,
      value: sent(element, value ?? ""),
      // What else is entered there: the app may look at the whole form when it is told of this.
      values: ctx.blocks && formValues(ctx, ctx.blocks),
    });
  } catch (problem) {
    fail(problem);
  } finally {
    busy.delete(key);
    drawn(key).forEach((node) => hold(node, false));
    if (had && document.activeElement === document.body) {
      const again = drawn(key);
      (again.find((node) => node.value === mark) ?? again[0])?.focus({ preventScroll: true });
    }
  }
  if (waiting.has(key)) {
    const newest = waiting.get(key);
    waiting.delete(key);
    use(ctx, block, element, newest);
  }
  return true;
}

function confirmed(ctx, confirm) {
  return ask({
    title: textOf(confirm.title),
    text: confirm.text ? shown(confirm.text, ctx.names) : "",
    yes: textOf(confirm.confirm) || "Yes",
    no: textOf(confirm.deny) || "Cancel",
    danger: confirm.style === "danger",
  });
}

/** Make a small spinner that a button shows while it is busy. */
export const spinner = () => h("span", { class: "spinner", "aria-hidden": "true" });

/** Make a button with an icon and a name for screen readers. */
export function iconButton(name, label, props) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, ...props },
    icon(name),
  );
}
