// Draws rich_text blocks and the cells of tables.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";
import { fill } from "./time.js";

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

function styled(part, nodes) {
  const on = STYLES.filter(([name]) => part.style?.[name]);
  return on.reduce((inside, [, tag]) => h(tag, null, inside), nodes);
}

function lines(text) {
  return String(text ?? "")
    .split("\n")
    .flatMap((line, i) => (i ? [h("br"), line] : [line]));
}

// Without a prototype, so that no type from outside finds anything but these.
const INLINE = {
  __proto__: null,
  text: (part) => lines(part.text),
  link: (part) => link(part.url ?? "", part.text || part.url),
  emoji: (part) => glyph(part),
  user: (part, names) => names.person(part.user_id),
  channel: (part, names) => names.channel(part.channel_id),
  usergroup: (part) => mention("@", part.usergroup_id),
  broadcast: (part) => mention("@", part.range),
  color: (part) => h("code", null, part.value),
  date: (part, names) => moment(part, names),
};

function glyph(part) {
  const points = (part.unicode ?? "").split("-").map((code) => parseInt(code, 16));
  const known =
    emoji(part.name) ??
    (part.unicode && points.every((p) => p > 0 && p <= 0x10ffff)
      ? String.fromCodePoint(...points)
      : null);
  if (!known) return `:${part.name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": part.name }, known);
}

function moment(part, names) {
  const when = new Date(Number(part.timestamp) * 1000);
  if (Number.isNaN(when.getTime())) return part.fallback ?? "";
  const words = fill(part.format ?? "{date_long} {time}", when, names.zone, names.now);
  return h("time", { datetime: when.toISOString() }, words);
}

const inline = (parts, names) =>
  (parts ?? []).map((part) => {
    const draw = INLINE[part.type];
    return styled(part, draw ? draw(part, names) : (part.text ?? `[${part.type}]`));
  });

/** Draw the elements of a rich_text block. */
export function richText(elements, names) {
  return (elements ?? []).map((part) => {
    const inside = inline(part.elements, names);
    if (part.type === "rich_text_section") return h("p", null, inside);
    if (part.type === "rich_text_quote") return h("blockquote", null, inside);
    if (part.type === "rich_text_preformatted")
      return h("pre", { tabindex: "0" }, h("code", null, inside));
    if (part.type === "rich_text_list") return list(part, names);
    return h("p", null, inside.length ? inside : `[${part.type}]`);
  });
}

function list(part, names) {
  const depth = Math.min(4, part.indent ?? 0);
  const props = {
    class: depth ? `indent-${depth}` : null,
    start: part.offset ? part.offset + 1 : null,
  };
  const items = (part.elements ?? []).map((item) => h("li", null, inline(item.elements, names)));
  return h(part.style === "ordered" ? "ol" : "ul", props, items);
}

function cell(item, names) {
  if (item?.type === "rich_text") return richText(item.elements, names);
  return item?.text ?? String(item?.value ?? "");
}

/** Draw a table or data_table block; its first row names the columns. */
export function table(block, names) {
  const [head, ...body] = block.rows ?? [];
  const side = (i, item) => {
    const align =
      block.column_settings?.[i]?.align ?? (item?.type === "raw_number" ? "right" : null);
    return align && align !== "left" ? `align-${align}` : null;
  };
  const row = (cells, tag) =>
    h(
      "tr",
      null,
      (cells ?? []).map((item, i) =>
        h(tag, { scope: tag === "th" ? "col" : null, class: side(i, item) }, cell(item, names)),
      ),
    );
  const caption = block.caption && h("caption", null, block.caption);
  const whole = h(
    "table",
    null,
    caption,
    h("thead", null, row(head, "th")),
    h(
      "tbody",
      null,
      body.map((cells) => row(cells, "td")),
    ),
  );
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" },
    whole,
  );
}
