// The panel that lets the platform fail, to see how the app behaves then.

import { act } from "./api.js";
import { h, patch } from "./dom.js";
import { store } from "./store.js";
import { whisper } from "./tell.js";

const POST = { method: "chat.postMessage" };

// Words for a visitor, what is sent, and whether it can be said how often it happens.
const FAULTS = [
  ["Message posted, answer lost", { ...POST, kind: "drop_after_accept" }],
  ["Line breaks, nothing posted", { ...POST, kind: "disconnect" }],
  ["Message posted 2 minutes late", { ...POST, kind: "late_arrival", seconds: 120 }],
  ["“Too fast, wait 30 seconds”", { ...POST, kind: "ratelimited", retry_after: 30 }],
  ["Server error (503)", { ...POST, kind: "5xx" }],
  ["A web page for an answer", { ...POST, kind: "html" }],
  ["Message posted, half an answer", { ...POST, kind: "truncated" }],
  ["Answers take 10 seconds", { ...POST, kind: "slow", seconds: 10 }],
  ["App removed (void token)", { ...POST, kind: "error", error: "token_revoked" }],
  ["At most 10 messages a minute", { ...POST, kind: "limit", per_minute: 10 }, false],
  ["Line to the app goes quiet", { kind: "silent_socket" }, false],
];
const OFTEN = [
  ["1", "for the next message"],
  ["3", "for the next 3 messages"],
  ["", "until I end it"],
];

let parts = null;

/** Build the panel, closed: most visits are about the app when all is well. */
export function wireFaults() {
  const what = select(
    "faults-what",
    FAULTS.map(([words], place) => [String(place), words]),
  );
  const often = select("faults-often", OFTEN);
  const form = h(
    "form",
    null,
    h("label", { for: "faults-what" }, "What goes wrong"),
    what,
    h("label", { for: "faults-often" }, "How often"),
    often,
    h("button", { type: "submit", class: "button", data: { testid: "faults-go" } }, "Break it"),
  );
  const line = h("p", { class: "clock-line", role: "status", data: { testid: "faults-result" } });
  const list = h("ul", { class: "faults-list", "aria-label": "What is broken now" });
  const count = h("span", { class: "faults-on", hidden: true });
  const title = h("h2", { id: "faults-title" }, "Break something");
  const inside = h("div", null, form, list, line);
  document
    .getElementById("faults")
    .replaceChildren(h("details", null, h("summary", null, title, count), inside));
  what.addEventListener("change", () => (often.disabled = !counts(FAULTS[what.value])));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(FAULTS[what.value], often);
  });
  parts = { list, line, count, form };
}

const counts = ([, , counted = true]) => counted;

function select(id, options) {
  return h(
    "select",
    { id, data: { testid: id } },
    options.map(([value, words]) => h("option", { value }, words)),
  );
}

function start(fault, often) {
  const [words, body] = fault;
  const times = counts(fault) && often.value ? { times: Number(often.value) } : {};
  const when = counts(fault) ? `, ${often.selectedOptions[0].textContent}` : "";
  send({ ...body, ...times }, `Broken${when}: ${words}.`);
}

async function send(body, words) {
  try {
    await act("faults", body);
    say(words);
  } catch (problem) {
    say(problem.message);
  }
}

function say(text) {
  parts.line.textContent = text;
  whisper(text);
}

/** Show what is broken now, each with a button that ends it. */
export function drawFaults() {
  const { faults, silent_sockets: silent } = store.state;
  const rows = faults.map((fault) => row(fault.id, wordsOf(fault), countOf(fault), { id: fault.id }));
  if (silent) rows.push(row("silent", FAULTS.at(-1)[0], "", { sockets: true }));
  parts.count.hidden = !rows.length;
  parts.count.textContent = `${rows.length} on`;
  patch(parts.list, rows);
}

function wordsOf(fault) {
  const same = ([, body]) =>
    Object.entries(body).every(([name, value]) => fault[name] === value);
  const known = FAULTS.find(same);
  return known ? known[0] : `${fault.kind} at ${fault.method === "*" ? "every call" : fault.method}`;
}

function countOf({ hits, left }) {
  const done = hits === 0 ? "not met yet" : `met ${hits === 1 ? "once" : `${hits} times`}`;
  return left === null ? done : `${done}, ${left} to come`;
}

function row(key, words, count, which) {
  const end = () =>
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": `End: ${words}`,
        data: { key: `end-${key}`, testid: "fault-end" },
        on: { click: () => finish(which, words) },
      },
      "End",
    );
  const build = () =>
    h(
      "li",
      { class: "fault", data: { testid: "fault" } },
      h("span", null, words, count && h("span", { class: "fault-count" }, count)),
      end(),
    );
  return { key, sign: `${words}|${count}`, build };
}

async function finish(which, words) {
  await send({ clear: true, ...which }, `Mended: ${words}.`);
  // The button is gone: the keyboard goes on where the next fault is chosen.
  if (document.activeElement === document.body) parts.form.querySelector("select").focus();
}
