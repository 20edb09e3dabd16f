// The Weigh-ins page.
(function (standin) {
  "use strict";

  const { FLIGHTS, Select, ValidatedInput, WeightInput, kgOf, statusOf, validAge, withDispatch } = standin;
  const { createElement: h } = React;
  const { connect } = ReactRedux;

  const OPENERS = { S: "Squat", B: "Bench", D: "Dead" };
  const anyText = (value) => (value === "" ? null : "success");

  function LifterRow({ dispatch, entry }) {
    const update = (changes) => dispatch({ type: "UPDATE_REGISTRATION", entryId: entry.id, changes });
    const flight = { options: FLIGHTS, value: entry.flight, onChange: (value) => update({ flight: value }) };
    const age = {
      placeholder: "",
      initialValue: entry.age === 0 ? "" : entry.age,
      validate: validAge,
      onSuccess: (text) => update({ age: Number(text) }),
    };
    const bodyweight = { id: entry.id, field: "bodyweightKg", weightKg: entry.bodyweightKg, placeholder: "Bwt" };
    const rack = (field, placeholder) =>
      h(ValidatedInput, {
        placeholder,
        initialValue: entry[field],
        validate: anyText,
        onSuccess: (text) => update({ [field]: text }),
      });
    const opener = (lift) =>
      h(WeightInput, {
        id: entry.id,
        lift,
        attemptOneIndexed: 1,
        weightKg: kgOf(entry, lift, 1),
        placeholder: OPENERS[lift],
        disabled: statusOf(entry, lift, 1) !== 0,
      });
    const cells = [
      entry.platform,
      h(Select, flight),
      entry.name,
      h(ValidatedInput, age),
      h(WeightInput, bodyweight),
      rack("squatRackInfo", "S.Rack"),
      opener("S"),
      rack("benchRackInfo", "B.Rack"),
      opener("B"),
      opener("D"),
    ];
    return h("tr", null, ...cells.map((cell) => h("td", null, cell)));
  }

  function Day({ day, dispatch, entries, meet }) {
    const unit = meet.inKg ? "Kg" : "Lbs";
    const heads = [
      ...["Platform", "Flight", "Lifter", "Age", `Bodyweight ${unit}`, "Squat Rack", `Squat Opener ${unit}`],
      ...["Bench Rack", `Bench Opener ${unit}`, `Deadlift Opener ${unit}`],
    ];
    const rows = entries
      .filter((entry) => entry.day === day)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      .map((entry) => h(LifterRow, { key: entry.id, dispatch, entry }));
    const table = h(
      "table",
      { className: "table table-sm table-hover" },
      h("thead", null, h("tr", null, ...heads.map((text) => h("th", { key: text }, text)))),
      h("tbody", null, ...rows),
    );
    return h(
      "div",
      { className: "card" },
      h("div", { className: "card-header" }, `Day ${day} Weigh-ins`),
      h("div", { className: "card-body" }, table),
    );
  }

  function WeighIns(props) {
    const days = Array.from({ length: props.meet.lengthDays }, (_, index) => {
      return h(Day, { key: index, day: index + 1, ...props });
    });
    return h("div", { className: "content-area" }, h("div", null, ...days));
  }

  const mapState = (state) => ({ entries: state.registration.entries, meet: state.meet });

  standin.WeighIns = connect(mapState, withDispatch)(WeighIns);
})((globalThis.standin = globalThis.standin || {}));
