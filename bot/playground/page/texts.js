// Shows text objects.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** Give the characters of a text object, for labels. */
export function textOf(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text.emoji === false ? text.text : withEmoji(text.text ?? "");
}

/** Give the characters that a message text shows, for screen readers. */
export const spoken = (text, names) => mrkdwn(text ?? "", names).textContent || "a message";

/** Show a text object: formatted when it is mrkdwn, as written when it is plain. */
export function shown(text, names, tag = "div") {
  if (text?.type === "mrkdwn")
    return h(tag, { class: "rich", dir: "auto" }, mrkdwn(text.text, names));
  return h(tag, { class: "plain", dir: "auto" }, textOf(text));
}
