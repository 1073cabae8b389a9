// The list of conversations, and the drawer that holds it on narrow screens.

import { arrowKeys, h, icon, patch } from "./dom.js";
import { unread } from "./read.js";
import { channelOf, me, openChannel, store } from "./store.js";
import { avatar } from "./timeline.js";

/** Draw the conversations of the acting person. */
export function drawNav() {
  const nav = document.getElementById("nav");
  const { app, channels } = store.state;
  const dm = channelOf("app");
  const rows = [
    title("App"),
    item({
      key: "app",
      label: app.name,
      mark: () => avatar({ app: true }),
      href: `#${store.user}/app/${store.place === "app" ? store.tab : "home"}`,
      channel: dm,
    }),
    title("Channels"),
    ...channels
      .filter((channel) => channel.kind === "channel")
      .map((channel) =>
        item({
          key: channel.name,
          label: channel.name,
          mark: () => icon("hash"),
          href: `#${store.user}/${channel.name}`,
          channel,
          note: channel.members.includes(me().id) ? "" : "not joined",
        }),
      ),
  ];
  patch(nav, rows);
  const total = channels
    .filter((channel) => channel.members.includes(me().id))
    .reduce((sum, channel) => sum + count(channel), 0);
  document.title = `${total ? `(${total}) ` : ""}${openChannel()?.name ? `#${store.place}` : app.name} · Playground`;
  document.getElementById("menu").classList.toggle("has-new", total > 0);
}

const title = (text) => ({
  key: `title:${text}`,
  sign: "",
  build: () => h("h2", { class: "nav-title" }, text),
});

const count = (channel) => unread(channel).length;

function item({ key, label, mark, href, channel, note }) {
  const current = store.place === key;
  const fresh = count(channel);
  const build = () =>
    h(
      "a",
      {
        href,
        class: "nav-item",
        "aria-current": current ? "page" : null,
        data: { testid: `nav-${key}`, key: `nav-${key}` },
      },
      mark(),
      h("span", { class: "nav-name" }, label),
      note && h("span", { class: "nav-note" }, note),
      fresh > 0 && h("span", { class: "count" }, String(fresh), h("span", { class: "sr" }, " new")),
    );
  return { key, sign: JSON.stringify([label, href, current, fresh, note]), build };
}

/** Let the arrow keys move in the list, and the drawer open and close. */
export function wireSidebar() {
  const nav = document.getElementById("nav");
  const menu = document.getElementById("menu");
  const shade = document.getElementById("shade");
  const side = document.getElementById("side");
  nav.addEventListener("keydown", (event) => arrowKeys(event, [...nav.querySelectorAll("a")]));
  menu.append(icon("menu"));
  const show = (on) => {
    document.body.classList.toggle("drawer", on);
    menu.setAttribute("aria-expanded", String(on));
    shade.hidden = !on;
    if (on) (nav.querySelector('[aria-current="page"]') ?? nav.querySelector("a")).focus();
  };
  menu.addEventListener("click", () => show(!document.body.classList.contains("drawer")));
  shade.addEventListener("click", () => show(false));
  nav.addEventListener("click", (event) => event.target.closest("a") && show(false));
  side.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("drawer")) return;
    show(false);
    menu.focus();
  });
  matchMedia("(min-width: 861px)").addEventListener(
    "change",
    (change) => change.matches && show(false),
  );
}
