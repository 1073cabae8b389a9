// Says things: to everybody on screen, and quietly to screen readers.

import { h } from "./dom.js";

const box = () => document.getElementById("toasts");

/** Say something to screen readers only. */
export function whisper(text) {
  const modal = document.querySelector("dialog[open] .dialog-live");
  const live = modal ?? document.getElementById("live");
  live.append(h("p", null, text.slice(0, 300)));
  while (live.children.length > 4) live.firstChild.remove();
}

/** Show a line until it is dismissed, or for some seconds when `passing`. */
export function toast(text, { passing = false } = {}) {
  const close = h("button", { type: "button", class: "quiet" }, "Dismiss");
  const node = h(
    "div",
    { class: "toast", role: "alert", data: { testid: "toast" } },
    h("p", null, text),
    close,
  );
  close.addEventListener("click", () => node.remove());
  while (box().children.length > 2) box().firstChild.remove();
  box().append(node);
  if (passing) setTimeout(() => node.remove(), 8000);
}

/** Show why something was not done; in front of an open form when there is one. */
export function fail(problem) {
  say(problem.message);
  if (problem.name !== "Error") console.error(problem);
}

/** Show a line of the playground; in front of an open form when there is one. */
export function say(text) {
  const forms = document.querySelectorAll("dialog[open] .dialog-say");
  const line = forms[forms.length - 1];
  if (!line) return toast(text);
  line.textContent = text;
  line.hidden = false;
}
