// Draws the rows of a conversation or thread: days, messages, whispers, notices.

import { iconButton } from "./act.js";
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { author, go, me, names, now, store } from "./store.js";
import { dayKey, dayLabel, hourMinute, longDay, ofTs, shortDay } from "./time.js";
import { withEmoji } from "./emoji.js";

const dismissed = new Set();
const TOGETHER_SECONDS = 300;

/** Give all that stands in a channel (or thread) for the acting person, oldest first. */
export function entriesOf(channel, thread = null) {
  const here = (item) => item.channel === channel.id;
  const inThread = (item) =>
    thread
      ? item.thread_ts === thread || item.ts === thread
      : !item.thread_ts || item.thread_ts === item.ts;
  const messages = store.state.messages.filter((item) => here(item) && inThread(item));
  const whispers = store.state.ephemerals.filter(
    (item) =>
      here(item) &&
      !dismissed.has(item.id) &&
      (thread ? item.thread_ts === thread : !item.thread_ts),
  );
  const notices = thread
    ? []
    : store.state.notices.filter(
        (item) => item.channel === channel.id && !dismissed.has(noticeKey(item)),
      );
  return [
    ...messages.map((item) => ({ kind: "message", at: Number(item.ts), item })),
    ...whispers.map((item) => ({ kind: "whisper", at: Number(item.ts), item })),
    ...notices.map((item) => ({ kind: "notice", at: Date.parse(item.at) / 1000, item })),
  ].sort((a, b) => a.at - b.at);
}

const noticeKey = (notice) => `n:${notice.at}:${notice.text}`;

/** Give the rows of entries for `patch`; `newAt` is the time from which on all is new. */
export function rowsOf(entries, { thread = null, newAt = null, redraw } = {}) {
  const { zone } = names();
  const rows = [];
  let day = null;
  let before = null;
  let marked = newAt === null;
  for (const entry of entries) {
    const date = new Date(entry.at * 1000);
    const key = dayKey(date, zone);
    if (key !== day && !thread) rows.push(dayRow(key, date, zone));
    if (!marked && entry.at >= newAt && entry.item.user !== me().id) {
      rows.push({
        key: "new",
        sign: "",
        build: () => h("li", { class: "new-line" }, h("span", null, "New")),
      });
      marked = true;
      before = null;
    }
    const follows = key === day && joins(before, entry);
    rows.push(BUILD[entry.kind](entry.item, { thread, follows, redraw, zone }));
    day = key;
    before = entry;
  }
  return rows;
}

function joins(before, entry) {
  return (
    before?.kind === "message" &&
    entry.kind === "message" &&
    before.item.user === entry.item.user &&
    entry.at - before.at < TOGETHER_SECONDS &&
    !before.item.reply_count &&
    !entry.item.subtype &&
    !before.item.subtype
  );
}

function dayRow(key, date, zone) {
  const label = dayLabel(date, zone, now());
  return {
    key: `d:${key}`,
    sign: label,
    build: () => h("li", { class: "day" }, h("span", null, label)),
  };
}

function whisperCount(message) {
  return store.state.ephemerals.filter(
    (item) =>
      item.channel === message.channel && item.thread_ts === message.ts && !dismissed.has(item.id),
  ).length;
}

function messageRow(message, how) {
  const alone = whisperCount(message);
  const sign = JSON.stringify([message, how.follows, how.zone, alone, author(message.user).name]);
  return { key: `m:${message.ts}`, sign, build: () => drawMessage(message, how, alone) };
}

function drawMessage(message, how, alone) {
  const who = author(message.user);
  if (/_(join|leave)$/.test(message.subtype ?? "")) return systemLine(message, who);
  const body = h(
    "div",
    { class: "message-body" },
    !how.follows && head(who, message.ts, how.zone, message.edited && "edited"),
    content(message, `m:${message.channel}:${message.ts}`),
    how.follows && message.edited && h("span", { class: "edited" }, "edited"),
    reactions(message),
    !how.thread && footer(message, alone, how.zone),
  );
  const tools =
    !how.thread &&
    !message.reply_count &&
    !alone &&
    h("div", { class: "tools" }, threadButton(message));
  const side = how.follows ? stamp(message.ts, how.zone, "message-stamp") : avatar(who);
  return h(
    "li",
    {
      class: `message${how.follows ? " follows" : ""}${who.app ? " from-app" : ""}`,
      data: { testid: "message", ts: message.ts },
    },
    side,
    body,
    tools,
  );
}

function systemLine(message, who) {
  const did = message.subtype.endsWith("join") ? "joined" : "left";
  return h("li", { class: "system", data: { ts: message.ts } }, `${who.name} ${did}.`);
}

