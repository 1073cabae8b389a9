// Shows a conversation: its messages, what is new, and the field to write in.

import { act } from "./api.js";
import { composer } from "./composer.js";
import { h, icon, patch } from "./dom.js";
import { markRead, unread } from "./read.js";
import { author, me, names, openChannel, store } from "./store.js";
import { fail, whisper } from "./tell.js";
import { spoken } from "./texts.js";
import { entriesOf, rowsOf } from "./timeline.js";

const SHOWN = 200;
const NEAR_PIXELS = 120;

let talk = null;

/** Draw the open conversation into `box`, keeping what is unchanged. */
export function drawConversation(box) {
  const channel = openChannel();
  if (!channel) return drawMissing(box);
  const key = `${store.user}|${channel.id}|${channel.members.includes(me().id)}`;
  if (talk?.key !== key || !box.contains(talk.node)) {
    talk = build(channel, key);
    box.replaceChildren(talk.node);
    draw(channel);
    toStart(channel);
  } else draw(channel);
}

/** Forget the open conversation, when another surface is shown. */
export function leaveConversation() {
  talk = null;
}

function drawMissing(box) {
  box.replaceChildren(
    h("div", { class: "empty" }, h("p", null, `There is no channel named ${store.place}.`)),
  );
}

function build(channel, key) {
  const rows = h("ol", { class: "rows" });
  const about = h("div");
  const earlier = h(
    "button",
    { type: "button", class: "button earlier", hidden: true },
    "Show earlier messages",
  );
  const working = h("p", { class: "working", hidden: true, role: "status" });
  const scroll = h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Messages" },
    about,
    earlier,
    rows,
    working,
  );
  const jump = h(
    "button",
    { type: "button", class: "button jump", hidden: true },
    icon("down"),
    "New messages below",
  );
  const fresh = unread(channel)[0];
  const self = {
    key,
    rows,
    about,
    earlier,
    scroll,
    jump,
    working,
    most: SHOWN,
    seen: null,
    newAt: fresh ? Number(fresh.ts) : null,
    down: true,
  };
  earlier.addEventListener("click", () => more(self));
  jump.addEventListener("click", () => bottom(self));
  scroll.addEventListener(
    "scroll",
    () => {
      self.down = near(scroll);
      if (self.down) jump.hidden = true;
    },
    { passive: true },
  );
  const panel =
    channel.kind === "dm"
      ? { id: "app-panel", role: "tabpanel", "aria-labelledby": "tab-messages" }
      : null;
  self.node = h(
    "div",
    { class: "talk", ...panel },
    h("div", { class: "scroll-box" }, scroll, jump),
    foot(channel, self),
  );
  return self;
}

function intro(channel) {
  const app = store.state.app;
  if (channel.kind === "dm") {
    return h(
      "div",
      { class: "intro" },
      h("h2", null, `You and ${app.name}`),
      h(
        "p",
        null,
        `A private conversation. Write below: ${app.name} answers right here, under your message. Type `,
        h("code", null, app.command),
        " to see its commands.",
      ),
    );
  }
  const inside = channel.members.includes(app.user);
  const words = inside
    ? [
        "The app is a member here. It answers when you mention it with ",
        h("code", null, `@${app.name}`),
        " or type ",
        h("code", null, app.command),
        ".",
      ]
    : [
        "The app is not a member here and reads nothing. ",
        h("code", null, app.command),
        " still answers, visible only to you.",
      ];
  return h(
    "div",
    { class: "intro" },
    h("h2", null, `#${channel.name}`),
    channel.topic && h("p", null, channel.topic),
    h("p", null, words),
  );
}

function foot(channel, self) {
  if (channel.archived)
    return h("p", { class: "foot-note" }, "This channel is archived; nothing can be added.");
  if (!channel.members.includes(me().id)) return joinLine(channel);
  const where = channel.kind === "dm" ? store.state.app.name : `#${channel.name}`;
  const working = (text) => {
    self.working.hidden = !text;
    self.working.textContent = text
      ? `${store.state.app.name} is working on ${text.slice(0, 60)}…`
      : "";
    if (text) bottom(self);
  };
  const { command, name } = store.state.app;
  const answers = channel.kind === "dm" ? `${name} answers right above. ` : "";
  const hint = `${answers}Type ${command} for its commands. Enter sends, Shift+Enter starts a new line.`;
  const made = composer({
    channel: channel.kind === "dm" ? "app" : channel.id,
    label: `Message ${where}`,
    hint,
    working,
  });
  self.field = made.field;
  return made.node;
}

function joinLine(channel) {
  const join = h(
    "button",
    { type: "button", class: "button primary", data: { testid: "join" } },
    `Join #${channel.name}`,
  );
  join.addEventListener("click", async () => {
    join.disabled = true;
    await act("member", { channel: channel.id, action: "join" }).catch(fail);
    join.disabled = false;
  });
  return h("p", { class: "foot-note" }, `${me().name} is not in this channel. `, join);
}

function draw(channel) {
  const self = talk;
  const entries = entriesOf(channel);
  const shown = entries.slice(-self.most);
  const newest = entries.at(-1);
  const before = self.seen;
  patch(self.about, [
    {
      key: "intro",
      sign: JSON.stringify([channel, store.state.app.name]),
      build: () => intro(channel),
    },
  ]);
  self.earlier.hidden = entries.length <= shown.length;
  patch(self.rows, rowsOf(shown, { newAt: self.newAt, redraw: () => draw(channel) }));
  self.rows.setAttribute("aria-label", `Messages in ${channel.name ?? store.state.app.name}`);
  self.seen = newest?.at ?? 0;
  if (before !== null)
    arrived(
      self,
      entries.filter((entry) => entry.at > before),
    );
  if (!document.hidden) markRead(channel);
}

function arrived(self, entries) {
  if (!entries.length) return;
  const others = entries.filter((entry) => entry.kind !== "message" || entry.item.user !== me().id);
  const mine = others.length < entries.length;
  if (self.down || mine) bottom(self);
  else self.jump.hidden = false;
  for (const { kind, item } of others.slice(-3)) {
    const who =
      kind === "notice"
        ? "Playground"
        : author(item.user === me().id ? store.state.app.user : item.user).name;
    whisper(
      `${who}${kind === "whisper" ? ", only visible to you" : ""}: ${spoken(item.text, names())}`,
    );
  }
}

const near = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PIXELS;

function bottom(self) {
  self.scroll.scrollTop = self.scroll.scrollHeight;
  self.down = true;
  self.jump.hidden = true;
}

function toStart() {
  const line = talk.rows.querySelector(".new-line");
  if (line) line.scrollIntoView({ block: "center" });
  else bottom(talk);
  talk.down = near(talk.scroll);
}

function more(self) {
  const before = self.scroll.scrollHeight - self.scroll.scrollTop;
  self.most += SHOWN;
  draw(openChannel());
  self.scroll.scrollTop = self.scroll.scrollHeight - before;
  if (self.earlier.hidden) self.scroll.focus({ preventScroll: true });
}

/** Put the keyboard into the field to write in, when there is one. */
export const focusComposer = () => talk?.field?.focus();
