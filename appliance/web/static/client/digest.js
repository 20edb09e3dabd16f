/**
 * The checksum of what stands, PROTOCOL.md section 8.
 *
 * Addition is commutative, so the digest follows each update in constant time: add what now stands, subtract what it
 * replaced.
 */

import { utf8Bytes } from "./values.js";

export const EMPTY_DIGEST = "0".repeat(16);

// CRC-32 as IEEE 802.3 has it, bits reversed.
const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder;
});

/**
 * The CRC-32 of a text in UTF-8.
 *
 * @param {string} text
 * @returns {number} from 0 to 2³² - 1
 */
export function crc32(text) {
  let remainder = 0xffffffff;
  for (const byte of utf8Bytes(text)) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff];
  return (remainder ^ 0xffffffff) >>> 0;
}

/** A running digest over the set of (key, its standing server number). */
export class Digest {
  constructor() {
    this._a = 0;
    this._b = 0;
  }

  /**
   * Count the update to `key` with this number in.
   *
   * @param {string} key
   * @param {number} serverSeq
   */
  add(key, serverSeq) {
    this._a = (this._a + crc32(`${key}@${serverSeq}`)) >>> 0;
    this._b = (this._b + crc32(`${serverSeq}@${key}`)) >>> 0;
  }

  /**
   * Count an update that was added before, and stands no longer, out.
   *
   * @param {string} key
   * @param {number} serverSeq
   */
  subtract(key, serverSeq) {
    this._a = (this._a - crc32(`${key}@${serverSeq}`)) >>> 0;
    this._b = (this._b - crc32(`${serverSeq}@${key}`)) >>> 0;
  }

  toString() {
    return lane(this._a) + lane(this._b);
  }
}

/** @param {number} sum */
function lane(sum) {
  return sum.toString(16).padStart(8, "0");
}
