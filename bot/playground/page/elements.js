// Draws interactive elements: buttons, menus, boxes and fields.

import { register, spinner, use } from "./act.js";
import { freshId, h } from "./dom.js";
import { held, isList, keep } from "./inputs.js";
import { multi, overflow } from "./menus.js";
import { store } from "./store.js";
import { shown, textOf } from "./texts.js";
import { fromLocal, toLocal } from "./time.js";

/** Draw an element. `label` names it, `describe` are ids of hints and errors of its field. */
export function element(ctx, block, item, label = {}) {
  const draw = DRAW[item.type];
  return draw ? draw(ctx, block, item, label) : unknown(item.type);
}

/** Draw a box that says which part the page cannot show. */
export function unknown(type) {
  return h(
    "div",
    { class: "unknown", role: "note" },
    "Not shown in the playground: ",
    h("code", null, type ?? "no type"),
  );
}

function button(ctx, block, item) {
  const style = { primary: "button primary", danger: "button danger" }[item.style] ?? "button";
  const props = { class: style, "aria-label": item.accessibility_label };
  const words = [h("span", { class: "button-text" }, textOf(item.text)), spinner()];
  const safe = /^https?:\/\//i.test(item.url ?? "");
  const node = safe
    ? h("a", { ...props, href: item.url, target: "_blank", rel: "noopener noreferrer" }, words)
    : h("button", { type: "button", ...props }, words);
  node.addEventListener("click", () => use(ctx, block, item, item.value));
  return register(node, ctx, block, item);
}

const sends = (ctx, block, item) =>
  ctx.surface !== "modal" ||
  block.type !== "input" ||
  block.dispatch_action ||
  item.dispatch_action;

/** Keep an entered value, and send it when the place says so. */
export function entered(ctx, block, item, value, send = true) {
  keep(ctx, block, item, value);
  if (send && sends(ctx, block, item)) use(ctx, block, item, value);
}

const named = (label, item) => ({
  id: label.id,
  "aria-label": label.id ? null : textOf(item.placeholder) || label.text || "Value",
  "aria-describedby": label.describe,
  "aria-invalid": label.wrong ? "true" : null,
  "aria-required": label.required ? "true" : null,
});

/** Give the options of an element, also of the people and channels kinds. */
export function optionsOf(item) {
  const plain = (text, value) => ({ text: { type: "plain_text", text, emoji: false }, value });
  const people = () => store.state.people.map((person) => plain(person.name, person.id));
  const channels = () =>
    store.state.channels
      .filter((channel) => channel.kind === "channel")
      .map((channel) => plain(`#${channel.name}`, channel.id));
  if (item.type.includes("users")) return people();
  if (item.type.includes("channels")) return channels();
  if (item.type.includes("conversations")) return [...channels(), ...people()];
  return item.options ?? [];
}

function select(ctx, block, item, label) {
  const option = (each) => h("option", { value: each.value }, optionText(each));
  const groups = (item.option_groups ?? []).map((group) =>
    h("optgroup", { label: textOf(group.label) }, group.options.map(option)),
  );
  const none = h("option", { value: "" }, textOf(item.placeholder) || "Choose…");
  const node = h("select", named(label, item), none, optionsOf(item).map(option), groups);
  node.value = held(ctx, block, item);
  if (node.selectedIndex < 0) node.value = "";
  node.addEventListener("change", () => entered(ctx, block, item, node.value));
  return h("span", { class: "select" }, register(node, ctx, block, item));
}

function optionText(option) {
  const more = textOf(option.description);
  return more ? `${textOf(option.text)} · ${more}` : textOf(option.text);
}

function choices(ctx, block, item, label) {
  const kind = isList(item) ? "checkbox" : "radio";
  const name = freshId("choice");
  const box = h("div", {
    class: "choices",
    role: kind === "radio" ? "radiogroup" : "group",
    "aria-labelledby": label.labelId,
    "aria-label": label.labelId ? null : label.text || "Choices",
    "aria-describedby": label.describe,
    "aria-invalid": label.wrong && kind === "radio" ? "true" : null,
  });
  const value = () => {
    const on = [...box.querySelectorAll("input:checked")].map((input) => input.value);
    return kind === "radio" ? (on[0] ?? "") : on;
  };
  const now = [held(ctx, block, item)].flat();
  for (const option of item.options ?? []) {
    const input = h("input", {
      type: kind,
      name,
      value: option.value,
      id: option === item.options[0] ? label.id : null,
    });
    input.checked = now.includes(option.value);
    input.addEventListener("change", () => entered(ctx, block, item, value()));
    register(input, ctx, block, item);
    const hint =
      option.description &&
      h("span", { class: "choice-hint" }, shown(option.description, ctx.names, "span"));
    box.append(
      h(
        "label",
        { class: "choice" },
        input,
        h("span", null, shown(option.text, ctx.names, "span"), hint),
      ),
    );
  }
  return box;
}

