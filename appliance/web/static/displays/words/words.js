/**
 * The words of a display, in the languages that OpenLifter speaks.
 *
 * @typedef {object} Words
 * @property {string} squat
 * @property {string} bench
 * @property {string} deadlift
 * @property {string} next
 * @property {string} then
 * @property {string} now
 * @property {string} goodLift
 * @property {string} noLift
 * @property {string} fourth
 * @property {string} place
 * @property {string} total
 * @property {string} points
 * @property {string} flight
 * @property {string} platform
 * @property {string} round
 * @property {string} lot
 * @property {string} rack
 * @property {string} bodyweight
 * @property {string} weightClass
 * @property {string} team
 * @property {string} teams
 * @property {string} lifter
 * @property {string} age
 * @property {string} guest
 * @property {string} order
 * @property {string} nextRound
 * @property {string} missing
 * @property {string} ifGood
 * @property {string} load
 * @property {string} notEnough
 * @property {string} results
 * @property {string} leaders
 * @property {string} bestLifters
 * @property {string} juniors
 * @property {string} masters
 * @property {string} men
 * @property {string} women
 * @property {string} mx
 * @property {string} roundOver
 * @property {string} nobody
 * @property {string} noResults
 * @property {string} noMeet
 * @property {string} noKey
 * @property {string} stale
 * @property {string} connecting
 * @property {string} screen
 * @property {string} notAssigned
 * @property {{[equipment: string]: string}} equipment by OpenLifter's names
 */

import { words as de } from "./de.js";
import { words as el } from "./el.js";
import { words as en } from "./en.js";
import { words as eo } from "./eo.js";
import { words as es } from "./es.js";
import { words as et } from "./et.js";
import { words as fr } from "./fr.js";
import { words as hr } from "./hr.js";
import { words as it } from "./it.js";
import { words as lt } from "./lt.js";
import { words as nl } from "./nl.js";
import { words as pt } from "./pt.js";
import { words as ru } from "./ru.js";
import { words as tr } from "./tr.js";
import { words as uk } from "./uk.js";
import { words as zhHans } from "./zh-Hans.js";

/** @type {{[lang: string]: Words}} */
export const LANGUAGES = { en, de, el, eo, es, et, fr, hr, it, lt, nl, pt, ru, tr, uk, "zh-Hans": zhHans };

/** The words of a language, English for one that there is none of. @param {string} lang */
export const wordsOf = (lang) => LANGUAGES[lang] ?? en;
