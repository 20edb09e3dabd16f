// Who lifts what next: FACTS, section 4.
(function (standin) {
  "use strict";

  const { LIFT_NAMES } = standin;

  const kgOf = (entry, lift, attempt) => entry[`${LIFT_NAMES[lift]}Kg`][attempt - 1];
  const statusOf = (entry, lift, attempt) => entry[`${LIFT_NAMES[lift]}Status`][attempt - 1];
  const isPending = (entry, lift, attempt) => kgOf(entry, lift, attempt) !== 0 && statusOf(entry, lift, attempt) === 0;

  /** The highest attempt with a weight whose status `counts`, 0 if there is none. */
  function highest(entry, lift, counts) {
    for (let attempt = 5; attempt > 0; attempt--) {
      if (kgOf(entry, lift, attempt) !== 0 && counts(statusOf(entry, lift, attempt))) return attempt;
    }
    return 0;
  }

  function activeAttempt(entries, lifting) {
    if (lifting.overrideAttempt !== null) return lifting.overrideAttempt;
    const pending = entries.map((entry) => highest(entry, lifting.lift, (status) => status === 0)).filter(Boolean);
    if (pending.length > 0) return Math.min(...pending);
    const last = Math.max(0, ...entries.map((entry) => highest(entry, lifting.lift, (status) => status !== 0)));
    return last === 0 ? 1 : last + 1 < 4 ? last + 1 : last;
  }

  function compare(a, b, lift, attempt) {
    const byWeight = kgOf(a, lift, attempt) - kgOf(b, lift, attempt);
    if (byWeight !== 0) return byWeight;
    if (a.lot !== 0 && b.lot !== 0) return a.lot - b.lot;
    if (attempt > 1) return compare(a, b, lift, attempt - 1);
    if (a.bodyweightKg !== b.bodyweightKg) return a.bodyweightKg - b.bodyweightKg;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  }

  const sortedBy = (entries, lift, attempt) => [...entries].sort((a, b) => compare(a, b, lift, attempt));

  function ordered(entries, lift, attempt) {
    const after = Math.min(attempt + 1, 5);
    const before = Math.max(attempt - 1, 1);
    const groups = { after: [], now: [], before: [], rest: [] };
    for (const entry of entries) {
      if (kgOf(entry, lift, after) !== 0) groups.after.push(entry);
      else if (kgOf(entry, lift, attempt) !== 0) groups.now.push(entry);
      else if (kgOf(entry, lift, before) !== 0) groups.before.push(entry);
      else groups.rest.push(entry);
    }
    return [
      ...sortedBy(groups.after, lift, after),
      ...sortedBy(groups.now, lift, attempt),
      ...sortedBy(groups.before, lift, before),
      ...sortedBy(groups.rest, lift, attempt),
    ];
  }

  function nextAfter(order, current, lift, attempt) {
    if (current === null) return null;
    const at = order.findIndex((entry) => entry.id === current);
    const later = order.slice(at + 1).find((entry) => isPending(entry, lift, attempt));
    const round = attempt < 5 && order.slice(0, at).find((entry) => isPending(entry, lift, attempt + 1));
    return (later || round || { id: null }).id;
  }

  const inFlight = (entries, { day, platform, flight }) =>
    entries.filter((entry) => entry.day === day && entry.platform === platform && entry.flight === flight);

  /**
   * The lifting order of what a Lifting page shows.
   * @returns {{attempt: number, order: object[], currentId: number | null, nextId: number | null}}
   */
  function liftingOrder(entries, lifting) {
    const flight = inFlight(entries, lifting);
    const attempt = activeAttempt(flight, lifting);
    const order = ordered(flight, lifting.lift, attempt);
    const overridden = order.find((entry) => entry.id === lifting.overrideEntryId);
    const due = order.find((entry) => isPending(entry, lifting.lift, attempt));
    const currentId = (overridden || due || { id: null }).id;
    return { attempt, order, currentId, nextId: nextAfter(order, currentId, lifting.lift, attempt) };
  }

  Object.assign(standin, { inFlight, kgOf, liftingOrder, sortedBy, statusOf });
})((globalThis.standin = globalThis.standin || {}));
