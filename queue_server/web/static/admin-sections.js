/**
 * What each section of the administration shows and sends. Draws nothing itself.
 * data: {configuration, content, staff, roles}, as the server tells it.
 */
import { named, say } from "./core.js";
import { optionsOf } from "./admin-form.js";

const ID = "[0-9A-Za-z][0-9A-Za-z_\\-]{0,31}";
const id = { name: "id", type: "text", required: true, pattern: ID };
const both = [
  { name: "name", type: "text", required: true, most: 64 },
  { name: "name_en", type: "text", required: true, most: 64 },
];
const until = { name: "until", type: "date" };

const minutes = (value) => say("admin.minutes", { n: Math.round(value * 10) / 10 });

/** The same section for all: {id, items, columns, fields, put, remove, acts}. */
export function sectionsOf(data) {
  const known = data.configuration;
  const services = () => optionsOf(known.services);
  const windows = () => optionsOf(known.windows, say("admin.any"));
  const isServed = (service) => known.windows.some((w) => w.skills.some((skill) => skill.service === service.id));
  const nameOf = (list, key) => named(list.find((one) => one.id === key) ?? { name: key });
  return [
    {
      id: "services",
      items: known.services,
      columns: [
        ["prefix", (s) => s.prefix],
        ["name", (s) => named(s)],
        ["usual_minutes", (s) => minutes(s.usual_minutes)],
        ["state", (s) => (s.paused ? say("admin.paused", { reason: s.reason }) : say(isServed(s) ? "admin.running" : "admin.unserved"))],
      ],
      fields: [
        id,
        { name: "prefix", type: "text", pattern: "[A-Z]{1,3}", required: true },
        ...both,
        { name: "usual_minutes", type: "number", min: 0.5, max: 600, required: true },
      ],
      put: (values, before) => ["services", { icon: before?.icon ?? "ticket", ...values }],
      remove: (s) => `services/${s.id}/remove`,
      acts: (s) =>
        s.paused
          ? [{ id: "resume", path: `services/${s.id}/resume` }]
          : [{ id: "pause", path: `services/${s.id}/pause`, fields: [{ name: "reason", type: "text", required: true, most: 200 }] }],
    },
    {
      id: "matters",
      items: known.matters,
      columns: [
        ["id", (m) => m.id],
        ["name", (m) => named(m)],
        ["service", (m) => nameOf(known.services, m.service)],
        ["materials", (m) => String(m.materials.length)],
        ["promised_working_days", (m) => (m.promised_working_days ? say("admin.days", { n: m.promised_working_days }) : say("admin.at_once"))],
      ],
      fields: [
        id,
        { name: "service", type: "select", options: services, required: true },
        ...both,
        { name: "usual_minutes", type: "number", min: 0.5, max: 600, required: true },
        { name: "materials", type: "lines" },
        { name: "procedure", type: "lines" },
        { name: "promised_working_days", type: "number", min: 0, max: 365, step: 1, value: 0, required: true },
        { name: "result", type: "text", most: 400 },
        { name: "fee", type: "text", most: 400 },
        { name: "legal_basis", type: "text", most: 400 },
      ],
      form: (m) => ({ ...m, usual_minutes: m.usual_s / 60 }),
      put: (values) => ["matters", values],
      remove: (m) => `matters/${m.id}/remove`,
    },
    {
      id: "windows",
      items: known.windows,
      columns: [
        ["id", (w) => w.id],
        ["name", (w) => named(w)],
        ["skills", (w) => w.skills.map((s) => (s.rank > 1 ? `${s.service} (${s.rank})` : s.service)).join(" ")],
        ["first_classes", (w) => w.first_classes.map((c) => nameOf(known.classes, c)).join(say("admin.join"))],
        ["stands_in_for", (w) => (w.stands_in_for ? nameOf(known.windows, w.stands_in_for) : "")],
      ],
      fields: [{ ...id, pattern: "[0-9A-Za-z]{1,8}" }, ...both],
      put: (values) => ["windows", values],
      remove: (w) => `windows/${w.id}/remove`,
      acts: (w) => [
        {
          id: "skills",
          of: named(w),
          path: `windows/${w.id}/skills`,
          values: w,
          fields: [
            { name: "skills", type: "ranks", options: services },
            { name: "first_classes", type: "picks", options: () => optionsOf(known.classes) },
            { name: "stands_in_for", type: "select", options: () => optionsOf(known.windows.filter((one) => one.id !== w.id), say("admin.nobody")) },
          ],
        },
      ],
    },
    {
      id: "classes",
      items: known.classes,
      columns: [
        ["name", (c) => named(c)],
        ["rate", (c) => `× ${c.rate}`],
        ["min_age", (c) => c.min_age ?? ""],
      ],
      fields: [
        { ...id, pattern: "[a-z][a-z0-9_\\-]{0,31}" },
        ...both,
        { name: "rate", type: "number", min: 0.1, max: 100, value: 1, required: true },
        { name: "min_age", type: "number", min: 0, max: 150, step: 1 },
      ],
      put: (values) => ["classes", values],
      remove: (c) => `classes/${c.id}/remove`,
    },
    {
      id: "dispatch",
      single: known.dispatch,
      fields: Object.entries(known.dispatch).map(([name, value]) =>
        typeof value === "boolean" ? { name, type: "check" } : { name, type: "number", min: 0, step: 1, required: true },
      ),
      put: (values) => ["dispatch", { settings: values }],
    },
    {
      id: "hours",
      single: known.hours,
      fields: [
        {
          name: "sessions",
          type: "rows",
          fields: [
            { name: "days", type: "picks", days: true },
            { name: "opens", type: "time", required: true },
            { name: "closes", type: "time", required: true },
          ],
        },
        { name: "holidays", type: "lines" },
        { name: "makeup_days", type: "lines", rows: 2 },
        {
          name: "special_days",
          type: "rows",
          fields: [
            { name: "day", type: "date", required: true },
            { name: "why", type: "text" },
            { name: "opens", type: "time" },
            { name: "closes", type: "time" },
          ],
        },
      ],
      form: (hours) => ({
        ...hours,
        special_days: hours.special_days.flatMap((day) => (day.sessions.length > 0 ? day.sessions.map((span) => ({ ...day, ...span })) : [day])),
      }),
      put: (values) => ["hours", { ...values, special_days: byDay(values.special_days) }],
      note: known.hours.always_open,
    },
    {
      id: "notices",
      items: data.content.notices,
      columns: [
        ["title", (n) => named(n, "title")],
        ["from", (n) => n.from ?? ""],
        ["until", (n) => n.until ?? say("admin.for_good")],
      ],
      fields: [
        { name: "title", type: "text", required: true, most: 80 },
        { name: "title_en", type: "text", most: 120 },
        { name: "text", type: "long", most: 2000 },
        { name: "text_en", type: "long", most: 2000 },
        { name: "from", type: "date" },
        until,
      ],
      put: (values, before) => ["notices", { ...values, id: before?.id }],
      remove: (n) => `notices/${n.id}/remove`,
    },
    {
      id: "jobs",
      items: data.content.jobs,
      columns: [
        ["title", (j) => j.title],
        ["employer", (j) => j.employer],
        ["wage", (j) => j.wage],
        ["openings", (j) => String(j.openings)],
        ["until", (j) => j.until ?? say("admin.for_good")],
      ],
      fields: [
        { name: "title", type: "text", required: true, most: 80 },
        { name: "employer", type: "text", required: true, most: 80 },
        { name: "place", type: "text", most: 120 },
        { name: "wage", type: "text", most: 120 },
        { name: "openings", type: "number", min: 1, step: 1, value: 1, required: true },
        { name: "text", type: "long", most: 2000 },
        { name: "contact", type: "text", most: 120 },
        until,
      ],
      put: (values, before) => ["jobs", { ...values, id: before?.id }],
      remove: (j) => `jobs/${j.id}/remove`,
    },
    {
      id: "alerts",
      single: known.alerts,
      fields: [
        ...["long_wait_minutes", "idle_minutes", "called_minutes", "paused_minutes"].map((name) => ({ name, type: "number", min: 1, max: 600, step: 1, required: true })),
        { name: "waiting_at_most", type: "number", min: 0, max: 1000, step: 1, required: true },
        {
          name: "services",
          text: "service_limits",
          type: "rows",
          fields: [
            { name: "service", type: "select", options: services, required: true },
            { name: "long_wait_minutes", type: "number", min: 1, max: 600, step: 1, value: 30, required: true },
            { name: "waiting_at_most", type: "number", min: 0, max: 1000, step: 1, value: 0, required: true },
          ],
        },
        {
          name: "quiet",
          type: "rows",
          fields: [
            { name: "begins", type: "time", required: true },
            { name: "ends", type: "time", required: true },
          ],
        },
      ],
      put: (values) => ["alerts", values],
    },
    staffSection(data, windows),
  ];
}

