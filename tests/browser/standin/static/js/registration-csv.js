// The registration file: a small part of what OpenLifter reads, enough to replace many lifters in one tick.
(function (standin) {
  "use strict";

  const { defaults } = standin;

  const TEXTS = {
    Name: "name",
    Sex: "sex",
    Equipment: "equipment",
    Flight: "flight",
    BirthDate: "birthDate",
    MemberID: "memberId",
    Country: "country",
    State: "state",
    Team: "team",
    Instagram: "instagram",
    SquatRack: "squatRackInfo",
    BenchRack: "benchRackInfo",
    Notes: "notes",
  };
  const NUMBERS = { Day: "day", Platform: "platform", Age: "age", Lot: "lot" };

  /**
   * The lifters in a file, complete entries but for their ids.
   * @param {string} text
   */
  function entriesOf(text) {
    const rows = text
      .split(/\r?\n/)
      .map((line) =>
        line
          .replace(/;/g, ",")
          .split(",")
          .map((cell) => cell.trim()),
      )
      .filter((cells) => cells.some((cell) => cell !== ""));
    const [header, ...lifters] = rows;
    return lifters.map((cells) => {
      const { id, ...entry } = defaults.entry(0);
      header.forEach((column, index) => {
        const cell = cells[index] || "";
        if (cell === "") return;
        if (column in TEXTS) entry[TEXTS[column]] = column === "BirthDate" ? cell.replace(/^'/, "") : cell;
        else if (column in NUMBERS) entry[NUMBERS[column]] = Number(cell);
        else if (column === "Guest") entry.guest = cell === "Yes";
        else if (/^Division\d$/.test(column)) entry.divisions.push(cell);
        else if (/^Event\d$/.test(column)) entry.events.push(cell);
      });
      return entry;
    });
  }

  standin.entriesOf = entriesOf;
})((globalThis.standin = globalThis.standin || {}));
