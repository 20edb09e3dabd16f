// The state of OpenLifter 1.4 and what each action does to it, its pitfalls included.
// In a browser and in Node alike; needs weights.js and defaults.js.
(function (standin) {
  "use strict";

  const { defaults } = standin;

  const LIFT_NAMES = { S: "squat", B: "bench", D: "deadlift" };
  const CLASSES = { M: "weightClassesKgMen", F: "weightClassesKgWomen", Mx: "weightClassesKgMx" };
  const GROUP = ["day", "platform", "flight", "lift", "overrideAttempt", "overrideEntryId"];

  const replaced = (list, index, value) => list.map((each, i) => (i === index ? value : each));

  function versions(state = defaults.versions(), action) {
    return action.type === "OVERWRITE_STORE" ? action.store.versions : state;
  }

  function language(state = "en", action) {
    switch (action.type) {
      case "CHANGE_LANGUAGE":
        return action.language;
      case "OVERWRITE_STORE":
        return action.store.language;
      default:
        return state;
    }
  }

  function meet(state = defaults.meet(), action) {
    switch (action.type) {
      case "SET_MEET_NAME":
        return { ...state, name: action.name };
      case "SET_FORMULA":
        return { ...state, formula: action.formula };
      case "SET_FEDERATION":
        return { ...state, federation: action.federation };
      case "SET_DIVISIONS":
        return { ...state, divisions: action.divisions };
      case "SET_MEET_DATE":
        return { ...state, date: action.date };
      case "SET_LENGTH_DAYS": {
        // Days that are taken away leave their number of platforms behind.
        const missing = Math.max(0, action.length - state.platformsOnDays.length);
        const platformsOnDays = [...state.platformsOnDays, ...Array(missing).fill(1)];
        return { ...state, lengthDays: action.length, platformsOnDays };
      }
      case "SET_PLATFORM_COUNT":
        return { ...state, platformsOnDays: replaced(state.platformsOnDays, action.day - 1, action.count) };
      case "SET_IN_KG":
        return { ...state, inKg: action.inKg, ...defaults.weightsOf(action.inKg) };
      case "SET_WEIGHTCLASSES":
        return { ...state, [CLASSES[action.sex]]: action.classesKg };
      case "SET_BAR_AND_COLLARS_WEIGHT_KG":
        return { ...state, [`${LIFT_NAMES[action.lift]}BarAndCollarsWeightKg`]: action.weightKg };
      case "SET_PLATE_CONFIG": {
        const { weightKg, pairCount, color } = action;
        const index = state.plates.findIndex((plate) => plate.weightKg === weightKg);
        return { ...state, plates: replaced(state.plates, index, { weightKg, pairCount, color }) };
      }
      case "UPDATE_MEET":
        return { ...state, ...action.changes };
      case "OVERWRITE_STORE":
        return action.store.meet;
      default:
        return state;
    }
  }

  const lookupOf = (entries) => Object.fromEntries(entries.map((entry, index) => [entry.id, index]));

  function registration(state = defaults.registration(), action) {
    switch (action.type) {
      case "NEW_REGISTRATION": {
        const entry = defaults.entry(state.nextEntryId);
        const last = state.entries[state.entries.length - 1];
        if (last) Object.assign(entry, { day: last.day, platform: last.platform, flight: last.flight });
        const entries = [...state.entries, { ...entry, ...action.overwriteDefaults }];
        return { ...state, nextEntryId: state.nextEntryId + 1, entries, lookup: lookupOf(entries) };
      }
      case "DELETE_REGISTRATION": {
        const entries = state.entries.filter((entry) => entry.id !== action.entryId);
        return { ...state, entries, lookup: lookupOf(entries) };
      }
      case "UPDATE_REGISTRATION": {
        const index = state.lookup[action.entryId];
        if (index === undefined) return state;
        const entry = { ...state.entries[index], ...action.changes };
        return { ...state, entries: replaced(state.entries, index, entry) };
      }
      case "ASSIGN_LOT_NUMBERS":
        return { ...state, entries: state.entries.map((entry, i) => ({ ...entry, lot: action.lotNumbers[i] })) };
      case "MERGE_PLATFORM": {
        const stay = state.entries.filter((each) => each.day !== action.day || each.platform !== action.platform);
        const come = action.platformEntries.map((each, i) => ({ ...each, id: state.nextEntryId + i }));
        const entries = [...stay, ...come];
        return { ...state, nextEntryId: state.nextEntryId + come.length, entries, lookup: lookupOf(entries) };
      }
      case "ENTER_ATTEMPT": {
        // In place: whoever holds the state of before holds the new attempts, too.
        const entry = state.entries[state.lookup[action.entryId]];
        const field = `${LIFT_NAMES[action.lift]}Kg`;
        const attempts = [...entry[field]];
        attempts[action.attemptOneIndexed - 1] = action.weightKg;
        entry[field] = attempts;
        return { ...state, entries: [...state.entries] };
      }
      case "MARK_LIFT": {
        const index = state.lookup[action.entryId];
        const entry = state.entries[index];
        const field = `${LIFT_NAMES[action.lift]}Status`;
        const statuses = [...entry[field]];
        statuses[action.attemptOneIndexed - 1] = action.success ? 1 : -1;
        return { ...state, entries: replaced(state.entries, index, { ...entry, [field]: statuses }) };
      }
      case "OVERWRITE_STORE":
        return action.store.registration;
      default:
        return state;
    }
  }

  function lifting(state = defaults.lifting(), action) {
    switch (action.type) {
      case "MARK_LIFT":
        return { ...state, overrideAttempt: null, overrideEntryId: null };
      case "SET_LIFTING_GROUP": {
        const { day, platform, flight, lift } = action;
        return { ...state, day, platform, flight, lift, overrideAttempt: null, overrideEntryId: null };
      }
      case "OVERRIDE_ATTEMPT":
        return { ...state, overrideAttempt: action.attempt };
      case "OVERRIDE_ENTRY_ID":
        return { ...state, overrideEntryId: action.entryId };
      case "SET_TABLE_INFO": {
        const changes = Object.entries(action.changes).filter(([field]) => !GROUP.includes(field));
        return { ...state, ...Object.fromEntries(changes) };
      }
      case "OVERWRITE_STORE":
        return action.store.lifting;
      default:
        return state;
    }
  }

  standin.LIFT_NAMES = LIFT_NAMES;
  standin.reducers = { versions, language, meet, registration, lifting };
})((globalThis.standin = globalThis.standin || {}));
