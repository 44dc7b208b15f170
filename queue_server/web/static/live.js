/**
 * A hall kept live on a page: one snapshot, then the event stream, healed on its own.
 * Draws nothing; tells its listener what came and whether the line stands.
 */
import { fetchWithin, goToLogin } from "./core.js";
import { learnServerTime, setZone } from "./time.js";

const HEARTBEAT_LIMIT_MS = 8000; // the server beats every 3 s; two may be lost
const FETCH_LIMIT_MS = 8000;
const SNAPSHOT_GAP_MS = 1000; // at most one snapshot a second, however many events come
const SNAPSHOT_IDLE_MS = 30000; // waiting times grow without any event
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 3000;
const HIDDEN_LIMIT_MS = 20000;

const EVENTS = [
  "ticket_called", "ticket_missed", "ticket_recalled", "ticket_started", "day_closed",
  "day_opened", "ticket_cancelled", "ticket_deferral_ended", "ticket_deferred", "ticket_expired",
  "ticket_finished", "ticket_issued", "ticket_kept", "ticket_parked", "ticket_print_failed",
  "ticket_printed", "ticket_rejoined", "ticket_resumed", "ticket_transferred", "hall_configured",
  "window_closed", "window_opened", "window_paused", "window_resumed", "device_changed",
  "clerk_seated", "window_told", "window_message_ended",
  "appointment_booked", "appointment_cancelled", "appointment_changed", "appointment_checked_in",
  "appointment_missed", "content_put", "content_removed", "content_taken_in", "lease_carried_over",
  "lease_expired", "lease_issued", "numbers_voided", "offline_ticket_recorded",
  "offline_ticket_refused", "pension_check_begun", "pension_check_failed", "pension_check_referred",
  "pension_passed", "acceptance_opened", "acceptance_closed", "events_skipped",
];

export class LiveHall {
  /**
   * listener: {hall(snapshot, askedAt in performance time), event(name, data, seq), state("live"|"stale")};
   * sleepsWhenHidden: lets go of the stream in a background tab, for browsers that allow six
   * connections to a server.
   */
  constructor(hallId, topics, listener, { sleepsWhenHidden = false } = {}) {
    this.url = `/api/v1/halls/${encodeURIComponent(hallId)}`;
    this.topics = topics;
    this.listener = listener;
    this.seq = null; // the last journal number seen
    this.hall = null;
    this.state = "live"; // until proven otherwise: a page that opens shows no false alarm
    this.attempt = 0; // an older attempt that answers late opens no second stream
    this.retryMs = RETRY_FIRST_MS;
    this.lastBeat = performance.now();
    this.lastSnapshot = -Infinity;
    if (sleepsWhenHidden) this.watchVisibility();
  }

  start() {
    setInterval(() => this.watch(), 500);
    setInterval(() => this.wantSnapshot(), SNAPSHOT_IDLE_MS);
    window.addEventListener("online", () => this.reconnect(0));
    window.addEventListener("pagehide", () => this.close());
    this.connect();
  }

  /** Snapshot first, then the stream from that snapshot's seq: nothing falls between. */
  async connect() {
    clearTimeout(this.retryTimer);
    this.close();
    const attempt = ++this.attempt;
    try {
      await this.snapshot({ mayRewind: true });
    } catch {
      // No answer is not an error here: the stale state says it, the retry mends it.
      if (attempt === this.attempt) this.reconnect();
      return;
    }
    if (attempt === this.attempt && !this.asleep) this.openStream();
  }

  openStream() {
    const query = new URLSearchParams({ topics: this.topics, after: String(this.seq) });
    const source = new EventSource(`${this.url}/events?${query}`);
    this.source = source;
    source.onopen = () => this.beat();
    source.onerror = () => {
      if (this.source === source) this.reconnect();
    };
    source.addEventListener("heartbeat", (message) => {
      this.beat();
      learnServerTime(JSON.parse(message.data).now);
    });
    for (const name of EVENTS) {
      source.addEventListener(name, (message) => this.receive(name, message));
    }
  }

  receive(name, message) {
    this.beat();
    const seq = Number(message.lastEventId);
    if (seq && seq <= this.seq) return; // already known from a resume
    if (seq) this.seq = seq;
    this.listener.event?.(name, JSON.parse(message.data), seq);
    this.wantSnapshot();
  }

  beat() {
    this.lastBeat = performance.now();
    this.retryMs = RETRY_FIRST_MS;
    this.setState("live");
  }

  watch() {
    if (this.asleep || performance.now() - this.lastBeat < HEARTBEAT_LIMIT_MS) return;
    this.setState("stale");
    if (this.source) this.reconnect(); // open by name, but silent
  }

  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.listener.state?.(state);
  }

  /** Tries again after a while that doubles up to a limit; the spread keeps screens from coming all at once. */
  reconnect(waitMs = this.retryMs * (0.75 + Math.random() / 2)) {
    this.close();
    if (this.asleep) return;
    clearTimeout(this.retryTimer);
    this.retryMs = Math.min(RETRY_MOST_MS, this.retryMs * 2);
    this.retryTimer = setTimeout(() => this.connect(), waitMs);
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  /** Asks for a snapshot soon; many wishes make one request. */
  wantSnapshot() {
    if (this.snapshotTimer || this.asleep) return;
    const since = performance.now() - this.lastSnapshot;
    this.snapshotTimer = setTimeout(() => {
      this.snapshotTimer = null;
      // A lost snapshot is not reported: the heartbeat tells the line's state, the next wish retries.
      this.snapshot().catch(() => {});
    }, Math.max(30, SNAPSHOT_GAP_MS - since));
  }

  /** Throws when there is no answer or not a good one. */
  async snapshot({ mayRewind = false } = {}) {
    const askedAt = performance.now();
    this.lastSnapshot = askedAt;
    const answer = await fetchWithin(FETCH_LIMIT_MS, this.url);
    if (answer.status === 401) goToLogin();
    if (!answer.ok) throw new Error(`hall answered ${answer.status}`);
    const hall = answer.json();
    // A snapshot that was overtaken by a later one must not turn the page back; a journal that
    // starts anew (a demonstration begun again) must.
    if (this.hall && hall.seq < this.hall.seq && !mayRewind) return;
    if (this.seq === null || (mayRewind && hall.seq < this.seq)) this.seq = hall.seq;
    this.hall = hall;
    learnServerTime(hall.now);
    setZone(hall.time_zone);
    this.listener.hall?.(hall, askedAt);
  }

  watchVisibility() {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.sleepTimer);
      if (document.hidden) {
        this.sleepTimer = setTimeout(() => this.sleep(), HIDDEN_LIMIT_MS);
      } else if (this.asleep) {
        this.asleep = false;
        this.lastBeat = performance.now();
        this.connect();
      }
    });
  }

  sleep() {
    this.asleep = true;
    this.close();
    clearTimeout(this.retryTimer);
  }
}
