// The heading of the open place, with the app's two tabs or what to know of a channel.

import { act } from "./api.js";
import { arrowKeys, h, patch } from "./dom.js";
import { unread } from "./read.js";
import { channelOf, go, me, openChannel, store } from "./store.js";
import { fail } from "./tell.js";
import { avatar } from "./timeline.js";

/** Draw the heading of the open place. */
export function drawPlace() {
  const box = document.getElementById("place");
  patch(box, [store.place === "app" ? appRow() : channelRow()]);
}

function appRow() {
  const { app } = store.state;
  const fresh = store.tab === "messages" ? 0 : unread(channelOf("app")).length;
  const sign = JSON.stringify([app.name, app.connected, store.tab, fresh, store.user]);
  const state = app.connected ? "Connected" : "Not connected: it answers as soon as it is started";
  const build = () =>
    h(
      "div",
      { class: "place-row with-tabs" },
      h(
        "div",
        { class: "place-title" },
        avatar({ app: true }),
        h(
          "div",
          null,
          h("h1", null, app.name, " ", h("span", { class: "badge" }, "app")),
          h("p", { class: app.connected ? "place-sub" : "place-sub off" }, state),
        ),
      ),
      tabs(fresh),
    );
  return { key: "app", sign, build };
}

function tabs(fresh) {
  const tab = (name, words, extra) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-selected": String(store.tab === name),
        "aria-controls": "app-panel",
        tabindex: store.tab === name ? "0" : "-1",
        data: { testid: `tab-${name}`, key: `tab-${name}` },
        on: { click: () => go({ tab: name }) },
      },
      words,
      extra,
    );
  const mark =
    fresh > 0 && h("span", { class: "count" }, String(fresh), h("span", { class: "sr" }, " new"));
  const list = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Parts of the app" },
    tab("home", "Home"),
    tab("messages", "Messages", mark),
  );
  list.addEventListener("keydown", (event) => {
    if (arrowKeys(event, [...list.children], "ArrowLeft", "ArrowRight"))
      document.activeElement.click();
  });
  return list;
}

function channelRow() {
  const channel = openChannel();
  if (!channel) return { key: "none", sign: "", build: () => h("h1", null, "No such channel") };
  const { app } = store.state;
  const inside = channel.members.includes(app.user);
  const sign = JSON.stringify([channel, app.name, me().id]);
  const people = channel.members.filter((id) => id !== app.user).length;
  const build = () =>
    h(
      "div",
      { class: "place-row" },
      h(
        "div",
        { class: "place-title" },
        h(
          "div",
          null,
          h("h1", null, `#${channel.name}`),
          h("p", { class: "place-sub" }, channel.topic),
        ),
      ),
      h(
        "div",
        { class: "place-side" },
        h(
          "span",
          null,
          `${people} ${people === 1 ? "person" : "people"}${inside ? ` and ${app.name}` : ""}`,
        ),
        !inside && addButton(channel, app),
      ),
    );
  return { key: channel.id, sign, build };
}

function addButton(channel, app) {
  const button = h(
    "button",
    { type: "button", class: "button", data: { testid: "add-app", key: "add-app" } },
    `Add ${app.name}`,
  );
  button.addEventListener("click", async () => {
    button.disabled = true;
    await act("member", { user: "bot", channel: channel.id, action: "join" }).catch(fail);
    button.disabled = false;
  });
  return button;
}
