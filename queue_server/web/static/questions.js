/**
 * What each act needs to know beyond the press, as questions to the clerk, and the request body
 * their answers make. Draws nothing, sends nothing.
 */
import { named, person, say } from "./core.js";
import { PAUSES, pauseReasons } from "./pauses.js";

const WORDS_MOST = 60;
const NUMBER_MOST = 8;
const BACK_IN_MINUTES = [10, 20, 30, 60];
const KEYS_OF_MINUTES = "06789"; // the digits that the reasons leave; 0: the person comes back
const RETURN_KEY = "0";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const reasons = (act, names) => ({
  kind: "choice",
  name: "reason",
  label: say("console.ask.reason"),
  unless: "words",
  options: names.map((name) => {
    const words = say(`console.${act}.reason.${name}`);
    return { value: words, label: words };
  }),
});

const ownWords = {
  kind: "text",
  name: "words",
  label: say("console.ask.words"),
  key: "W",
  most: WORDS_MOST,
  need: false,
};

const reasonOf = (values) => values.words || values.reason;

function park(window) {
  return {
    icon: "hourglass",
    title: say("console.park.title", { number: window.ticket.number }),
    fields: [
      reasons("park", ["papers", "bank", "copies", "phone", "next_door"]),
      ownWords,
      {
        kind: "choice",
        name: "minutes",
        label: say("console.park.until"),
        keys: KEYS_OF_MINUTES,
        value: "",
        need: false,
        options: [
          { value: "", label: say("console.park.until_back") },
          ...BACK_IN_MINUTES.map((n) => ({ value: String(n), label: say("time.minutes", { n }) })),
        ],
      },
    ],
    body: (values, now) => ({
      reason: reasonOf(values),
      until: values.minutes
        ? new Date(now.getTime() + Number(values.minutes) * 60000).toISOString()
        : null,
    }),
  };
}

/** Services and windows have their own sign as the key, the others a letter that is left. */
function withKeys(options) {
  const wanted = (option) => (option.sign?.length === 1 && option.sign !== RETURN_KEY ? option.sign.toUpperCase() : null);
  const left = [...LETTERS].filter((letter) => !options.some((option) => wanted(option) === letter));
  return options.map(({ sign, ...option }) => ({ ...option, key: wanted({ sign }) ?? left.shift() ?? "" }));
}

/** To a service, a window that is open, or a person at one; "kind:name" tells which. */
function transfer(window, hall) {
  const services = hall.services
    .filter((service) => service.id !== window.ticket.service)
    .map((service) => ({
      value: `service:${service.id}`,
      sign: service.prefix,
      label: named(service),
      note: say("console.transfer.waiting", { n: service.waiting }),
    }));
  const windows = hall.windows
    .filter((one) => one.state === "open" && one.id !== window.id)
    .map((one) => ({
      value: `window:${one.id}`,
      sign: one.id,
      label: named(one),
      note: person(one.clerk ?? ""),
    }));
  const clerks = hall.windows
    .filter((one) => one.clerk && one.id !== window.id)
    .map((one) => ({
      value: `clerk:${one.clerk}`,
      label: person(one.clerk),
      note: say("console.transfer.follows"),
    }));
  return {
    icon: "forward",
    title: say("console.transfer.title", { number: window.ticket.number }),
    fields: [
      {
        kind: "choice",
        name: "to",
        label: say("console.transfer.to"),
        options: withKeys([...services, ...windows, ...clerks]),
      },
      { kind: "check", name: "return", key: RETURN_KEY, label: say("console.transfer.return") },
    ],
    body: (values) => {
      const [kind, ...name] = values.to.split(":");
      return { [kind]: name.join(":"), return: values.return };
    },
  };
}

function callTicket() {
  return {
    icon: "user-search",
    title: say("console.call-ticket.title"),
    fields: [
      {
        kind: "text",
        name: "ticket",
        label: say("console.call-ticket.number"),
        most: NUMBER_MOST,
      },
      reasons("call-ticket", ["frail", "manager", "mistake", "colleague"]),
      ownWords,
    ],
    body: (values) => ({ ticket: values.ticket.toUpperCase(), reason: reasonOf(values) }),
  };
}

/** Enter alone is a short break; what the hall may read on the window's screen is told by its name. */
function pause() {
  return {
    icon: "pause",
    title: say("console.pause.title"),
    fields: [{ ...pauseReasons(PAUSES), value: PAUSES[0] }, ownWords],
    body: (values) => ({ reason: reasonOf(values) }),
  };
}

function cancel(window) {
  return {
    icon: "circle-x",
    title: say("console.cancel.title", { number: window.ticket.number }),
    fields: [reasons("cancel", ["gives_up", "wrong", "done"]), ownWords],
    body: (values) => ({ reason: reasonOf(values) }),
  };
}

/** act → the question it starts with; acts that are not here are sent at once. */
export const QUESTIONS = { park, transfer, "call-ticket": callTicket, cancel, pause };
