// Draws the two elements that open a list: the "more" menu and the choice of several.

import { iconButton, register, use } from "./act.js";
import { arrowKeys, freshId, h } from "./dom.js";
import { entered, optionsOf } from "./elements.js";
import { held, keyOf } from "./inputs.js";
import { textOf } from "./texts.js";

const open = new Set();

/** Draw a "more" button with a menu. */
export function overflow(ctx, block, item) {
  const id = freshId("menu");
  const list = h("div", {
    class: "menu",
    role: "menu",
    id,
    hidden: true,
    "aria-label": "More actions",
  });
  const props = { "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id };
  const opener = register(iconButton("more", "More actions", props), ctx, block, item);
  const box = h("span", { class: "menu-box" }, opener, list);
  const entries = () => [...list.children];
  const show = (on) => {
    list.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    (on ? entries()[0] : opener)?.focus({ preventScroll: !on });
  };
  for (const option of item.options ?? [])
    list.append(entry(ctx, block, item, option, () => show(false)));
  opener.addEventListener("click", () => show(list.hidden));
  box.addEventListener("keydown", (event) => {
    if (list.hidden && event.key === "ArrowDown") show(true);
    else if (event.key === "Escape" && !list.hidden) show(false);
    else if (list.hidden || !arrowKeys(event, entries())) return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("focusout", (event) => {
    if (box.contains(event.relatedTarget) || list.hidden) return;
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  });
  return box;
}

function entry(ctx, block, item, option, done) {
  const more =
    option.description && h("span", { class: "choice-hint" }, textOf(option.description));
  const data = { optionValue: option.value, actionId: item.action_id, blockId: block.block_id };
  const node = h(
    "button",
    { type: "button", role: "menuitem", tabindex: "-1", data },
    h("span", null, textOf(option.text)),
    more,
  );
  node.addEventListener("click", () => {
    done();
    if (/^https?:\/\//i.test(option.url ?? "")) window.open(option.url, "_blank", "noopener");
    use(ctx, block, item, option.value);
  });
  return node;
}

/** Draw a list from which several can be chosen; the closed list says what is chosen. */
export function multi(ctx, block, item, label) {
  const key = keyOf(ctx, block, item);
  const now = held(ctx, block, item);
  const words = h("span", { class: "multi-words" });
  const own = freshId("multi");
  words.id = own;
  const naming = label.labelId ? `${label.labelId} ${own}` : null;
  const summary = h(
    "summary",
    { id: label.id, "aria-labelledby": naming, "aria-describedby": label.describe, data: { key } },
    words,
  );
  const list = h("div", {
    class: "multi-list",
    role: "group",
    "aria-label": label.text || textOf(item.placeholder) || "Choices",
  });
  const box = h("details", { class: "multi" }, summary, list);
  box.open = open.has(key);
  box.addEventListener("toggle", () => {
    if (box.open && !open.has(key)) box.scrollIntoView({ block: "nearest" });
    if (box.open) open.add(key);
    else open.delete(key);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    event.preventDefault();
    event.stopPropagation();
    box.open = false;
    summary.focus();
  });
  const inputs = () => [...list.querySelectorAll("input")];
  const say = () => {
    const on = inputs()
      .filter((input) => input.checked)
      .map((input) => input.dataset.words);
    words.textContent = on.length
      ? on.join(", ")
      : textOf(item.placeholder) || "Choose any number…";
    const full = item.max_selected_items && on.length >= item.max_selected_items;
    for (const input of inputs()) input.disabled = Boolean(full && !input.checked);
  };
  const add = (option) => {
    const input = h("input", {
      type: "checkbox",
      value: option.value,
      data: { words: textOf(option.text) },
    });
    input.checked = now.includes(option.value);
    register(input, ctx, block, item);
    input.addEventListener("change", () => {
      say();
      entered(
        ctx,
        block,
        item,
        inputs()
          .filter((each) => each.checked)
          .map((each) => each.value),
      );
    });
    const more =
      option.description && h("span", { class: "choice-hint" }, textOf(option.description));
    list.append(h("label", { class: "choice" }, input, h("span", null, textOf(option.text), more)));
  };
  optionsOf(item).forEach(add);
  for (const group of item.option_groups ?? []) {
    list.append(h("p", { class: "multi-group" }, textOf(group.label)));
    group.options.forEach(add);
  }
  say();
  return box;
}
