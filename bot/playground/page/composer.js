// The field in which people write messages and the app's command.

import { act } from "./api.js";
import { completer } from "./completer.js";
import { freshId, h, icon } from "./dom.js";
import { recall, remember, store } from "./store.js";
import { whisper } from "./tell.js";

const drafts = new Map(Object.entries(recall("drafts") ?? {}));

function keepDraft(key, text) {
  if (text) drafts.set(key, text);
  else drafts.delete(key);
  remember("drafts", Object.fromEntries(drafts));
}

/** Make a composer. `thread`: ts of a thread or null. `working(text|null)` shows a pending command. */
export function composer({ channel, label, hint, thread = null, working }) {
  const key = `${store.user}|${channel}|${thread ?? ""}`;
  const ids = freshId("composer");
  const prefix = thread ? "thread-composer" : "composer";
  const field = h("textarea", {
    rows: "1",
    id: ids,
    dir: "auto",
    placeholder: label,
    "aria-label": label,
    "aria-describedby": `${ids}-hint ${ids}-error`,
    data: { testid: prefix, key: ids },
    autocomplete: "off",
  });
  const error = h("p", { class: "composer-error", id: `${ids}-error`, role: "alert" });
  const send = h(
    "button",
    {
      type: "submit",
      class: "button primary send",
      "aria-label": "Send",
      data: { testid: thread ? "thread-send" : "composer-send" },
    },
    icon("send"),
  );
  const form = h(
    "form",
    { class: "composer" },
    error,
    h("div", { class: "composer-box" }, field, send),
    h("p", { class: "composer-hint", id: `${ids}-hint` }, hint),
  );
  const list = thread ? null : completer(field, form);
  const resize = () => {
    field.classList.toggle("tall", field.value.length > 200 || field.value.includes("\n"));
    send.disabled = !field.value.trim();
  };
  const put = (text) => {
    field.value = text;
    keepDraft(key, text);
    error.textContent = "";
    resize();
    list?.update();
  };
  field.addEventListener("input", () => put(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list?.keydown(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  });
  const submit = async () => {
    const text = field.value.trim();
    const problem = refusal(text, thread);
    if (!text) return;
    if (problem) return void (error.textContent = problem);
    put("");
    field.focus();
    try {
      await deliver(text, channel, thread, working);
    } catch (failure) {
      // What was written meanwhile stays, after what could not be sent.
      put([text, field.value].filter(Boolean).join("\n"));
      error.textContent = failure.message;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.value = drafts.get(key) ?? "";
  resize();
  return { node: form, field };
}

const isCommand = (text) => /^\/\S/.test(text);

function refusal(text, thread) {
  const { command } = store.state.app;
  if (!isCommand(text)) return null;
  if (thread)
    return `Commands do not work in threads. Write ${command} in the conversation itself.`;
  const name = text.split(/\s/, 1)[0];
  if (name === command) return null;
  return `There is no command ${name} here; the app's command is ${command}. To send this as a message, begin with another character.`;
}

async function deliver(text, channel, thread, working) {
  if (!isCommand(text)) {
    await act("message", { channel, text, thread_ts: thread ?? undefined });
    return;
  }
  const name = text.split(/\s/, 1)[0];
  working?.(text);
  try {
    const answer = await act("command", {
      channel,
      command: name,
      text: text.slice(name.length).trim(),
    });
    if (!answer.acknowledged) whisper(`${name} did not answer in time.`);
  } finally {
    working?.(null);
  }
}
