// Shows the app's Home tab.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, markFocus, patch, restoreFocus } from "./dom.js";
import { me, names, store } from "./store.js";
import { fail } from "./tell.js";

let asked = null;
let waiting = false;

/** Tell the app which of its tabs is open, once per visit of the tab. */
export async function visit() {
  const key = store.place === "app" ? `${store.user}|${store.tab}` : null;
  if (key === asked) return;
  asked = key;
  if (key) await ask();
}

async function ask() {
  waiting = true;
  await act("home", { tab: store.tab }).catch(fail);
  waiting = false;
  const box = document.querySelector(".home");
  if (box) drawInto(box);
}

/** Draw the Home tab into `surface`, keeping what is unchanged. */
export function drawHome(surface) {
  let box = surface.querySelector(":scope > .home");
  if (!box) {
    box = h("div", {
      class: "home scroll",
      id: "app-panel",
      role: "tabpanel",
      tabindex: "0",
      "aria-labelledby": "tab-home",
      data: { testid: "home" },
    });
    surface.replaceChildren(box);
  }
  drawInto(box);
}

function drawInto(box) {
  const view = store.state.homes[me().id];
  if (!view) return patch(box, [nothing()]);
  const mark = markFocus(box);
  const ctx = {
    surface: "home",
    place: `v:${view.id}`,
    heading: 2,
    names: names(),
    target: { view_id: view.id },
    values: view.state?.values,
    blocks: view.blocks,
  };
  const sign = JSON.stringify([view.id, view.hash, ctx.names.zone, store.user]);
  patch(box, [
    { key: view.id, sign, build: () => h("div", { class: "home-page" }, blocks(ctx, view.blocks)) },
  ]);
  restoreFocus(box, mark);
}

function nothing() {
  const { app } = store.state;
  const again = h("button", { type: "button", class: "button", on: { click: ask } }, "Ask again");
  const text = waiting
    ? `Opening the Home of ${app.name}…`
    : `${app.name} has shown no Home to ${me().name} yet.`;
  const build = () => h("div", { class: "empty" }, h("p", null, text), !waiting && again);
  return { key: "none", sign: text, build };
}
