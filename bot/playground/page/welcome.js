// The card that says what to try.

import { iconButton } from "./act.js";
import { h, icon } from "./dom.js";
import { go, store } from "./store.js";

const NAME = "playground.welcome";
const card = () => document.getElementById("welcome");

function closedBefore() {
  try {
    return localStorage.getItem(NAME) === "closed";
  } catch {
    return false; // The browser keeps nothing: every visit is the first.
  }
}

function show(on) {
  card().hidden = !on;
  document.getElementById("help").setAttribute("aria-expanded", String(on));
  try {
    localStorage.setItem(NAME, on ? "open" : "closed");
  } catch {
    return; // The browser keeps nothing: the card opens again at the next visit.
  }
}

/** Build the card once the state is known. */
export function drawWelcome() {
  if (card().childElementCount) return;
  const { command, name } = store.state.app;
  const help = document.getElementById("help");
  const close = iconButton("close", "Close “What to try”", { data: { testid: "welcome-close" } });
  const code = (text) => h("code", null, `${command} ${text}`);
  card().append(
    h("div", { class: "welcome-head" }, h("h2", { id: "welcome-title" }, "What to try"), close),
    h(
      "ol",
      null,
      h(
        "li",
        null,
        "Type ",
        code("start"),
        " in ",
        h("a", { href: `#${store.user}/app/messages` }, `the messages of ${name}`),
        ", or press Start on its Home tab.",
      ),
      h("li", null, "Ask anything, for example ", code("do i need a phd"), "."),
      h("li", null, "Move the clock a day or a week, and watch prompts and check-ins arrive."),
    ),
  );
  card()
    .querySelector("a")
    .addEventListener("click", (event) => {
      event.preventDefault();
      go({ place: "app", tab: "messages" });
    });
  close.addEventListener("click", () => {
    show(false);
    help.focus();
  });
  help.append(icon("help"), h("span", null, "What to try"));
  help.addEventListener("click", () => {
    show(card().hidden);
    if (!card().hidden) close.focus();
  });
  show(!closedBefore());
}
