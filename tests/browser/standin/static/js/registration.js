// The Registration page.
(function (standin) {
  "use strict";

  const { ChosenFrom, Select, Text, ValidatedInput, entriesOf, group, withDispatch } = standin;
  const { Component, createElement: h } = React;
  const { connect } = ReactRedux;

  const FLIGHTS = [..."ABCDEFGHIJKLMNOP"].map((each) => [each, each]);
  const SEXES = ["M", "F", "Mx"].map((each) => [each, each]);
  const EQUIPMENT = ["Bare", "Sleeves", "Wraps", "Single-ply", "Multi-ply", "Unlimited"].map((each) => [each, each]);
  const EVENTS = ["S", "B", "D", "SB", "SD", "BD", "SBD"];
  const GUEST = [
    ["false", "No"],
    ["true", "Yes"],
  ];

  const upTo = (count) => Array.from({ length: count }, (_, index) => [index + 1, String(index + 1)]);
  const column = (width, ...children) => h("div", { className: `col-md-${width}` }, ...children);
  const row = (...columns) => h("div", { className: "container" }, h("div", { className: "row" }, ...columns));
  const anyText = (value) => (value === "" ? null : "success");

  function validAge(value) {
    if (value === "") return null;
    const age = Number(value);
    if (!Number.isInteger(age) || age < 0) return "error";
    return age < 5 || age > 100 ? "warning" : "success";
  }

  function validBirthDate(value) {
    if (value === "") return null;
    const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
    if (parts === null || Number(parts[1]) < 1920) return "error";
    const date = new Date(`${value}T00:00:00Z`);
    return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(value) ? "success" : "error";
  }

  class LifterRow extends Component {
    constructor(props) {
      super(props);
      // STALE: the Day field goes by this, not by the entry.
      this.state = { selectedDay: props.entry.day };
    }

    update(changes) {
      this.props.dispatch({ type: "UPDATE_REGISTRATION", entryId: this.props.entry.id, changes });
    }

    selectDay(text) {
      const day = Number(text);
      this.setState({ selectedDay: day });
      const platform = Math.min(this.props.entry.platform, this.props.meet.platformsOnDays[day - 1]);
      this.update({ day, platform });
    }

    header() {
      const { dispatch, entry } = this.props;
      const remove = () => dispatch({ type: "DELETE_REGISTRATION", entryId: entry.id });
      return h(
        "div",
        { className: "card-header lifter-header" },
        h(Text, { placeholder: "", value: entry.name, onChange: (name) => this.update({ name }) }),
        h("button", { type: "button", className: "btn btn-danger", onClick: remove }, "Delete"),
      );
    }

    group() {
      const { entry, meet } = this.props;
      const select = (label, field, options, read = (text) => text) =>
        h(Select, { label, options, value: entry[field], onChange: (text) => this.update({ [field]: read(text) }) });
      const list = (label, field, options) =>
        h(ChosenFrom, { label, options, value: entry[field], onChange: (value) => this.update({ [field]: value }) });
      const day = {
        label: "Day",
        options: upTo(meet.lengthDays),
        value: this.state.selectedDay,
        onChange: (text) => this.selectDay(text),
      };
      const platforms = upTo(meet.platformsOnDays[this.state.selectedDay - 1] || 1);
      return row(
        column(1, h(Select, day)),
        column(1, select("Platform", "platform", platforms, Number)),
        column(1, select("Flight", "flight", FLIGHTS)),
        column(1, select("Sex", "sex", SEXES)),
        column(2, select("Equipment", "equipment", EQUIPMENT)),
        column(4, list("Divisions", "divisions", meet.divisions)),
        column(2, list("Events", "events", EVENTS)),
      );
    }

    person() {
      const { entry } = this.props;
      const copied = (label, field, placeholder, validate, read = (text) => text) => {
        const initialValue = entry[field] === 0 ? "" : entry[field];
        const onSuccess = (text) => this.update({ [field]: read(text) });
        return group(label, h(ValidatedInput, { placeholder, initialValue, validate, onSuccess }));
      };
      const text = (label, field, placeholder = "") =>
        h(Text, { label, placeholder, value: entry[field], onChange: (value) => this.update({ [field]: value }) });
      const lot = {
        label: "Lot #",
        type: "number",
        value: entry.lot === 0 ? "" : String(entry.lot),
        onChange: (value) => this.update({ lot: Number(value) }),
      };
      const guest = {
        label: "Guest",
        options: GUEST,
        value: entry.guest,
        onChange: (value) => this.update({ guest: value === "true" }),
      };
      return row(
        column(2, copied("Date of Birth", "birthDate", "YYYY-MM-DD", validBirthDate)),
        column(1, copied("Age", "age", "Age", validAge, Number)),
        column(2, text("Member ID", "memberId", "ID")),
        column(2, copied("Country", "country", "Country", anyText)),
        column(1, copied("State", "state", "State", anyText)),
        column(1, h(Text, lot)),
        column(1, h(Select, guest)),
        column(2, text("Team", "team")),
      );
    }

    notes() {
      const { entry } = this.props;
      const instagram = { value: entry.instagram || "", onChange: (value) => this.update({ instagram: value }) };
      const at = h("div", { className: "input-group-prepend" }, h("span", { className: "input-group-text" }, "@"));
      return row(
        column(2, group("Instagram", h("div", { className: "input-group" }, at, h(Text, instagram)))),
        column(
          10,
          h(Text, {
            label: "Notes (for your personal use)",
            value: entry.notes,
            onChange: (value) => this.update({ notes: value }),
          }),
        ),
      );
    }

    render() {
      const body = h("div", { className: "card-body" }, this.group(), this.person(), this.notes());
      return h("div", { className: "card" }, this.header(), body);
    }
  }

  function shuffled(list) {
    const result = [...list];
    for (let i = result.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }

  function lotsByFlight(entries) {
    const lots = entries.map(() => 0);
    let lot = 0;
    for (const flight of [...new Set(entries.map((entry) => entry.flight))].sort()) {
      const members = entries.flatMap((entry, index) => (entry.flight === flight ? [index] : []));
      for (const index of shuffled(members)) lots[index] = ++lot;
    }
    return lots;
  }

  const LOTS = {
    "Assign Sequentially": (entries) => entries.map((_, index) => index + 1),
    "Assign Randomly": (entries) => shuffled(entries.map((_, index) => index + 1)),
    "Assign Randomly By Flight": lotsByFlight,
    "Remove Lot Numbers": (entries) => entries.map(() => 0),
  };

  class LotNumbers extends Component {
    constructor(props) {
      super(props);
      this.state = { open: false };
    }

    assign(event, lots) {
      event.preventDefault();
      this.setState({ open: false });
      this.props.dispatch({ type: "ASSIGN_LOT_NUMBERS", lotNumbers: lots(this.props.entries) });
    }

    render() {
      const { open } = this.state;
      const items = Object.entries(LOTS).map(([text, lots]) =>
        h(
          "a",
          { key: text, href: "#", className: "dropdown-item", onClick: (event) => this.assign(event, lots) },
          text,
        ),
      );
      const toggle = {
        id: "registration.button-assign-lot-numbers",
        type: "button",
        className: "dropdown-toggle btn btn-primary",
        onClick: () => this.setState({ open: !open }),
      };
      return h(
        "div",
        { className: `dropdown btn-group${open ? " show" : ""}` },
        h("button", toggle, "Manage Lot Numbers"),
        open && h("div", { className: "dropdown-menu show" }, ...items),
      );
    }
  }

  class Registration extends Component {
    constructor(props) {
      super(props);
      this.file = React.createRef();
      this.overwrites = false;
    }

    choose(overwrites) {
      this.overwrites = overwrites;
      this.file.current.click();
    }

    async read(event) {
      const input = event.target;
      const [file] = input.files;
      const text = await file.text();
      input.value = "";
      const { dispatch, entries } = this.props;
      // All in one tick.
      if (this.overwrites) for (const { id } of entries) dispatch({ type: "DELETE_REGISTRATION", entryId: id });
      for (const entry of entriesOf(text)) dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: entry });
    }

    render() {
      const { dispatch, entries, meet } = this.props;
      const button = (kind, text, onClick) =>
        h("button", { type: "button", className: `btn btn-${kind}`, onClick }, text);
      const card = (title, ...body) =>
        h(
          "div",
          { className: "card" },
          h("div", { className: "card-header" }, title),
          h("div", { className: "card-body" }, ...body),
        );
      const files = h(
        "div",
        { className: "btn-group" },
        button("danger", "Overwrite Registrations from CSV", () => this.choose(true)),
        button("warning", "Append Registrations from CSV", () => this.choose(false)),
      );
      const rows = entries.map((entry) => h(LifterRow, { key: entry.id, dispatch, entry, meet }));
      const newLifter = () => dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: {} });
      const content = h(
        "div",
        null,
        card("Auto-Import Registrations", files),
        card("Tools", h(LotNumbers, { dispatch, entries })),
        h("div", null, ...rows),
        button("primary btn-block btn-lg", "New Lifter", newLifter),
        h("input", { id: "loadhelper", type: "file", ref: this.file, onChange: (event) => this.read(event) }),
      );
      return h("div", { className: "content-area" }, content);
    }
  }

  const mapState = (state) => ({ entries: state.registration.entries, meet: state.meet });

  standin.FLIGHTS = FLIGHTS;
  standin.validAge = validAge;
  standin.Registration = connect(mapState, withDispatch)(Registration);
})((globalThis.standin = globalThis.standin || {}));
