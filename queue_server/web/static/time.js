/**
 * The server's clock as seen from this page, and times in words.
 * Shows only; nothing is decided by these times.
 */
import { lang, say } from "./core.js";

let skewMs = 0; // server minus this device
let zone = "Asia/Shanghai";
const formats = new Map();

/** Learns the server's clock from an RFC 3339 text. */
export function learnServerTime(iso) {
  const server = Date.parse(iso);
  if (!Number.isNaN(server)) skewMs = server - Date.now();
}

/** Sets the hall's IANA time zone; an unknown name keeps the last one. */
export function setZone(name) {
  if (name === zone) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return; // a browser that lacks this zone goes on showing the default one
  }
  zone = name;
  formats.clear();
}

export const serverNow = () => Date.now() + skewMs;

/** Whole seconds since an RFC 3339 instant, never negative. */
export function secondsSince(iso) {
  return Math.max(0, Math.floor((serverNow() - Date.parse(iso)) / 1000));
}

function format(key, options) {
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(lang, { timeZone: zone, ...options }));
  }
  return formats.get(key);
}

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export const clockText = (ms = serverNow()) => format("clock", HOUR).format(ms);

export const dateText = (ms = serverNow()) =>
  format("date", { month: "long", day: "numeric", weekday: "long" }).format(ms);

/** The hall's local hour, 0–23. */
export const localHour = (ms = serverNow()) =>
  Number(format("hour", { hour: "2-digit", hourCycle: "h23" }).format(ms).match(/\d+/)[0]);

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** "mon,tue,wed 09:00–12:00" lines in words, times of the same days together. */
export function hoursText(lines) {
  const times = new Map();
  for (const line of lines) {
    const [, days, time] = /^(?:([a-z,]+) )?(.*)$/.exec(line);
    times.set(days, [...(times.get(days) ?? []), time]);
  }
  return [...times].map(([days, list]) => `${daysText(days)}${list.join(" ")}`).join("  ");
}

function daysText(days) {
  if (!days) return "";
  const numbers = days.split(",").map((day) => DAYS.indexOf(day)).sort((a, b) => a - b);
  const words = numbers.map((number) => say(`days.${DAYS[number]}`));
  const unbroken = numbers.length > 2 && numbers.at(-1) - numbers[0] === numbers.length - 1;
  const text = unbroken ? say("days.span", { from: words[0], to: words.at(-1) }) : words.join(say("days.join"));
  return `${text} `;
}

/** 03:07 or 1:03:07, for a time that runs. */
export function runningText(seconds) {
  const pad = (value) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** Whole minutes in words, at least one. */
export function minutesText(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return say("time.minutes", { n: minutes });
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  if (rest === 0) return say("time.hours", { n: hours });
  return say("time.hours_minutes", { h: hours, m: rest });
}

/** "about 12–20 minutes" from a Wait, or null when there is none. */
export function waitText(wait) {
  if (!wait) return null;
  const low = Math.round(wait.p50_s / 60);
  const high = Math.round(wait.p90_s / 60);
  if (high < 1) return say("time.at_once");
  if (high <= Math.max(low, 1)) return say("time.about", { n: high });
  return say("time.between", { low: Math.max(low, 1), high });
}
