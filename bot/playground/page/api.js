// Talks to the playground's control routes and follows its changes.

import { emit, store } from "./store.js";

/** A refusal of the playground in its own words, or a sentence on why it was not reached. */
export class Refused extends Error {}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused(
      "The playground did not answer. Look whether this was done before you do it again.",
    );
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(body?.error ?? `The playground answered ${response.status}.`);
  return body;
}

/** Do something as the acting person: `route` is the last part of the control route. */
export async function act(route, body) {
  const answer = await call(`/playground/${route}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: store.user, ...body }),
  });
  await refresh();
  return answer;
}

/** Give the whole state, as seen by nobody in particular. */
export const wholeState = () => call("/playground/state");

let running = null;
let again = false;

/** Fetch the acting person's state; calls during a fetch lead to one more fetch after it. */
export function refresh() {
  if (running) again = true;
  else running = fetchAll().finally(() => (running = null));
  return running;
}

async function fetchAll() {
  do {
    again = false;
    const user = store.user;
    const state = await call(`/playground/state?user=${encodeURIComponent(user)}`).catch(lost);
    if (!state || user !== store.user) {
      again ||= user !== store.user;
      continue;
    }
    store.state = state;
    store.received = performance.now();
    store.stateUser = user;
    emit("reached", true);
    emit("state");
  } while (again);
}

async function lost(problem) {
  emit("reached", false);
  // Somebody who is not in this workspace may stand in the address: begin again as Maya.
  if (problem.message.startsWith("Nobody")) location.hash = "#maya/app/home";
  return null;
}

/** Follow the changes of the playground for ever. */
export function follow() {
  const source = new EventSource("/playground/stream");
  source.onmessage = (event) => {
    const { version } = JSON.parse(event.data);
    if (version !== store.state?.version) refresh();
  };
  source.onopen = () => refresh();
  source.onerror = () => {
    emit("reached", false);
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
  };
}
