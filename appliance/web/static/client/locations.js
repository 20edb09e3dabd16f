// @ts-check
/** Asking, before joining, where one could join. */

import { decode } from "./messages.js";

const ANSWER_MS = 10_000;

/** Not let in: the reason in words, and how long to wait before the next try. */
export class Refused extends Error {
  /**
   * @param {string} reason
   * @param {number | null} [retryInS]
   */
  constructor(reason, retryInS = null) {
    super(reason);
    this.reason = reason;
    this.retryInS = retryInS;
  }
}

export const UNREACHABLE = "the appliance does not answer";
export const TOO_OFTEN = "too many tries";

/** @typedef {import("./messages.js").LocationPresence} LocationPresence */

/**
 * @param {string} url `ws://host:port/ws`
 * @param {string} meetId
 * @param {string} password
 * @returns {Promise<{meetName: string, locations: LocationPresence[]}>}
 * @throws {Refused}
 */
export function listLocations(url, meetId, password) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const timer = setTimeout(() => socket.close(), ANSWER_MS);
    socket.onopen = () => socket.send(JSON.stringify({ msgType: "LIST_LOCATIONS", meetId, password }));
    socket.onclose = () => {
      clearTimeout(timer);
      reject(new Refused(UNREACHABLE));
    };
    socket.onmessage = (frame) => {
      const answer = decode(String(frame.data));
      if (answer === null) return;
      switch (answer.msgType) {
        case "LOCATIONS":
          resolve({ meetName: answer.meetName, locations: answer.locations });
          break;
        case "JOIN_REJECTED":
          reject(new Refused(answer.reason, inSeconds(answer.retryAfterMs)));
          break;
        case "RATE_LIMITED":
          reject(new Refused(TOO_OFTEN, inSeconds(answer.retryAfterMs)));
          break;
        case "MALFORMED_MESSAGE":
          reject(new Refused(answer.errMsg));
          break;
        default:
          return;
      }
      socket.close();
    };
  });
}

/** @param {number | null | undefined} milliseconds */
function inSeconds(milliseconds) {
  return milliseconds == null ? null : milliseconds / 1000;
}
