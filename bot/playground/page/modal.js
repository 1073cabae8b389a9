// Shows the form that the app opened, the topmost of its stack.

import { act } from "./api.js";
import { iconButton, spinner } from "./act.js";
import { blocks } from "./blocks.js";
import { freshId, h, markFocus, restoreFocus } from "./dom.js";
import { forget, formValues } from "./inputs.js";
import { me, names, store } from "./store.js";
import { textOf } from "./texts.js";

const FOCUSABLE =
  'a[href], button:not([disabled]):not([tabindex="-1"]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex="0"]';

let shown = null; // {id, sign, dialog, form, body, say, submit, ctx, view}
let opener = null;
const known = new Set();

document.addEventListener("focusin", (event) => {
  if (!event.target.closest("dialog")) opener = event.target;
});

/** Draw the topmost form of the acting person, or close what is shown. */
export function drawModal() {
  const stack = store.state.views
    .filter((view) => view.user === me().id)
    .sort((a, b) => a.depth - b.depth);
  forgetClosed(stack);
  const top = stack.at(-1);
  if (!top) return end();
  const sign = JSON.stringify([top.view.hash, top.errors, names().zone]);
  if (shown?.id !== top.id) show(top, sign);
  else if (shown.sign !== sign) redraw(top, sign);
}

function forgetClosed(stack) {
  const open = new Set(stack.map((view) => view.id));
  for (const id of known) {
    if (open.has(id)) continue;
    known.delete(id);
    forget(`v:${id}`);
  }
  for (const id of open) known.add(id);
}

function end() {
  if (!shown) return;
  shown.dialog.close();
  shown.dialog.remove();
  shown = null;
  const same = opener?.isConnected ? opener : again(opener);
  (same ?? document.getElementById("main")).focus({ preventScroll: true });
}

const again = (node) =>
  node?.dataset?.key &&
  [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key === node.dataset.key,
  );

function contextOf(top) {
  return {
    surface: "modal",
    place: `v:${top.id}`,
    heading: 3,
    names: names(),
    target: { view_id: top.id },
    values: top.view.state?.values,
    errors: top.errors,
    blocks: top.view.blocks,
  };
}

function show(top, sign) {
  const first = !shown;
  const dialog = first ? frame() : shown.dialog;
  const body = h("div", { class: "dialog-body" });
  const say = h("p", { class: "dialog-say", role: "alert", hidden: true });
  const id = freshId("modal");
  const form = h("form", { novalidate: true, class: "dialog-form" });
  shown = { id: top.id, dialog, body, say, form };
  fill(top, sign, id);
  dialog.setAttribute("aria-labelledby", `${id}-title`);
  dialog.dataset.callbackId = top.view.callback_id ?? "";
  dialog.replaceChildren(
    form,
    h("div", { class: "sr dialog-live", role: "status", "aria-live": "polite" }),
  );
  if (first) {
    document.body.append(dialog);
    dialog.showModal();
  }
  focusFirst();
}

function frame() {
  const dialog = h("dialog", {
    class: "dialog modal",
    data: { testid: "modal" },
    "aria-modal": "true",
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Tab") trap(event, dialog);
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
  return dialog;
}

function trap(event, dialog) {
  const all = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}

function fill(top, sign, id) {
  const { form, body, say } = shown;
  const { view } = top;
  const x = iconButton("close", "Close", {
    data: { testid: "modal-close", key: "modal-close" },
    on: { click: close },
  });
  const cancel = h(
    "button",
    { type: "button", class: "button", data: { key: "modal-cancel" }, on: { click: close } },
    textOf(view.close) || "Close",
  );
  const submit =
    view.submit &&
    h(
      "button",
      {
        type: "submit",
        class: "button primary",
        data: { testid: "modal-submit", key: "modal-submit" },
        disabled: Boolean(view.submit_disabled),
      },
      h("span", { class: "button-text" }, textOf(view.submit)),
      spinner(),
    );
  Object.assign(shown, { view, sign, submit, ctx: contextOf(top), titleId: id });
  body.replaceChildren(blocks(shown.ctx, view.blocks));
  const steps =
    top.depth > 1
      ? h("p", { class: "dialog-depth" }, `Opened from the form before it (${top.depth})`)
      : null;
  form.replaceChildren(
    h(
      "header",
      { class: "dialog-head" },
      h("div", null, h("h2", { id: `${id}-title` }, textOf(view.title) || "Form"), steps ?? ""),
      x,
    ),
    body,
    say,
    h("footer", { class: "dialog-actions" }, cancel, submit || ""),
  );
  form.onsubmit = send;
}

function redraw(top, sign) {
  const mark = markFocus(shown.dialog);
  const place = shown.body.scrollTop;
  const wrong =
    Object.keys(top.errors).length > 0 &&
    JSON.stringify(top.errors) !== JSON.stringify(shown.ctx.errors);
  fill(top, sign, shown.titleId);
  shown.body.scrollTop = place;
  restoreFocus(shown.dialog, mark);
  if (shown.sending) hold(true);
  if (wrong) focusError();
  else if (!shown.dialog.contains(document.activeElement)) focusFirst();
}

function focusFirst() {
  const wanted = shown.body.querySelector("[data-focus-first]");
  const field =
    wanted ?? shown.body.querySelector("input, select, textarea, summary, button, a[href]");
  (field ?? shown.submit ?? shown.form.querySelector("button"))?.focus({ preventScroll: !wanted });
  shown.body.scrollTop = wanted ? shown.body.scrollTop : 0;
}

function focusError() {
  const block = shown.body.querySelector(".input.wrong");
  block?.querySelector("input, select, textarea, summary")?.focus();
  block?.scrollIntoView({ block: "nearest" });
}

function hold(on) {
  const { submit } = shown;
  if (!submit) return;
  submit.disabled = on || Boolean(shown.view.submit_disabled);
  if (on) submit.setAttribute("aria-busy", "true");
  else submit.removeAttribute("aria-busy");
}

async function send(event) {
  event.preventDefault();
  const form = shown;
  if (!form?.submit || form.sending || form.view.submit_disabled) return;
  form.sending = true;
  form.say.hidden = true;
  hold(true);
  try {
    const values = formValues(form.ctx, form.view.blocks);
    const answer = await act("submit", { view_id: form.id, values });
    if (shown === form) after(form, answer);
  } catch (problem) {
    if (shown === form) tell(form, `${problem.message} What you typed is still here.`);
  } finally {
    form.sending = false;
    if (shown === form) hold(false);
  }
}

function after(form, answer) {
  const fields = new Set(form.view.blocks.map((block) => block.block_id));
  const loose = Object.entries(answer.errors ?? {}).filter(([id]) => !fields.has(id));
  if (loose.length) return tell(form, loose.map(([, text]) => text).join(" "));
  if (answer.response_action === "errors") return focusError();
  if (!answer.acknowledged)
    tell(form, "The app did not answer in time. What you typed is still here; send it again.");
}

function tell(form, text) {
  form.say.textContent = text;
  form.say.hidden = false;
}

async function close() {
  const form = shown;
  if (!form || form.closing) return;
  form.closing = true;
  try {
    await act("close", { view_id: form.id });
  } catch (problem) {
    tell(form, problem.message);
  } finally {
    form.closing = false;
  }
}
