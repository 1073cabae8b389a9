// Asks a yes-or-no question in a dialog.

import { freshId, h } from "./dom.js";

/** Ask, with a text or node; gives true for yes. Escape and the other button mean no. */
export function ask({ title, text, yes, no, danger }) {
  const id = freshId("ask");
  const dialog = h("dialog", {
    class: "dialog ask",
    data: { testid: "confirm" },
    "aria-labelledby": `${id}-title`,
    "aria-describedby": `${id}-text`,
  });
  const back = document.activeElement;
  return new Promise((resolve) => {
    const end = (answer) => () => {
      dialog.close();
      dialog.remove();
      back?.focus?.({ preventScroll: true });
      resolve(answer);
    };
    const sure = danger ? "button danger" : "button primary";
    dialog.append(
      h("h2", { id: `${id}-title` }, title),
      h("div", { class: "ask-text", id: `${id}-text` }, text),
      h(
        "div",
        { class: "dialog-actions" },
        h(
          "button",
          {
            type: "button",
            class: "button",
            data: { testid: "confirm-no" },
            on: { click: end(false) },
          },
          no,
        ),
        h(
          "button",
          {
            type: "button",
            class: sure,
            data: { testid: "confirm-yes" },
            on: { click: end(true) },
          },
          yes,
        ),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(false)();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