function content(item, place) {
  const ctx = {
    surface: "message",
    place,
    heading: 3,
    names: names(),
    target: { channel: item.channel, message_ts: item.ts },
  };
  if (item.blocks?.length) return blocks(ctx, item.blocks);
  return h("div", { class: "rich", dir: "auto" }, mrkdwn(item.text ?? "", ctx.names));
}

/** Draw the mark of a person or the app. */
export function avatar(who) {
  if (who.app) return h("span", { class: "avatar app", "aria-hidden": "true" }, icon("compass"));
  const letters = who.name
    .split(/\s+/)
    .map((part) => [...part][0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  const shade =
    Math.max(
      0,
      store.state.people.findIndex((person) => person.id === who.id),
    ) % 5;
  return h("span", { class: `avatar shade-${shade}`, "aria-hidden": "true" }, letters);
}

function head(who, ts, zone, note) {
  return h(
    "p",
    { class: "message-head" },
    h("strong", { class: "who", dir: "auto" }, who.name),
    who.app && h("span", { class: "badge" }, "app"),
    stamp(ts, zone),
    note && h("span", { class: "edited" }, note),
  );
}

function stamp(ts, zone, kind = "stamp") {
  const date = ofTs(ts);
  const title = `${longDay(date, zone)}, ${hourMinute(date, zone)} (${zone})`;
  return h("time", { class: kind, datetime: date.toISOString(), title }, hourMinute(date, zone));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h(
    "p",
    { class: "reactions" },
    message.reactions.map((reaction) =>
      h(
        "span",
        { class: "reaction" },
        `${withEmoji(`:${reaction.name}:`)} ${reaction.count ?? reaction.users?.length ?? 1}`,
      ),
    ),
  );
}

function footer(message, alone, zone) {
  if (!message.reply_count && !alone) return null;
  const replies = store.state.messages.filter(
    (item) =>
      item.channel === message.channel && item.thread_ts === message.ts && item.ts !== message.ts,
  );
  const last = replies.at(-1);
  const counts = [];
  if (message.reply_count)
    counts.push(`${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`);
  if (alone) counts.push(`${alone} only visible to you`);
  const when = last && h("span", { class: "thread-when" }, lastWords(ofTs(last.ts), zone));
  const props = {
    type: "button",
    class: "thread-link",
    data: { testid: "thread-open", key: `t:${message.ts}` },
  };
  const open = () => go({ thread: message.ts, tab: "messages" });
  return h(
    "button",
    { ...props, on: { click: open } },
    icon("reply"),
    h("span", null, counts.join(", ")),
    when,
  );
}

function lastWords(date, zone) {
  const day = dayLabel(date, zone, now());
  const near = day.includes(" ") ? shortDay(date, zone) : day.toLowerCase();
  return `last ${near} ${hourMinute(date, zone)}`;
}

function threadButton(message) {
  return iconButton("reply", "Reply in thread", {
    data: { testid: "thread-open", key: `t:${message.ts}` },
    on: { click: () => go({ thread: message.ts, tab: "messages" }) },
  });
}

function whisperRow(item, how) {
  const sign = JSON.stringify([item, how.zone, author(store.state.app.user).name]);
  return { key: `e:${item.id}`, sign, build: () => drawWhisper(item, how) };
}

function drawWhisper(item, how) {
  const who = author(store.state.app.user);
  const gone = () => {
    dismissed.add(item.id);
    how.redraw?.();
  };
  const about = h(
    "p",
    { class: "whisper-note" },
    icon("eye"),
    h("span", null, "Only visible to you"),
    item.command &&
      h("span", { class: "whisper-command" }, "Answer to ", h("code", null, item.command)),
    h("button", { type: "button", class: "quiet", on: { click: gone } }, "Dismiss"),
  );
  const body = h(
    "div",
    { class: "message-body" },
    about,
    head(who, item.ts, how.zone),
    content(item, `e:${item.id}`),
  );
  return h(
    "li",
    { class: "message whisper from-app", data: { testid: "ephemeral", ts: item.ts } },
    avatar(who),
    body,
  );
}

function noticeRow(item, how) {
  const key = noticeKey(item);
  const gone = () => {
    dismissed.add(key);
    how.redraw?.();
  };
  const build = () =>
    h(
      "li",
      { class: "notice", data: { testid: "notice" } },
      icon("alert"),
      h("span", null, item.text),
      h("button", { type: "button", class: "quiet", on: { click: gone } }, "Dismiss"),
    );
  return { key, sign: "", build };
}

const BUILD = { message: messageRow, whisper: whisperRow, notice: noticeRow };