function field(ctx, block, item, label) {
  const many = item.multiline || item.type === "rich_text_input";
  const kind = { email_text_input: "email", url_text_input: "url" }[item.type] ?? "text";
  const number = item.type === "number_input";
  const props = {
    ...named(label, item),
    placeholder: textOf(item.placeholder) || null,
    dir: "auto",
    autocomplete: "off",
  };
  const node = many
    ? h("textarea", { ...props, rows: "5" })
    : h("input", {
        ...props,
        type: kind,
        inputmode: number ? (item.is_decimal_allowed ? "decimal" : "numeric") : null,
      });
  node.value = held(ctx, block, item);
  register(node, ctx, block, item);
  if (item.focus_on_load) node.dataset.focusFirst = "1";
  const counter = counted(item, node);
  node.addEventListener("input", () => {
    entered(ctx, block, item, node.value, typedSends(block, item));
    counter?.update();
  });
  let before = node.value;
  node.addEventListener("focus", () => (before = node.value));
  const commit = () => {
    if (node.value === before) return;
    before = node.value;
    entered(ctx, block, item, node.value);
  };
  if (ctx.surface !== "modal" || block.type !== "input") node.addEventListener("blur", commit);
  node.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && !event.isComposing && !many;
    if (!enter || (ctx.surface === "modal" && !sends(ctx, block, item))) return;
    event.preventDefault();
    before = node.value;
    entered(ctx, block, item, node.value);
  });
  return counter ? h("div", { class: "counted" }, node, counter.node) : node;
}

const typedSends = (block, item) =>
  (item.dispatch_action_config?.trigger_actions_on ?? []).includes("on_character_entered");

function counted(item, node) {
  const { min_length: least, max_length: most } = item;
  if (!least && !most) return null;
  const line = h("p", { class: "counter", id: freshId("count") });
  const update = () => {
    const length = node.value.length;
    const short = least && length < least;
    const long = most && length > most;
    const of = most ? `${length} of ${most} characters` : `${length} characters`;
    line.textContent = short
      ? `${of}, at least ${least}`
      : long
        ? `${of}: ${length - most} too many`
        : of;
    line.classList.toggle("off", Boolean(long || (short && length > 0)));
  };
  node.setAttribute(
    "aria-describedby",
    [node.getAttribute("aria-describedby"), line.id].filter(Boolean).join(" "),
  );
  update();
  return { node: line, update };
}

function picker(type) {
  return (ctx, block, item, label) => {
    const node = h("input", { ...named(label, item), type });
    const zone = ctx.names.zone;
    const moment = item.type === "datetimepicker";
    const now = held(ctx, block, item);
    node.value = moment && now ? toLocal(new Date(now * 1000), zone) : now;
    const read = () =>
      moment && node.value ? Math.floor(fromLocal(node.value, zone) / 1000) : node.value;
    let timer = null;
    let last = node.value;
    // A date that is typed passes through other dates: wait until the person is done.
    const send = () => {
      clearTimeout(timer);
      if (node.value === last || /^0/.test(type === "time" ? "" : node.value)) return;
      last = node.value;
      entered(ctx, block, item, read());
    };
    node.addEventListener("input", () => {
      keep(ctx, block, item, read());
      clearTimeout(timer);
      timer = setTimeout(send, 700);
    });
    node.addEventListener("blur", send);
    return register(node, ctx, block, item);
  };
}

function feedback(ctx, block, item) {
  const sides = [item.positive_button, item.negative_button].filter(Boolean);
  return h(
    "span",
    { class: "button-row" },
    sides.map((side) => {
      const node = h(
        "button",
        { type: "button", class: "button", "aria-label": side.accessibility_label },
        textOf(side.text),
      );
      node.addEventListener("click", () => use(ctx, block, item, side.value));
      return register(node, ctx, block, item);
    }),
  );
}

function iconElement(ctx, block, item) {
  return button(ctx, block, {
    ...item,
    text: item.text ?? { type: "plain_text", text: item.icon },
  });
}

const image = (ctx, block, item) =>
  h(
    "div",
    { class: "image" },
    h("span", { class: "image-kind" }, "Image"),
    item.alt_text || "no description",
  );

// Without a prototype, so that no type from outside finds anything but these.
const DRAW = {
  __proto__: null,
  button,
  image,
  overflow,
  feedback_buttons: feedback,
  icon_button: iconElement,
  static_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  external_select: field,
  multi_static_select: multi,
  multi_users_select: multi,
  multi_channels_select: multi,
  multi_conversations_select: multi,
  radio_buttons: choices,
  checkboxes: choices,
  datepicker: picker("date"),
  timepicker: picker("time"),
  datetimepicker: picker("datetime-local"),
  plain_text_input: field,
  email_text_input: field,
  url_text_input: field,
  number_input: field,
  rich_text_input: field,
};
