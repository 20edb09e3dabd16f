/**
 * A socket that is always there: it is opened again and again, and what is silent for too long is stale.
 *
 * The core decides and holds no socket and no clock; the shell does.
 */

const FIRST_MS = 250;
const LONGEST_MS = 1000;
const REFUSED_MS = 5000;
export const SILENCE_MS = 12000;

/** @typedef {"connecting" | "live" | "stale" | "refused" | "away"} State */

/** When to try again, and what can be said of what is shown. */
export class Patience {
  /** @param {() => number} random from 0 up to 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.tries = 0;
    /** @type {State} */
    this.state = "connecting";
  }

  /** Something was heard. */
  heard() {
    this.tries = 0;
    this.state = "live";
  }

  /** Nothing was heard for `SILENCE_MS`. */
  silent() {
    if (this.state === "live") this.state = "stale";
  }

  /**
   * The socket closed; how long to wait before the next one, in ms: together with a server that needs a second to start
   * everybody is back within three.
   *
   * @param {number} code
   */
  closed(code) {
    if (code === 4401 || code === 4404) {
      this.state = code === 4401 ? "refused" : "away";
      return REFUSED_MS;
    }
    this.tries += 1;
    const longest = Math.min(FIRST_MS * 2 ** (this.tries - 1), LONGEST_MS);
    return longest * (0.5 + this.random() / 2);
  }
}

/** One address, listened to for ever. */
export class Listener {
  /**
   * @param {string} path
   * @param {{heard: (message: any) => void, changed: (state: State) => void, opened?: (socket: WebSocket) => void}} hears
   */
  constructor(path, hears) {
    this.path = path;
    this.hears = hears;
    this.patience = new Patience();
    this.ended = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.silence = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
    this.watch();
    this.open();
  }

  /** Listen no more. */
  stop() {
    this.ended = true;
    clearTimeout(this.silence);
    clearTimeout(this.again);
    this.socket?.close();
  }

  open() {
    const socket = (this.socket = new WebSocket(new URL(this.path, location.href.replace(/^http/, "ws"))));
    socket.onopen = () => this.hears.opened?.(socket);
    socket.onmessage = (event) => {
      if (this.socket !== socket || this.ended) return;
      this.watch();
      const message = JSON.parse(event.data);
      this.tell(() => this.patience.heard());
      if (!("beat" in message)) this.hears.heard(message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket || this.ended) return;
      let wait = 0;
      this.tell(() => (wait = this.patience.closed(event.code)));
      this.again = setTimeout(() => this.open(), wait);
    };
  }

  /** Wait for the next sign of life; a socket that gives none is given up, for a network that is gone tells nothing. */
  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.tell(() => this.patience.silent());
      const { socket } = this;
      this.socket = undefined;
      socket?.close();
      clearTimeout(this.again);
      this.watch();
      this.open();
    }, SILENCE_MS);
  }

  /** @param {() => void} change */
  tell(change) {
    const before = this.patience.state;
    change();
    if (this.patience.state !== before) this.hears.changed(this.patience.state);
  }
}
