// Keeps what a person enters into blocks, so that drawing a block anew never loses it.

const entered = new Map();

const ONE = new Set(["static_select", "external_select", "radio_buttons"]);
const NAMES = {
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "date_time",
  users_select: "user",
  conversations_select: "conversation",
  channels_select: "channel",
  multi_users_select: "users",
  multi_conversations_select: "conversations",
  multi_channels_select: "channels",
};

/** Name one control of the page. */
export const keyOf = (ctx, block, element) =>
  `${ctx.place}|${block.block_id ?? ""}|${element.action_id ?? ""}`;

/** Whether an element holds several values. */
export const isList = (element) =>
  element.type === "checkboxes" || element.type.startsWith("multi_");

function initial(element) {
  if (ONE.has(element.type)) return element.initial_option?.value ?? "";
  if (NAMES[element.type])
    return element[`initial_${NAMES[element.type]}`] ?? (isList(element) ? [] : "");
  if (isList(element)) return (element.initial_options ?? []).map((option) => option.value);
  if (element.type === "rich_text_input") return "";
  return element.initial_value ?? "";
}

function known(ctx, block, element) {
  const state = ctx.values?.[block.block_id]?.[element.action_id];
  if (!state || state.type !== element.type) return undefined;
  if (ONE.has(element.type)) return state.selected_option?.value ?? "";
  if (NAMES[element.type])
    return state[`selected_${NAMES[element.type]}`] ?? (isList(element) ? [] : "");
  if (isList(element)) return (state.selected_options ?? []).map((option) => option.value);
  if (element.type === "rich_text_input") return undefined;
  return state.value ?? "";
}

/** Give what a control holds: as entered, else as the playground knows it, else its beginning. */
export function held(ctx, block, element) {
  const base = JSON.stringify(initial(element));
  const kept = entered.get(keyOf(ctx, block, element));
  // In a form, what was typed stays as long as the field is the same one. Elsewhere the app may
  // have changed the value it begins with: then that is the newer one.
  if (kept && (ctx.surface === "modal" || kept.base === base)) return kept.value;
  return known(ctx, block, element) ?? initial(element);
}

/** Keep what was entered into a control. */
export function keep(ctx, block, element, value) {
  entered.set(keyOf(ctx, block, element), { value, base: JSON.stringify(initial(element)) });
}

/** Forget what was entered in a place, after it closed. */
export function forget(place) {
  for (const key of entered.keys()) if (key.startsWith(`${place}|`)) entered.delete(key);
}

/** Give the values of a form as the playground takes them. */
export function formValues(ctx, blocks) {
  const values = {};
  for (const block of blocks) {
    const element = block.type === "input" ? block.element : null;
    if (!element || element.type === "file_input") continue;
    values[block.block_id] = { [element.action_id]: sent(element, held(ctx, block, element)) };
  }
  return values;
}

/** Give a value as the playground takes it; nothing entered is null. */
export function sent(element, value) {
  if (value === "" || (Array.isArray(value) && !value.length)) return isList(element) ? [] : null;
  if (element.type !== "rich_text_input") return value;
  const section = { type: "rich_text_section", elements: [{ type: "text", text: value }] };
  return { type: "rich_text", elements: [section] };
}
