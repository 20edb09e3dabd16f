// What a new meet and a new lifter start with.
(function (standin) {
  "use strict";

  const { toKg } = standin;

  /** @typedef {[size: number, pairCount: number, color: string]} Plate */

  /** @type {Plate[]} */
  const KG_PLATES = [
    [50, 0, "#2AB003"],
    [25, 8, "#FF0000"],
    [20, 1, "#4990E2"],
    [15, 1, "#FFEF2A"],
    [10, 1, "#2AB003"],
    [5, 1, "#000000"],
    [2.5, 1, "#000000"],
    [2, 0, "#4990E2"],
    [1.5, 0, "#FFEF2A"],
    [1.25, 1, "#000000"],
    [1, 1, "#4990E2"],
    [0.75, 1, "#FF0000"],
    [0.5, 1, "#2AB003"],
    [0.25, 1, "#4990E2"],
  ];

  const GREY = "#575757";

  /** @type {Plate[]} */
  const LB_PLATES = [
    [100, 0, "#2AB003"],
    [55, 0, "#FF0000"],
    [45, 8, GREY],
    [35, 0, GREY],
    [25, 1, GREY],
    [10, 2, GREY],
    [5, 1, GREY],
    [2.5, 1, GREY],
    [1.25, 1, GREY],
    [0.5, 2, GREY],
  ];

  /** Plates and bars of a unit. @param {boolean} inKg */
  function weightsOf(inKg) {
    const bar = inKg ? 25 : toKg(45);
    const plates = (inKg ? KG_PLATES : LB_PLATES).map(([size, pairCount, color]) => {
      return { weightKg: inKg ? size : toKg(size), pairCount, color };
    });
    return {
      squatBarAndCollarsWeightKg: bar,
      benchBarAndCollarsWeightKg: bar,
      deadliftBarAndCollarsWeightKg: bar,
      plates,
      roundTotalsDown: false,
    };
  }

  /** Today where the browser is, YYYY-MM-DD. */
  function today() {
    const now = new Date();
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  }

  const versions = () => ({ stateVersion: "0", releaseVersion: "1.4" });

  const meet = () => ({
    name: "",
    country: "",
    state: "",
    city: "",
    federation: "",
    date: today(),
    lengthDays: 1,
    platformsOnDays: [1],
    divisions: [],
    weightClassesKgMen: [],
    weightClassesKgWomen: [],
    weightClassesKgMx: [],
    formula: "Wilks",
    ageCoefficients: "FosterMcCulloch",
    combineSleevesAndWraps: false,
    combineSingleAndMulti: false,
    allow4thAttempts: true,
    inKg: true,
    showAlternateUnits: true,
    ...weightsOf(true),
  });

  const registration = () => ({ nextEntryId: 5000, entries: [], lookup: {} });

  const lifting = () => ({
    day: 1,
    platform: 1,
    flight: "A",
    lift: "S",
    overrideAttempt: null,
    overrideEntryId: null,
    columnDivisionWidthPx: 90,
  });

  const five = () => [0, 0, 0, 0, 0];

  /** @param {number} id */
  const entry = (id) => ({
    id,
    day: 1,
    platform: 1,
    flight: "A",
    name: "",
    sex: "M",
    birthDate: "",
    age: 0,
    country: "",
    state: "",
    intendedWeightClassKg: "",
    equipment: "Sleeves",
    divisions: [],
    events: [],
    lot: 0,
    memberId: "",
    paid: false,
    team: "",
    guest: false,
    notes: "",
    bodyweightKg: 0,
    squatRackInfo: "",
    benchRackInfo: "",
    squatKg: five(),
    benchKg: five(),
    deadliftKg: five(),
    squatStatus: five(),
    benchStatus: five(),
    deadliftStatus: five(),
  });

  standin.defaults = { entry, lifting, meet, registration, versions, weightsOf };
})((globalThis.standin = globalThis.standin || {}));
