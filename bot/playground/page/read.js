// Remembers how far each person has read, in this browser.

import { me, store } from "./store.js";

const NAME = "playground.read";
const ZERO = "0";

function load() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {}; // The browser keeps nothing: everything counts as new once a visit.
  }
}

const marks = load();

/** Give the ts up to which the acting person has read a channel. */
export function readTo(channel) {
  const mark = marks[me().id]?.[channel.id] ?? ZERO;
  // A mark from the future belongs to an earlier playground on this computer.
  return Number(mark) * 1000 > Date.parse(store.state.clock.now) + 60000 ? ZERO : mark;
}

/** Give what is new in a channel for the acting person, oldest first. */
export function unread(channel) {
  const mark = Number(readTo(channel));
  const fresh = (message) =>
    message.channel === channel.id && Number(message.ts) > mark && message.user !== me().id;
  const whispered = store.state.ephemerals.filter(
    (shown) => shown.channel === channel.id && Number(shown.ts) > mark,
  );
  return [...store.state.messages.filter(fresh), ...whispered].sort((a, b) => a.ts - b.ts);
}

/** Note that the acting person has seen all of a channel. */
export function markRead(channel) {
  const newest = [...store.state.messages, ...store.state.ephemerals]
    .filter((message) => message.channel === channel.id)
    .reduce((last, message) => (Number(message.ts) > Number(last) ? message.ts : last), ZERO);
  if (newest === readTo(channel)) return;
  (marks[me().id] ??= {})[channel.id] = newest;
  try {
    localStorage.setItem(NAME, JSON.stringify(marks));
  } catch {
    return; // The browser keeps nothing: the marks last as long as the page.
  }
}
