// Draws blocks of messages, forms and the Home tab; what it does not know it names in a box.

import { freshId, h, icon } from "./dom.js";
import { element, unknown } from "./elements.js";
import { markdown } from "./markdown.js";
import { richText, table } from "./richtext.js";
import { shown, textOf } from "./texts.js";

/** Draw a list of blocks. `ctx`: surface, place, target, names, values, errors, heading. */
export function blocks(ctx, list) {
  const box = h("div", { class: "blocks" });
  for (const block of list ?? []) box.append(one(ctx, block));
  return box;
}

function one(ctx, block) {
  const draw = DRAW[block.type];
  const node = draw ? draw(ctx, block) : unknown(block.type);
  node.dataset.block = block.block_id ?? "";
  return node;
}

function section(ctx, block) {
  const fields = (block.fields ?? []).map((field) => shown(field, ctx.names));
  const text = h(
    "div",
    { class: "section-text" },
    block.text && shown(block.text, ctx.names),
    fields.length > 0 && h("div", { class: "fields" }, fields),
  );
  const label = {
    text: textOf(block.text)
      .replace(/[*_~`]/g, "")
      .slice(0, 80),
  };
  const side =
    block.accessory &&
    h("div", { class: "accessory" }, element(ctx, block, block.accessory, label));
  return h("div", { class: "block section" }, text, side);
}

function header(ctx, block) {
  const level = Math.min(6, (ctx.heading ?? 3) + (block.level ?? 1) - 1);
  return h(`h${level}`, { class: "block header", dir: "auto" }, textOf(block.text));
}

function context(ctx, block) {
  const parts = (block.elements ?? []).map((part) =>
    part.type === "image" ? element(ctx, block, part) : shown(part, ctx.names),
  );
  return h("div", { class: "block context" }, parts);
}

const row = (ctx, block) =>
  h(
    "div",
    { class: "block actions" },
    (block.elements ?? []).map((item) => element(ctx, block, item)),
  );

function input(ctx, block) {
  const item = block.element ?? {};
  const id = freshId("field");
  const error = ctx.errors?.[block.block_id];
  const errorLine =
    error &&
    h(
      "p",
      {
        class: "field-error",
        id: `${id}-error`,
        data: { testid: "field-error", forBlock: block.block_id },
      },
      icon("alert"),
      h("span", null, error),
    );
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, textOf(block.hint));
  const describe = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || null;
  const group =
    ["radio_buttons", "checkboxes"].includes(item.type) || item.type?.startsWith("multi_");
  const optional = block.optional && h("span", { class: "optional" }, " (optional)");
  const label = h(
    group ? "div" : "label",
    { class: "label", id: `${id}-label`, for: group ? null : id },
    textOf(block.label),
    optional,
  );
  const control = element(ctx, block, item, {
    id,
    labelId: `${id}-label`,
    text: textOf(block.label),
    describe,
    wrong: Boolean(error),
    required: !block.optional,
  });
  return h(
    "div",
    { class: error ? "block input wrong" : "block input" },
    label,
    control,
    errorLine,
    hint,
  );
}

function image(ctx, block) {
  return h(
    "figure",
    { class: "block image" },
    h("span", { class: "image-kind" }, "Image"),
    h("span", null, block.alt_text || "no description"),
    block.title && h("figcaption", null, textOf(block.title)),
  );
}

function alert(ctx, block) {
  const words = {
    __proto__: null,
    warning: "Warning",
    error: "Error",
    success: "Done",
    info: "Note",
  };
  const level = words[block.level] ? block.level : "info";
  return h(
    "div",
    { class: `block alert alert-${level}`, role: "note" },
    icon(level === "info" || level === "success" ? "info" : "alert"),
    h("div", null, h("strong", null, `${words[level]}: `), shown(block.text, ctx.names, "span")),
  );
}

function card(ctx, block) {
  const line = (name, kind) =>
    block[name] && h("div", { class: kind }, shown(block[name], ctx.names));
  return h(
    "div",
    { class: "block card" },
    block.hero_image && image(ctx, block.hero_image),
    line("title", "card-title"),
    line("subtitle", "card-sub"),
    line("body", "card-body"),
    line("subtext", "card-sub"),
    block.actions &&
      h(
        "div",
        { class: "actions" },
        block.actions.map((item) => element(ctx, block, item)),
      ),
  );
}

function container(ctx, block) {
  const title = block.title
    ? textOf(block.title)
    : richText(block.rich_text_title?.elements, ctx.names);
  const inside = [
    block.subtitle && h("div", { class: "card-sub" }, shown(block.subtitle, ctx.names)),
    blocks(ctx, block.child_blocks),
  ];
  if (!block.is_collapsible)
    return h("div", { class: "block card" }, h("div", { class: "card-title" }, title), inside);
  const open = !block.default_collapsed;
  return h(
    "details",
    { class: "block card", open },
    h("summary", { class: "card-title" }, title),
    inside,
  );
}

const STATUS = {
  __proto__: null,
  pending: "To do",
  in_progress: "In progress",
  complete: "Done",
  error: "Failed",
};

function task(ctx, item) {
  const more = [item.details, item.output]
    .filter(Boolean)
    .map((part) => richText(part.elements, ctx.names));
  return h(
    "li",
    null,
    h("strong", null, `${STATUS[item.status] ?? item.status}: `),
    textOf(item.title),
    more,
  );
}

const plan = (ctx, block) =>
  h(
    "div",
    { class: "block card" },
    block.title && h("div", { class: "card-title" }, textOf(block.title)),
    h(
      "ul",
      null,
      (block.tasks ?? [block]).map((item) => task(ctx, item)),
    ),
  );

// Without a prototype, so that no type from outside finds anything but these.
const DRAW = {
  __proto__: null,
  section,
  header,
  context,
  input,
  image,
  alert,
  card,
  container,
  plan,
  actions: row,
  context_actions: row,
  divider: () => h("hr", { class: "block" }),
  rich_text: (ctx, block) =>
    h("div", { class: "block rich", dir: "auto" }, richText(block.elements, ctx.names)),
  markdown: (ctx, block) =>
    h("div", { class: "block rich", dir: "auto" }, markdown(block.text ?? "")),
  table: (ctx, block) => table(block, ctx.names),
  data_table: (ctx, block) => table(block, ctx.names),
  carousel: (ctx, block) =>
    h(
      "div",
      { class: "block carousel", tabindex: "0" },
      (block.elements ?? []).map((item) => card(ctx, item)),
    ),
  task_card: (ctx, block) => plan(ctx, { tasks: [block] }),
};
