/**
 * Announces calls one after the other: each stands and is spoken to its end, none cuts off another.
 * Knows audio and order; what a call looks like is the screen's matter.
 */

const STAND_MS = 4000; // shown alone at least this long, spoken or not
const STAND_UNHEARD_MS = 6000; // without a voice people need longer to look up and read
const CHIME_LIMIT_MS = 4000;
const VOICE_LIMIT_MS = 20000; // a voice that has not ended by then is broken
const MOST_WAITING = 20;
const HURRY_FROM = 3; // this many waiting: leave out the chime
const REMEMBERED = 100;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Announcer {
  /**
   * chimeUrl: the chime; show(call): puts a call on the big place; soundBlocked(yes): the browser
   * wants a touch before it plays. silent: show only, for a second screen in the same room. repeats:
   * how often each call is spoken; spoken(call, heard): it was, or could not be.
   */
  constructor({ chimeUrl, show, soundBlocked, silent = false, repeats = 1, spoken = () => {} }) {
    Object.assign(this, { chimeUrl, show, soundBlocked, silent, repeats, spoken });
    this.waiting = [];
    this.current = null;
    this.log = []; // {seq, started, ended} in performance time, for whoever checks the order
    this.player = new Audio();
    this.player.preload = "auto";
    this.lastEndedAt = performance.now();
  }

  get quietSinceMs() {
    return this.current ? 0 : performance.now() - this.lastEndedAt;
  }

  /** A call joins the line; a repeat of one that still waits takes its place. */
  add(call) {
    const same = this.waiting.findIndex(
      (other) => other.number === call.number && other.window === call.window,
    );
    if (same >= 0) this.waiting[same] = call;
    else this.waiting.push(call);
    if (this.waiting.length > MOST_WAITING) this.waiting.shift(); // it still stands in the list of calls
    if (!this.current) this.run();
  }

  /** `ticket` (its id) already stands at the window, or has left: nothing is left to announce. */
  drop(ticket) {
    this.waiting = this.waiting.filter((call) => call.ticket !== ticket);
  }

  async run() {
    while (this.waiting.length > 0) {
      this.current = this.waiting.shift();
      const entry = { seq: this.current.seq, started: performance.now(), ended: null };
      this.log.push(entry);
      this.log.splice(0, this.log.length - REMEMBERED);
      this.show(this.current);
      await this.speak(this.current, this.waiting.length >= HURRY_FROM);
      entry.ended = performance.now();
      this.lastEndedAt = entry.ended;
    }
    this.current = null;
  }

  async speak(call, hurry) {
    const begun = performance.now();
    let heard = false;
    if (!this.silent) {
      if (!hurry) await this.play(this.chimeUrl, CHIME_LIMIT_MS);
      const times = hurry ? 1 : this.repeats;
      for (let n = 0; n < times; n += 1) {
        heard = call.audio ? await this.play(call.audio, VOICE_LIMIT_MS) : false;
      }
      this.spoken(call, heard);
    }
    const stand = heard ? STAND_MS : STAND_UNHEARD_MS;
    await pause(Math.max(0, stand - (performance.now() - begun)));
  }

  /** Plays one sound to its end; true when it was heard whole. Never rejects. */
  play(url, limitMs) {
    const player = this.player;
    return new Promise((resolve) => {
      const done = (heard) => {
        clearTimeout(timer);
        player.onended = player.onerror = null;
        if (!heard) player.pause(); // so that nothing sounds into the next one
        resolve(heard);
      };
      const timer = setTimeout(() => done(false), limitMs);
      player.onended = () => done(true);
      player.onerror = () => done(false);
      player.src = url;
      player.play().then(
        () => this.soundBlocked(false),
        (error) => {
          if (error.name === "NotAllowedError") this.soundBlocked(true);
          done(false);
        },
      );
    });
  }

  /** Called from a touch: lets the browser play from now on. */
  unlock() {
    this.soundBlocked(false);
    if (this.current) return;
    // A player of its own: a call that comes meanwhile must not share one with this sound.
    new Audio(this.chimeUrl).play().catch(() => this.soundBlocked(true));
  }
}
