// Turns message text (mrkdwn) into page nodes.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { fill } from "./time.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const DEEPEST = 8;
const FARTHEST = 3000;

/** Undo the escaping of `&`, `<` and `>`, the only characters that message text escapes. */
export const decode = (text) =>
  text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** Make a link when the address is one that is safe to follow, else show its text. */
export function link(address, children) {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return h("span", null, children);
  const props = { href: address, target: "_blank", rel: "noopener noreferrer" };
  return h("a", props, children);
}

/** Make a mention of a person, the app or a channel. */
export function mention(sign, name, mine) {
  return h("span", { class: mine ? "mention mine" : "mention" }, `${sign}${name}`);
}

function angle(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : decode(inside.slice(bar + 1));
  if (/^@[A-Z0-9]+$/.test(target)) return names.person(target.slice(1), label);
  if (/^#[A-Z0-9]+$/.test(target)) return names.channel(target.slice(1), label);
  if (target.startsWith("!date^")) return date(target, label, names);
  if (target.startsWith("!subteam^")) return mention("", label ?? "@group");
  if (/^!(here|channel|everyone)$/.test(target)) return mention("@", target.slice(1));
  if (/^(https?:\/\/|mailto:)/i.test(target)) {
    return link(decode(target), label ?? decode(target).replace(/^mailto:/i, ""));
  }
  return null;
}

function date(target, label, names) {
  const [, seconds, pattern, address] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime()) || !pattern) return h("span", null, label ?? "");
  const words = fill(decode(pattern), when, names.zone, names.now);
  const node = h("time", { datetime: when.toISOString() }, words);
  return address ? link(decode(address), node) : node;
}

const wordish = (char) => char !== undefined && /[\p{L}\p{N}_]/u.test(char);

function closing(text, start, mark) {
  if (start > 0 && wordish(text[start - 1])) return -1;
  const next = text[start + 1];
  if (next === undefined || next === mark || /\s/.test(next)) return -1;
  const end = Math.min(text.length, start + FARTHEST);
  for (let i = start + 1; i < end; i += 1) {
    const char = text[i];
    if (char === "\n") return -1;
    if (char === "`" || char === "<") i = skip(text, i, char === "`" ? "`" : ">");
    else if (char === mark && i > start + 1 && !/\s/.test(text[i - 1]) && !wordish(text[i + 1]))
      return i;
  }
  return -1;
}

function skip(text, start, end) {
  const found = text.indexOf(end, start + 1);
  return found < 0 || text.slice(start, found).includes("\n") ? start : found;
}

/** Turn one run of text (without paragraphs, quotes and lists) into nodes. */
export function inline(text, names, depth = 0) {
  const out = [];
  let plain = "";
  const put = (node) => {
    if (plain) out.push(decode(plain));
    plain = "";
    out.push(node);
  };
  for (let i = 0; i < text.length;) {
    const [node, next] = piece(text, i, names, depth);
    if (node) put(node);
    else plain += text.slice(i, next);
    i = next;
  }
  if (plain) out.push(decode(plain));
  return out;
}

function piece(text, i, names, depth) {
  const char = text[i];
  if (char === "\n") return [h("br"), i + 1];
  if (char === "`") {
    const end = skip(text, i, "`");
    if (end > i + 1) return [h("code", null, decode(text.slice(i + 1, end))), end + 1];
  } else if (char === "<") {
    const end = text.indexOf(">", i);
    const node = end > 0 ? angle(text.slice(i + 1, end), names) : null;
    if (node) return [node, end + 1];
  } else if (MARKS[char] && depth < DEEPEST) {
    const end = closing(text, i, char);
    if (end > 0) {
      return [h(MARKS[char], null, inline(text.slice(i + 1, end), names, depth + 1)), end + 1];
    }
  } else if (char === ":" || char === "h") {
    return coded(text, i) ?? [null, i + 1];
  }
  return [null, i + 1];
}

function coded(text, i) {
  const rest = text.slice(i, i + 2000);
  if (text[i] === ":") {
    const code = /^:([a-z0-9_+-]{1,50}):/.exec(rest);
    const shown = code && emoji(code[1]);
    if (!shown) return null;
    return [
      h("span", { class: "emoji", role: "img", "aria-label": code[1] }, shown),
      i + code[0].length,
    ];
  }
  if (i > 0 && wordish(text[i - 1])) return null;
  const address = /^https?:\/\/[^\s<>|`*"']+/i.exec(rest);
  if (!address) return null;
  const bare = address[0].replace(/[.,;:!?)\]_~]+$/, "");
  return [link(decode(bare), decode(bare)), i + bare.length];
}

const FENCE = /```\n?([\s\S]*?)```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^(\s*)(?:([-•◦▪‣–*])|(\d{1,3})[.)])\s+(?=\S)/;

/** Turn a whole text into nodes: paragraphs, quotes, lists, preformatted parts. */
export function mrkdwn(text, names) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    paragraphs(text.slice(from, fence.index), names, out);
    out.append(h("pre", { tabindex: "0" }, h("code", null, decode(fence[1].replace(/\n$/, "")))));
    from = fence.index + fence[0].length;
  }
  paragraphs(text.slice(from), names, out);
  return out;
}

function paragraphs(text, names, out) {
  const lines = text.replace(/^\n+|\n+$/g, "").split("\n");
  for (let i = 0; i < lines.length;) {
    const kind = kindOf(lines[i]);
    let end = i + 1;
    while (end < lines.length && kindOf(lines[end]) === kind) end += 1;
    const group = lines.slice(i, end);
    if (kind === "quote") out.append(quote(group, names));
    else if (kind === "item" || kind === "numbered") out.append(list(group, names));
    else if (kind === "text") out.append(h("p", null, inline(group.join("\n"), names)));
    i = end;
  }
}

function kindOf(line) {
  if (QUOTE.test(line)) return "quote";
  const item = ITEM.exec(line);
  if (item) return item[3] ? "numbered" : "item";
  return line.trim() ? "text" : "gap";
}

function quote(lines, names) {
  const inside = lines.map((line) => line.replace(QUOTE, "")).join("\n");
  return h("blockquote", null, inline(inside.replace(/^(&gt;)+ ?/, ""), names));
}

function list(lines, names) {
  const numbered = ITEM.exec(lines[0])[3];
  const box = h(numbered ? "ol" : "ul", { start: numbered });
  for (const line of lines) {
    const [whole, indent, , number] = ITEM.exec(line);
    const depth = Math.min(4, Math.floor(indent.length / 2));
    const item = h(
      "li",
      { class: depth ? `indent-${depth}` : null },
      inline(line.slice(whole.length), names),
    );
    if (number) item.value = number; // as written, for example when a list goes on after a break
    box.append(item);
  }
  return box;
}
