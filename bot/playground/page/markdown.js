// Turns the text of a markdown block into page nodes: the usual subset, and never raw HTML.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { decode, link } from "./mrkdwn.js";

const DEEPEST = 6;

const INLINE = [
  [/^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, (m) => h("code", null, m[2].trim() || m[2])],
  [/^!\[([^\]\n]*)\]\(([^)\s]*)[^)]*\)/, (m) => h("span", { class: "alt" }, `Image: ${m[1]}`)],
  [/^\[([^\]\n]+)\]\(([^)\s]+)[^)]*\)/, (m, go) => link(m[2], go(m[1]))],
  [/^<((?:https?:\/\/|mailto:)[^>\s]+)>/i, (m) => link(m[1], m[1])],
  [/^\*\*(?=\S)([\s\S]{1,2000}?\S)\*\*/, (m, go) => h("strong", null, go(m[1]))],
  [/^__(?=\S)([\s\S]{1,2000}?\S)__(?!\w)/, (m, go) => h("strong", null, go(m[1]))],
  [/^~~(?=\S)([\s\S]{1,2000}?\S)~~/, (m, go) => h("s", null, go(m[1]))],
  [/^\*(?=[^\s*])([^\n]{0,2000}?[^\s*])\*(?!\*)/, (m, go) => h("em", null, go(m[1]))],
  [/^_(?=[^\s_])([^\n]{0,2000}?[^\s_])_(?!\w)/, (m, go) => h("em", null, go(m[1]))],
  [/^:([a-z0-9_+-]{1,50}):/, (m) => emoji(m[1]) ?? null],
  [/^https?:\/\/[^\s<>()]+[^\s<>().,;:!?]/i, (m) => link(m[0], m[0])],
  [/^( {2,}|\\)\n/, () => h("br")],
];

function inline(text, depth = 0) {
  const out = [];
  let plain = "";
  for (let i = 0; i < text.length;) {
    const found = /[`!\[<*_~:h \\]/.test(text[i]) && depth < DEEPEST && match(text, i, depth);
    if (found) {
      if (plain) out.push(decode(plain));
      plain = "";
      out.push(found[0]);
      i += found[1];
    } else if (text[i] === "\\" && /[\\`*_{}[\]()#+\-.!~|<>]/.test(text[i + 1] ?? "")) {
      plain += text[i + 1];
      i += 2;
    } else {
      plain += text[i];
      i += 1;
    }
  }
  if (plain) out.push(decode(plain));
  return out;
}

function match(text, i, depth) {
  if (/[_h]/.test(text[i]) && /\w/.test(text[i - 1] ?? "")) return null;
  const rest = text.slice(i, i + 4200);
  for (const [pattern, build] of INLINE) {
    const m = pattern.exec(rest);
    const node = m && build(m, (inner) => inline(inner, depth + 1));
    if (node) return [node, m[0].length];
  }
  return null;
}

const ITEM = /^(\s*)([-*+]|\d{1,4}[.)])\s+(\[[ xX]\]\s+)?(.*)$/;
const ROW = /^\s*\|?(.+\|.*)\|?\s*$/;
const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Turn markdown text into nodes. */
export function markdown(text, depth = 0) {
  const out = document.createDocumentFragment();
  const lines = text.split("\n");
  for (let i = 0; i < lines.length;) i = block(lines, i, out, depth);
  return out;
}

function block(lines, i, out, depth) {
  const line = lines[i];
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (!line.trim()) return i + 1;
  if (/^\s*```/.test(line)) return fence(lines, i, out);
  if (heading) {
    const level = Math.min(6, heading[1].length + 2);
    out.append(h(`h${level}`, { class: "md-heading" }, inline(heading[2])));
    return i + 1;
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return (out.append(h("hr")), i + 1);
  if (/^\s*>/.test(line) && depth < DEEPEST) return quote(lines, i, out, depth);
  if (ITEM.test(line)) return list(lines, i, out);
  if (ROW.test(line) && RULE.test(lines[i + 1] ?? "") && lines[i + 1].includes("-")) {
    return table(lines, i, out);
  }
  return paragraph(lines, i, out);
}

function fence(lines, i, out) {
  let end = i + 1;
  while (end < lines.length && !/^\s*```\s*$/.test(lines[end])) end += 1;
  out.append(h("pre", { tabindex: "0" }, h("code", null, lines.slice(i + 1, end).join("\n"))));
  return end + 1;
}

function quote(lines, i, out, depth) {
  let end = i;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inside = lines
    .slice(i, end)
    .map((line) => line.replace(/^\s*> ?/, ""))
    .join("\n");
  out.append(h("blockquote", null, markdown(inside, depth + 1)));
  return end;
}

function list(lines, i, out) {
  const first = ITEM.exec(lines[i]);
  const numbered = /\d/.test(first[2]);
  const box = h(numbered ? "ol" : "ul", { start: numbered ? parseInt(first[2], 10) : null });
  let end = i;
  for (let m; end < lines.length && (m = ITEM.exec(lines[end])); end += 1) {
    if (/\d/.test(m[2]) !== numbered && m[1].length <= first[1].length) break;
    const depth = Math.min(4, Math.floor(Math.max(0, m[1].length - first[1].length) / 2));
    const done = m[3] && /x/i.test(m[3]);
    const task = m[3] ? [h("span", { class: "task" }, done ? "Done: " : "To do: ")] : [];
    box.append(h("li", { class: depth ? `indent-${depth}` : null }, task, inline(m[4])));
  }
  out.append(box);
  return end;
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/);

function table(lines, i, out) {
  const head = cells(lines[i]).map((text) => h("th", { scope: "col" }, inline(text.trim())));
  const body = h("tbody");
  let end = i + 2;
  for (; end < lines.length && ROW.test(lines[end]); end += 1) {
    body.append(
      h(
        "tr",
        null,
        cells(lines[end]).map((text) => h("td", null, inline(text.trim()))),
      ),
    );
  }
  const whole = h("table", null, h("thead", null, h("tr", null, head)), body);
  out.append(h("div", { class: "table-box", tabindex: "0" }, whole));
  return end;
}

function paragraph(lines, i, out) {
  let end = i + 1;
  while (end < lines.length && lines[end].trim() && !/^\s*(#{1,6}\s|>|```)/.test(lines[end])) {
    if (ITEM.test(lines[end])) break;
    end += 1;
  }
  out.append(h("p", null, inline(lines.slice(i, end).join("\n"))));
  return end;
}
