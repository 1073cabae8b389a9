// Shows instants in a person's zone, and reads local dates and times back.

const cache = new Map();

function format(zone, options) {
  const name = `${zone}|${JSON.stringify(options)}`;
  if (!cache.has(name)) cache.set(name, make(zone, options));
  return cache.get(name);
}

function make(zone, options) {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  } catch {
    // A zone that this browser does not know is shown in UTC rather than not at all.
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
}

/** Give the instant of a message's ts ("1772438400.000100"). */
export const ofTs = (ts) => new Date(Number(ts) * 1000);

/** Give "09:05". */
export const hourMinute = (date, zone) =>
  format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);

/** Give "09:05:30". */
export const hourMinuteSecond = (date, zone) =>
  format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(
    date,
  );

/** Give "Mon 2 Mar 2026". */
export function shortDay(date, zone) {
  const options = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  return format(zone, options).format(date).replace(/,/g, "");
}

/** Give "Monday 2 March 2026". */
export function longDay(date, zone) {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return format(zone, options).format(date).replace(/,/g, "");
}

/** Give "2026-03-02" as the day there. */
export function dayKey(date, zone) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit" };
  return format(zone, options).format(date).split("/").reverse().join("-");
}

/** Give "Today", "Yesterday", "Tomorrow" or the whole date. */
export function dayLabel(date, zone, now) {
  return nearDay(date, zone, now) ?? longDay(date, zone);
}

function nearDay(date, zone, now) {
  const days = Date.parse(dayKey(date, zone)) - Date.parse(dayKey(now, zone));
  return { 0: "Today", "-86400000": "Yesterday", 86400000: "Tomorrow" }[days];
}

function offset(date, zone) {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  const part = {};
  for (const { type, value } of format(zone, options).formatToParts(date)) part[type] = value;
  const local = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(date.getTime() / 1000) * 1000;
}

/** Give the instant of "2026-03-02T09:00" as read on a clock in `zone`; null when unreadable. */
export function fromLocal(text, zone) {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  const guess = wall - offset(new Date(wall), zone);
  return new Date(wall - offset(new Date(guess), zone));
}

/** Give "2026-03-02T09:00" as read on a clock in `zone`. */
export const toLocal = (date, zone) => `${dayKey(date, zone)}T${hourMinute(date, zone)}`;

/** Give "Berlin" for "Europe/Berlin". */
export const city = (zone) => zone.split("/").pop().replace(/_/g, " ");

const MINUTE = 60000;
const SPANS = [
  [525600, "year"],
  [43200, "month"],
  [1440, "day"],
  [60, "hour"],
  [1, "minute"],
];

function ago(date, now) {
  const minutes = Math.round((now - date) / MINUTE);
  const span = SPANS.find(([size]) => Math.abs(minutes) >= size);
  if (!span) return "now";
  const count = Math.round(Math.abs(minutes) / span[0]);
  const words = `${count} ${span[1]}${count === 1 ? "" : "s"}`;
  return minutes > 0 ? `${words} ago` : `in ${words}`;
}

/** Fill a date pattern such as "{date_short} at {time}"; unknown parts stay as they are. */
export function fill(pattern, date, zone, now) {
  const text = (options) => format(zone, options).format(date).replace(/,/g, "");
  const long = () => longDay(date, zone);
  const short = () => text({ day: "numeric", month: "short", year: "numeric" });
  const plain = () => text({ day: "numeric", month: "long", year: "numeric" });
  const pretty = (other) => () => nearDay(date, zone, now)?.toLowerCase() ?? other();
  const known = {
    __proto__: null,
    date: plain,
    date_num: () => dayKey(date, zone),
    date_short: short,
    date_long: long,
    date_pretty: pretty(plain),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(long),
    date_slash: () => text({ day: "2-digit", month: "2-digit", year: "numeric" }),
    day_divider_pretty: pretty(long),
    time: () => hourMinute(date, zone),
    time_secs: () => hourMinuteSecond(date, zone),
    ago: () => ago(date, now),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => known[name]?.() ?? whole);
}
