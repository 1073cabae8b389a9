// The panel with the people: where they are, what time it is there, and a way to move them.

import { act } from "./api.js";
import { h, patch } from "./dom.js";
import { now, store } from "./store.js";
import { fail, whisper } from "./tell.js";
import { avatar } from "./timeline.js";
import { hourMinute, shortDay } from "./time.js";

// Browsers still list some zones under the names they had before.
const RENAMED = {
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Europe/Kiev": "Europe/Kyiv",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
};
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => RENAMED[zone] ?? zone);

/** Draw the people, keeping their rows. */
export function drawPeople() {
  const box = document.getElementById("people");
  let list = box.querySelector(".people");
  if (!list) {
    list = h("ul", { class: "people" });
    box.replaceChildren(h("h2", { id: "people-title" }, "People"), list);
    setInterval(drawTimes, 5000);
  }
  patch(
    list,
    store.state.people.map((person) => ({
      key: person.id,
      sign: JSON.stringify([person.name, person.title, person.tz]),
      build: () => row(person),
    })),
  );
  drawTimes();
}

function row(person) {
  const select = h(
    "select",
    {
      "aria-label": `Time zone of ${person.name}`,
      data: { testid: `zone-${person.handle}`, key: `zone-${person.handle}` },
    },
    [...new Set([person.tz, ...ZONES])]
      .sort()
      .map((zone) => h("option", { value: zone }, zone.replace(/_/g, " "))),
  );
  select.value = person.tz;
  select.addEventListener("change", () => change(person, select));
  return h(
    "li",
    { class: "one-person" },
    avatar(person),
    h(
      "div",
      null,
      h("p", { class: "one-name" }, person.name),
      h(
        "p",
        { class: "one-title" },
        h("time", { class: "one-time", data: { zone: person.tz } }),
        ` · ${person.title}`,
      ),
      select,
    ),
  );
}

async function change(person, select) {
  select.disabled = true;
  try {
    await act("person", { user: person.handle, tz: select.value });
    whisper(`${person.name} is now in ${select.value}.`);
  } catch (problem) {
    select.value = person.tz;
    fail(problem);
  } finally {
    select.disabled = false;
  }
}

function drawTimes() {
  const present = now();
  for (const node of document.querySelectorAll(".one-time")) {
    const { zone } = node.dataset;
    const text = `${shortDay(present, zone).split(" ")[0]} ${hourMinute(present, zone)}`;
    if (node.textContent !== text) node.textContent = text;
  }
}
