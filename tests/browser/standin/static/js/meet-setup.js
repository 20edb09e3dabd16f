// The Meet Setup page.
(function (standin) {
  "use strict";

  const { NumberInput, Select, TypedList, ValidatedInput, YesNo, displayWeight, group, toKg, toLbs } = standin;
  const { typedNumber, withDispatch } = standin;
  const { Component, createElement: h } = React;
  const { connect } = ReactRedux;

  const FORMULAS = [
    ["AH", "AH (Haleczko)"],
    ...["Bodyweight Multiple", "Dots", "Glossbrenner", "IPF GL Points", "IPF Points", "NASA Points", "Reshel"],
    ...["Schwartz/Malone", "Total", "Wilks", "Wilks2020"],
  ].map((each) => (Array.isArray(each) ? each : [each, each]));
  const AGES = [
    ["None", "None"],
    ["FosterMcCulloch", "Foster-McCulloch"],
  ];
  const SEXES = { M: ["Men's", "Men"], F: ["Women's", "Women"], Mx: ["Mx", "Mx"] };
  const BARS = { S: "Squat", B: "Bench", D: "Deadlift" };
  const MONTHS = "January February March April May June July August September October November December".split(" ");

  const within = (low, high) => (number) =>
    Number.isInteger(number) && number >= low && number <= high ? "success" : "error";
  const unitOf = (meet) => (meet.inKg ? "kg" : "lbs");
  const withMeet = (state) => ({ meet: state.meet });
  const live = (component, mapState = withMeet) => connect(mapState, withDispatch)(component);

  /** A month, and its days to choose from; which month is shown is its own affair. */
  class Calendar extends Component {
    constructor(props) {
      super(props);
      const [year, month] = props.date.split("-").map(Number);
      this.state = { year, month: month - 1 };
    }

    turn(by) {
      const first = new Date(Date.UTC(this.state.year, this.state.month + by, 1));
      this.setState({ year: first.getUTCFullYear(), month: first.getUTCMonth() });
    }

    day(number, iso) {
      const { date, onChange } = this.props;
      const classes = ["react-datepicker__day", `react-datepicker__day--${String(number).padStart(3, "0")}`];
      if (iso === date) classes.push("react-datepicker__day--selected");
      return h("div", { key: iso, role: "button", className: classes.join(" "), onClick: () => onChange(iso) }, number);
    }

    render() {
      const { month, year } = this.state;
      const button = (name, by, text) =>
        h(
          "button",
          {
            type: "button",
            className: `react-datepicker__navigation react-datepicker__navigation--${name}`,
            onClick: () => this.turn(by),
          },
          text,
        );
      const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
      const days = Array.from({ length: count }, (_, index) => {
        const iso = new Date(Date.UTC(year, month, index + 1)).toISOString().slice(0, 10);
        return this.day(index + 1, iso);
      });
      return h(
        "div",
        { className: "react-datepicker" },
        button("previous", -1, "Previous Month"),
        button("next", 1, "Next Month"),
        h("div", { className: "react-datepicker__current-month" }, `${MONTHS[month]} ${year}`),
        h("div", { className: "react-datepicker__month" }, ...days),
      );
    }
  }

  /** A number whose first value is kept here, too: STALE twice. */
  class MeetLength extends Component {
    constructor(props) {
      super(props);
      this.state = { initialValue: props.meet.lengthDays };
    }

    render() {
      const onChange = (length) => this.props.dispatch({ type: "SET_LENGTH_DAYS", length });
      const { initialValue } = this.state;
      return h(NumberInput, { label: "Days of Lifting", initialValue, step: 1, validate: within(1, 14), onChange });
    }
  }

  class PlatformCount extends Component {
    constructor(props) {
      super(props);
      this.state = { initialValue: props.count };
    }

    render() {
      const { day, dispatch } = this.props;
      const onChange = (count) => dispatch({ type: "SET_PLATFORM_COUNT", day, count });
      const label = `Platforms on Day ${day}`;
      const { initialValue } = this.state;
      return h(NumberInput, { label, initialValue, step: 1, validate: within(1, 20), onChange });
    }
  }

  class BarAndCollarsWeightKg extends Component {
    constructor(props) {
      super(props);
      const kg = props.meet[`${standin.LIFT_NAMES[props.lift]}BarAndCollarsWeightKg`];
      this.state = { initialValue: props.meet.inKg ? kg : toLbs(kg) };
    }

    render() {
      const { dispatch, lift, meet } = this.props;
      const validate = (number) => (number > 0 ? "success" : "error");
      const onChange = (number) =>
        dispatch({ type: "SET_BAR_AND_COLLARS_WEIGHT_KG", lift, weightKg: meet.inKg ? number : toKg(number) });
      const label = `${BARS[lift]} Bar + Collars weight (${unitOf(meet)})`;
      return h(NumberInput, { label, initialValue: this.state.initialValue, step: 2.5, validate, onChange });
    }
  }

  class DivisionSelect extends TypedList {
    label() {
      return "Divisions (prefer short codes!)";
    }

    fromStore(props) {
      return props.meet.divisions;
    }

    parse(text) {
      return text.trim() || null;
    }

    arrange(list) {
      return list;
    }

    submit(divisions) {
      this.props.dispatch({ type: "SET_DIVISIONS", divisions });
    }
  }

  class WeightClassesSelect extends TypedList {
    label() {
      return `${SEXES[this.props.sex][0]} Weight Classes (kg), omit SHW`;
    }

    fromStore(props) {
      return props.meet[`weightClassesKg${SEXES[props.sex][1]}`];
    }

    parse(text) {
      return typedNumber(text) > 0 ? typedNumber(text) : null;
    }

    arrange(list) {
      return [...list].sort((a, b) => a - b);
    }

    submit(classesKg) {
      this.props.dispatch({ type: "SET_WEIGHTCLASSES", sex: this.props.sex, classesKg });
    }
  }

  /** The colour of a plate. STALE, but it is only sent when one is chosen. */
  class ColorPicker extends Component {
    constructor(props) {
      super(props);
      this.state = { color: props.color };
    }

    render() {
      const change = (event) => {
        const color = event.target.value.toUpperCase();
        this.setState({ color });
        this.props.onChange(color);
      };
      return h("input", { type: "color", className: "color-picker", value: this.state.color, onChange: change });
    }
  }

  function Plates({ dispatch, language, meet }) {
    const row = (plate, index) => {
      const send = (changes) => dispatch({ type: "SET_PLATE_CONFIG", ...plate, ...changes });
      const pairs = {
        initialValue: plate.pairCount,
        step: 1,
        validate: within(0, 100),
        onChange: (pairCount) => send({ pairCount }),
      };
      return h(
        "tr",
        { key: `${meet.inKg}-${index}` },
        h("td", null, displayWeight(meet.inKg ? plate.weightKg : toLbs(plate.weightKg), language)),
        h("td", null, h(NumberInput, pairs)),
        h("td", null, h(ColorPicker, { color: plate.color, onChange: (color) => send({ color }) })),
      );
    };
    const heads = [`Plate (${unitOf(meet)})`, "Pairs of Plates", "Color"].map((text) => h("th", { key: text }, text));
    return h(
      "table",
      { className: "table table-sm table-striped table-hover" },
      h("thead", null, h("tr", null, ...heads)),
      h("tbody", null, ...meet.plates.map(row)),
    );
  }

  const parts = {
    BarAndCollarsWeightKg: live(BarAndCollarsWeightKg),
    DivisionSelect: live(DivisionSelect),
    MeetLength: live(MeetLength),
    PlatformCount: live(PlatformCount),
    Plates: live(Plates, (state) => ({ meet: state.meet, language: state.language })),
    WeightClassesSelect: live(WeightClassesSelect),
  };

  const AUTO_FILL = {
    federation: "House Rules",
    formula: "Wilks",
    ageCoefficients: "FosterMcCulloch",
    combineSleevesAndWraps: false,
    combineSingleAndMulti: false,
    allow4thAttempts: true,
    roundTotalsDown: false,
    divisions: ["Open", "Masters 40-49"],
    weightClassesKgMen: [52, 56, 60, 67.5, 75, 82.5, 90, 100, 110, 125, 140],
    weightClassesKgWomen: [44, 48, 52, 56, 60, 67.5, 75, 82.5, 90],
    weightClassesKgMx: [52, 56, 60, 67.5, 75, 82.5, 90, 100, 110, 125, 140],
  };

  const card = (title, ...body) =>
    h(
      "div",
      { className: "col-md-4" },
      h(
        "div",
        { className: "card" },
        h("div", { className: "card-header" }, title),
        h("div", { className: "card-body" }, ...body),
      ),
    );

  class MeetSetup extends Component {
    constructor(props) {
      super(props);
      // Its keys make the lists mount again after a change of units or an auto-fill.
      this.state = { ticker: 0 };
    }

    renew() {
      this.setState((state) => ({ ticker: state.ticker + 1 }));
    }

    update(changes) {
      this.props.dispatch({ type: "UPDATE_MEET", changes });
    }

    sanction() {
      const { dispatch, meet } = this.props;
      const text = (field, label) =>
        h(ValidatedInput, {
          label,
          placeholder: label,
          initialValue: meet[field],
          validate: (value) => (value === "" ? "warning" : "success"),
          onSuccess: (value) => this.update({ [field]: value }),
        });
      const counts = meet.platformsOnDays
        .slice(0, meet.lengthDays)
        .map((count, index) => h(parts.PlatformCount, { key: index, day: index + 1, count }));
      const onDate = (date) => dispatch({ type: "SET_MEET_DATE", date });
      return card(
        "Sanction Information",
        text("name", "Meet Name"),
        text("federation", "Federation"),
        text("country", "Country"),
        text("state", "State/Province"),
        text("city", "City/Town"),
        group("Start Date", h(Calendar, { date: meet.date, onChange: onDate })),
        h(parts.MeetLength),
        h("div", null, ...counts),
      );
    }

    rules() {
      const { meet } = this.props;
      const { ticker } = this.state;
      const yesNo = (field, label) =>
        h(YesNo, { label, value: meet[field], onChange: (value) => this.update({ [field]: value }) });
      const autoFill = () => {
        this.update(AUTO_FILL);
        this.renew();
      };
      const classes = Object.keys(SEXES).map((sex) => h(parts.WeightClassesSelect, { key: `${sex}-${ticker}`, sex }));
      return card(
        "Competition Rules",
        group(
          "Auto-Fill Rules",
          h("button", { type: "button", className: "btn btn-primary", onClick: autoFill }, "Auto-Fill"),
        ),
        h(parts.DivisionSelect, { key: `divisions-${ticker}` }),
        ...classes,
        h(Select, {
          label: "Best Lifter Formula",
          options: FORMULAS,
          value: meet.formula,
          onChange: (formula) => this.update({ formula }),
        }),
        h(Select, {
          label: "Age Coefficients for Best Juniors/Masters Lifter",
          options: AGES,
          value: meet.ageCoefficients,
          onChange: (ageCoefficients) => this.update({ ageCoefficients }),
        }),
        yesNo("combineSleevesAndWraps", "Should Sleeves and Wraps be combined for placing?"),
        yesNo("combineSingleAndMulti", "Should Single-ply and Multi-ply be combined for placing?"),
        yesNo("allow4thAttempts", "Can lifters take 4th attempts for records?"),
        yesNo("roundTotalsDown", "Remove fractional weights from totals?"),
      );
    }

    weights() {
      const { dispatch, meet } = this.props;
      const onUnits = (inKg) => {
        dispatch({ type: "SET_IN_KG", inKg });
        this.renew();
      };
      return card(
        "Weights and Loading",
        h(YesNo, {
          label: "In what units are attempts and bodyweights?",
          no: "Pounds",
          yes: "Kilograms",
          value: meet.inKg,
          onChange: onUnits,
        }),
        h(YesNo, {
          label: `Also show attempts in ${meet.inKg ? "pounds" : "kilograms"}?`,
          value: meet.showAlternateUnits,
          onChange: (showAlternateUnits) => this.update({ showAlternateUnits }),
        }),
        ...Object.keys(BARS).map((lift) => h(parts.BarAndCollarsWeightKg, { key: `${lift}-${meet.inKg}`, lift })),
        h("div", null, h(parts.Plates)),
      );
    }

    render() {
      const cards = h("div", { className: "row" }, this.sanction(), this.rules(), this.weights());
      return h("div", { className: "content-area" }, h("div", { className: "container" }, cards));
    }
  }

  standin.MeetSetup = live(MeetSetup);
})((globalThis.standin = globalThis.standin || {}));
