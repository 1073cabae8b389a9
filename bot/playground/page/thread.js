// Shows a thread beside its conversation.

import { iconButton } from "./act.js";
import { composer } from "./composer.js";
import { h, patch } from "./dom.js";
import { author, go, me, names, openChannel, store } from "./store.js";
import { whisper } from "./tell.js";
import { spoken } from "./texts.js";
import { entriesOf, rowsOf } from "./timeline.js";

const box = () => document.getElementById("thread");
let open = null;

/** Draw the open thread, or hide the pane. */
export function drawThread() {
  const channel =
    store.thread && (store.place !== "app" || store.tab === "messages") && openChannel();
  const root =
    channel &&
    store.state.messages.find((item) => item.channel === channel.id && item.ts === store.thread);
  document.getElementById("frame").classList.toggle("with-thread", Boolean(root));
  if (!root) return hide();
  const key = `${store.user}|${channel.id}|${root.ts}`;
  if (open?.key !== key) {
    open = build(channel, root, key);
    box().replaceChildren(...open.parts);
    box().hidden = false;
    (open.field ?? open.scroll).focus();
  }
  draw(channel, root);
}

function hide() {
  if (!open) return;
  const opener = `t:${open.root}`;
  const inside = box().contains(document.activeElement);
  open = null;
  box().hidden = true;
  box().replaceChildren();
  if (!inside) return;
  const again = [...document.querySelectorAll("[data-key]")].find(
    (node) => node.dataset.key === opener,
  );
  (again ?? document.getElementById("main")).focus({ preventScroll: true });
}

function build(channel, root, key) {
  const rows = h("ol", { class: "rows" });
  const scroll = h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Messages of the thread" },
    rows,
  );
  const close = iconButton("close", "Close the thread", {
    data: { testid: "thread-close" },
    on: { click: () => go({}) },
  });
  const where = channel.name ? `#${channel.name}` : store.state.app.name;
  const head = h(
    "header",
    { class: "thread-head" },
    h("div", null, h("h2", null, "Thread"), h("p", null, where)),
    close,
  );
  const writable = channel.members.includes(me().id) && !channel.archived;
  const made =
    writable &&
    composer({
      channel: channel.kind === "dm" ? "app" : channel.id,
      thread: root.ts,
      label: "Reply in this thread",
      hint: channel.kind === "dm"
        ? `${store.state.app.name} reads replies to its own messages.`
        : "Enter sends.",
    });
  return {
    key,
    root: root.ts,
    rows,
    scroll,
    parts: [head, scroll, made && made.node].filter(Boolean),
    field: made && made.field,
    count: null,
  };
}

function draw(channel, root) {
  const entries = entriesOf(channel, root.ts);
  const low = open.scroll.scrollHeight - open.scroll.scrollTop - open.scroll.clientHeight < 120;
  patch(open.rows, rowsOf(entries, { thread: root.ts, redraw: () => draw(channel, root) }));
  const fresh = open.count === null ? [] : entries.slice(open.count);
  if (open.count === null || (fresh.length && low))
    open.scroll.scrollTop = open.scroll.scrollHeight;
  for (const { item, kind } of fresh) {
    if (kind === "message" && item.user === me().id) continue;
    whisper(`${author(item.user).name} in the thread: ${spoken(item.text, names())}`);
  }
  open.count = entries.length;
}

/** Close the thread when Escape is pressed in it. */
export function wireThread() {
  box().addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) go({});
  });
}
