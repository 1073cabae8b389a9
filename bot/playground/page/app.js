// Starts the page and draws it again when the state or the place changes.

import { follow, refresh } from "./api.js";
import { drawClock, wireClock } from "./clock.js";
import { drawConversation, focusComposer, leaveConversation } from "./conversation.js";
import { h } from "./dom.js";
import { drawFaults, wireFaults } from "./faults.js";
import { drawHome, visit } from "./home.js";
import { drawModal } from "./modal.js";
import { drawPeople } from "./people.js";
import { drawPlace } from "./place.js";
import { drawNav, wireSidebar } from "./sidebar.js";
import { go, on, readAddress, store } from "./store.js";
import { say } from "./tell.js";
import { drawThread, wireThread } from "./thread.js";
import { drawWelcome } from "./welcome.js";

const byId = (id) => document.getElementById(id);

function draw() {
  if (!store.state || store.stateUser !== store.user) return;
  const surface = byId("surface");
  drawPerson();
  drawWelcome();
  if (store.place === "app" && store.tab === "home") {
    leaveConversation();
    drawHome(surface);
  } else drawConversation(surface);
  drawPlace();
  drawNav();
  drawThread();
  drawModal();
  drawClock();
  drawFaults();
  drawPeople();
  tellNotices();
  visit();
}

function drawPerson() {
  const select = byId("person");
  const { people, workspace } = store.state;
  byId("workspace").textContent = workspace.name;
  if (select.options.length !== people.length) {
    select.replaceChildren(
      ...people.map((person) => h("option", { value: person.handle }, person.name)),
    );
  }
  if (document.activeElement !== select || select.value !== store.user) select.value = store.user;
}

const told = new Map();
/** Show new lines of the playground that belong to no conversation. */
function tellNotices() {
  const known = told.get(store.user);
  const all = store.state.notices.map((notice) => `${notice.at}|${notice.text}`);
  store.state.notices.forEach((notice, i) => {
    const inForm = document.querySelector("dialog[open] .dialog-say");
    if (known && !known.has(all[i]) && (!notice.channel || inForm)) say(notice.text);
  });
  told.set(store.user, new Set([...(known ?? []), ...all]));
}

let before = null;
async function moved() {
  readAddress();
  if (store.stateUser !== store.user) await refresh();
  draw();
  const key = `${store.place}|${store.tab}`;
  if (before !== null && before !== key && store.tab === "messages" && !store.thread && wide()) {
    // Somebody who opens a conversation most often wants to write in it; the tabs keep the keyboard.
    if (document.activeElement?.getAttribute("role") !== "tab") focusComposer();
  }
  before = key;
}

const wide = () => matchMedia("(min-width: 861px)").matches;

function reached(yes) {
  const line = byId("offline");
  line.hidden = yes;
  line.textContent = yes
    ? ""
    : "The playground does not answer. What you typed is kept; the page goes on by itself when it is back.";
}

function wire() {
  wireClock();
  wireFaults();
  wireSidebar();
  wireThread();
  byId("person").addEventListener("change", (event) => go({ user: event.target.value }));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  addEventListener("hashchange", moved);
  document.addEventListener("visibilitychange", () => !document.hidden && draw());
  on("state", draw);
  on("reached", reached);
}

readAddress();
wire();
await moved();
follow();