/** Lines of one date are its stretches; a date without times is closed. */
function byDay(lines) {
  const days = new Map();
  for (const { day, why, opens, closes } of lines) {
    const known = days.get(day) ?? { day, why: why ?? "", sessions: [] };
    if (opens && closes) known.sessions.push({ opens, closes });
    days.set(day, known);
  }
  return [...days.values()];
}

function staffSection(data, windows) {
  const roles = () => data.roles.map((role) => [role, say(`admin.role.${role}`)]);
  const fields = [
    { name: "name", type: "text", required: true, most: 64 },
    { name: "role", type: "select", options: roles, required: true },
    { name: "window", type: "select", options: windows },
  ];
  return {
    id: "staff",
    items: data.staff.map((one) => ({ ...one, id: one.login, fixed: !one.may_change })),
    columns: [
      ["login", (one) => one.login],
      ["name", (one) => one.name],
      ["role", (one) => say(`admin.role.${one.role}`)],
      ["window", (one) => one.window ?? ""],
      ["state", (one) => staffState(one)],
    ],
    fields: [{ name: "login", type: "text", required: true, pattern: "[0-9A-Za-z][0-9A-Za-z._\\-]{1,31}" }, ...fields],
    fieldsOfOld: fields,
    put: (values, before) => [before ? `staff/${before.login}` : "staff", values],
    acts: (one) => [
      { id: "reset", path: `staff/${one.login}/reset`, confirm: true },
      one.disabled ? { id: "enable", path: `staff/${one.login}/enable` } : { id: "disable", path: `staff/${one.login}/disable`, confirm: true },
      ...(one.locked_until ? [{ id: "unlock", path: `staff/${one.login}/unlock` }] : []),
    ],
  };
}

function staffState(one) {
  if (one.disabled) return say("admin.staff_state.disabled");
  if (one.locked_until) return say("admin.staff_state.locked");
  return say(one.must_change ? "admin.staff_state.must_change" : "admin.staff_state.active");
}

