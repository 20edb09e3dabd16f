/**
 * The numbers of the protocol that a client needs: `appliance/protocol/words.py` has them all. Sections refer to
 * PROTOCOL.md.
 */

/** A client that hears nothing for so many seconds treats its connection as dead. */
export const SILENCE_S = 12;

// Section 3: keys and values.
export const MAX_KEY_BYTES = 200;
export const MAX_LOCATION_NAME = 40;
export const MAX_VALUE_BYTES = 256 * 1024;
export const MAX_VALUE_DEPTH = 32;
export const ATTEMPTS = 5;

/** JavaScript counts exactly up to here, so no number of the protocol may be larger. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Why a socket was closed, section 1. */
export const CloseCode = Object.freeze({
  GOING_DOWN: 1001,
  PROTOCOL_ABUSE: 4400,
  NOT_AUTHENTICATED: 4401,
  TOO_SLOW: 4408,
  SUPERSEDED: 4409,
  RATE_LIMITED: 4429,
});
