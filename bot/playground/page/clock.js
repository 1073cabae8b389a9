// The panel that shows the playground's clock and moves it.

import { act, wholeState } from "./api.js";
import { h } from "./dom.js";
import { me, now, store } from "./store.js";
import { whisper } from "./tell.js";
import { city, fromLocal, hourMinute, shortDay, toLocal } from "./time.js";

const STEPS = [
  ["1h", "+1 hour"],
  ["1d", "+1 day"],
  ["1w", "+1 week"],
];

let parts = null;

/** Build the panel. */
export function wireClock() {
  const box = document.getElementById("clock");
  const utc = h("p", { class: "clock-now", data: { testid: "clock-now" } });
  const local = h("p", { class: "clock-local", data: { testid: "clock-local" } });
  const steps = STEPS.map(([step, words]) =>
    h(
      "button",
      {
        type: "button",
        class: "button",
        data: { testid: `clock-${step}` },
        on: { click: () => move({ advance: step }, words) },
      },
      words,
    ),
  );
  const until = h("input", {
    type: "datetime-local",
    id: "clock-until",
    data: { testid: "clock-until" },
  });
  const go = h("button", { type: "submit", class: "button", data: { testid: "clock-go" } }, "Go");
  const form = h(
    "form",
    { class: "clock-until" },
    h("label", { for: "clock-until" }, "Or until a day and time there"),
    until,
    go,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const target = fromLocal(until.value, me().tz);
    if (target) move({ to: target.toISOString() }, "until then");
    else say("Choose a day and a time first.");
  });
  const line = h("p", { class: "clock-line", role: "status", data: { testid: "clock-result" } });
  box.replaceChildren(
    h("h2", { id: "clock-title" }, "Clock"),
    local,
    utc,
    h("div", { class: "button-row" }, steps),
    form,
    line,
  );
  parts = { utc, local, until, line, controls: [...steps, go] };
  setInterval(drawClock, 1000);
}

/** Show the present. */
export function drawClock() {
  if (!store.state) return;
  const present = now();
  const { tz, name } = me();
  put(
    parts.local,
    `${shortDay(present, tz)}, ${hourMinute(present, tz)} for ${first(name)} in ${city(tz)}`,
  );
  put(parts.utc, `${shortDay(present, "UTC")}, ${hourMinute(present, "UTC")} UTC`);
  if (parts.zone !== tz) parts.until.value = "";
  parts.zone = tz;
  if (!parts.until.value) parts.until.value = toLocal(new Date(present.getTime() + 86400000), tz);
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const first = (name) => name.split(" ")[0];

function say(text) {
  parts.line.textContent = text;
}

async function move(how, words) {
  if (parts.moving) return;
  const focus = document.activeElement;
  const before = await wholeState().catch(() => null);
  hold(true);
  say(`Moving ${words}…`);
  try {
    await act("clock", how);
    const text = before ? arrived(before, await wholeState()) : "The clock moved.";
    say(text);
    whisper(text);
  } catch (problem) {
    say(problem.message);
  } finally {
    hold(false);
    parts.until.value = "";
    drawClock();
    if (document.activeElement === document.body) focus?.focus?.({ preventScroll: true });
  }
}

function hold(on) {
  parts.moving = on;
  document.getElementById("clock").classList.toggle("moving", on);
  for (const control of parts.controls) {
    control.disabled = on;
    if (on) control.setAttribute("aria-busy", "true");
    else control.removeAttribute("aria-busy");
  }
}

function arrived(before, after) {
  const old = new Set(before.messages.map((message) => `${message.channel}|${message.ts}`));
  const seen = new Set(before.ephemerals.map((shown) => shown.id));
  const counts = new Map();
  const count = (place) => counts.set(place, (counts.get(place) ?? 0) + 1);
  for (const message of after.messages) {
    if (message.bot && !old.has(`${message.channel}|${message.ts}`)) count(message.channel);
  }
  for (const shown of after.ephemerals) if (!seen.has(shown.id)) count(dmOf(after, shown.user));
  const lines = [...counts].map(([place, many]) => [many, placeWords(after, place)]);
  if (!lines.length) return "The clock moved. Nothing new arrived.";
  return `${lines.map(([many, where], i) => (i ? `${many} ${where}` : `${many} new ${many === 1 ? "message" : "messages"} ${where}`)).join(", ")}.`;
}

const dmOf = (state, user) => state.people.find((person) => person.id === user)?.dm ?? user;

function placeWords(state, id) {
  const person = state.people.find((each) => each.dm === id);
  if (person) return `for ${first(person.name)}`;
  return `in #${state.channels.find((channel) => channel.id === id)?.name ?? id}`;
}
