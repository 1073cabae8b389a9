// What the page knows: the playground's state, who acts, and which place is open.

import { h } from "./dom.js";
import { mention } from "./mrkdwn.js";

export const store = {
  state: null,
  received: 0, // performance.now() when the state came
  user: "maya",
  place: "app", // "app" or the name of a channel
  tab: "home", // of the app: "home" or "messages"
  thread: null, // ts of the open thread's first message
};

const listeners = new Map();
/** Call `listener` on a kind of change: "state", "place" or "told". */
export function on(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
}

/** Tell the listeners of a kind of change. */
export function emit(kind, detail) {
  for (const listener of listeners.get(kind) ?? []) listener(detail);
}

// The address: #maya/app/home, #maya/app/messages, #maya/ai-pm-study, …/thread/<ts>

/** Read who acts and which place is open from the address. */
export function readAddress() {
  const parts = location.hash.slice(1).split("/").filter(Boolean);
  const kept = recall("place") ?? {};
  store.user = parts[0] ?? kept.user ?? "maya";
  store.place = parts[1] ?? kept.place ?? "app";
  const tab = parts[1] ? parts[2] : kept.tab;
  store.tab = tab === "messages" || parts.includes("thread") ? "messages" : "home";
  const at = parts.indexOf("thread");
  store.thread = at > 0 ? parts[at + 1] : null;
  remember("place", { user: store.user, place: store.place, tab: store.tab });
}

/** Go to a place; what is not named stays, but a thread closes. */
export function go(change) {
  const to = { user: store.user, place: store.place, tab: store.tab, thread: null, ...change };
  const where = to.place === "app" ? `app/${to.tab}` : to.place;
  const thread = to.thread ? `/thread/${to.thread}` : "";
  const hash = `#${to.user}/${where}${thread}`;
  if (hash !== location.hash) location.hash = hash;
}

/** Read a value kept for this browser tab. */
export function recall(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`playground.${name}`));
  } catch {
    return null; // The browser keeps nothing: the page works without.
  }
}

/** Keep a value for this browser tab. */
export function remember(name, value) {
  try {
    sessionStorage.setItem(`playground.${name}`, JSON.stringify(value));
  } catch {
    return; // The browser keeps nothing: the page works without.
  }
}

// Look-ups

/** Give the person who acts. */
export const me = () => store.state.people.find((person) => person.handle === store.user);

/** Give the open channel or conversation, or undefined. */
export const openChannel = () => channelOf(store.place);

/** Give the channel of a place, or undefined. */
export function channelOf(place) {
  const { channels } = store.state;
  if (place === "app") return channels.find((channel) => channel.id === me().dm);
  return channels.find((channel) => channel.name === place);
}

/** Give the place of a channel. */
export const placeOf = (channel) => (channel.kind === "dm" ? "app" : channel.name);

/** Give who wrote or acts: {name, app}. */
export function author(id) {
  const { app, people } = store.state;
  if (id === app.user || id === app.bot_id) return { id, name: app.name, app: true };
  const person = people.find((each) => each.id === id);
  return { id, name: person?.name ?? id, app: false };
}

/** Give the present of the playground's clock. */
export function now() {
  const { clock } = store.state;
  const passed = clock.frozen ? 0 : performance.now() - store.received;
  return new Date(Date.parse(clock.now) + passed);
}

/** Give what message text needs: names of people and channels, zone and present. */
export function names() {
  return {
    zone: me().tz,
    now: now(),
    person: (id, label) => {
      const known = author(id);
      const name = known.name === id && label ? label : known.name;
      return mention("@", name, id === me().id);
    },
    channel: (id, label) => {
      const channel = store.state.channels.find((each) => each.id === id);
      const name = channel?.name ?? label ?? id;
      if (!channel?.name) return mention("#", name);
      const node = h("a", { class: "mention", href: `#${store.user}/${name}` }, `#${name}`);
      return node;
    },
  };
}
