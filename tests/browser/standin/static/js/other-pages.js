// Home, Flight Order, Results and Debug.
(function (standin) {
  "use strict";

  const { Select, defaults, displayWeight, kgOf, navigate, sortedBy, statusOf, toLbs, withDispatch } = standin;
  const { Component, createElement: h } = React;
  const { connect } = ReactRedux;

  const LANGUAGES = [
    ["de", "Deutsch (de)"],
    ["el", "Ελληνικά (el)"],
    ["en", "English (en)"],
    ["eo", "Esperanto (eo)"],
    ["es", "Español (es)"],
    ["et", "Eesti (et)"],
    ["fr", "Français (fr)"],
  ];
  const LIFTS = ["S", "B", "D"];

  const content = (...children) => h("div", { className: "content-area" }, ...children);
  const card = (title, ...body) =>
    h(
      "div",
      { className: "card" },
      h("div", { className: "card-header" }, title),
      h("div", { className: "card-body" }, ...body),
    );

  class Home extends Component {
    constructor(props) {
      super(props);
      this.state = { confirming: false };
      this.file = React.createRef();
    }

    startNew(event) {
      event.preventDefault();
      if (this.props.state.meet.name === "") navigate("/meet-setup");
      else this.setState({ confirming: true });
    }

    clear(event) {
      event.preventDefault();
      const { dispatch, state } = this.props;
      const store = {
        versions: defaults.versions(),
        language: state.language,
        meet: defaults.meet(),
        registration: defaults.registration(),
        lifting: defaults.lifting(),
      };
      dispatch({ type: "OVERWRITE_STORE", store });
      navigate("/meet-setup");
    }

    async load(event) {
      const input = event.target;
      const [file] = input.files;
      const store = JSON.parse(await file.text());
      input.value = "";
      const parts = ["language", "meet", "registration", "lifting"];
      if (parts.every((part) => store[part])) this.props.dispatch({ type: "OVERWRITE_STORE", store });
    }

    save() {
      const { state } = this.props;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(state)], { type: "application/json" }));
      link.download = `${state.meet.name.replace(/ /g, "-")}.openlifter`;
      link.click();
      URL.revokeObjectURL(link.href);
    }

    confirmation() {
      const { name } = this.props.state.meet;
      const close = () => this.setState({ confirming: false });
      const again = {
        href: "/openlifter/meet-setup",
        className: "btn btn-primary",
        onClick: (event) => this.clear(event),
      };
      return h(
        "div",
        { role: "dialog", className: "fade modal show" },
        h("div", { className: "modal-header" }, `OK to clear ${name}?`),
        h(
          "div",
          { className: "modal-footer" },
          h("button", { type: "button", className: "btn btn-light", onClick: close }, "Close"),
          h("a", again, "Continue"),
        ),
      );
    }

    render() {
      const { dispatch, state } = this.props;
      const start = (event) => this.startNew(event);
      const button = (kind, text, onClick) =>
        h("button", { type: "button", className: `btn btn-${kind} btn-block`, onClick }, text);
      const language = {
        options: LANGUAGES,
        value: state.language,
        onChange: (chosen) => dispatch({ type: "CHANGE_LANGUAGE", language: chosen }),
      };
      return content(
        card(
          "OpenLifter, a stand-in",
          h(Select, language),
          h(
            "a",
            { className: "btn btn-primary btn-block", href: "/openlifter/meet-setup", onClick: start },
            "New Meet",
          ),
          button("warning", "Load from File", () => this.file.current.click()),
          button("success", "Save to File", () => this.save()),
        ),
        h("input", { id: "loadhelper", type: "file", ref: this.file, onChange: (event) => this.load(event) }),
        this.state.confirming && this.confirmation(),
      );
    }
  }

  function FlightOrder({ state }) {
    const { entries } = state.registration;
    const show = (kg) => displayWeight(state.meet.inKg ? kg : toLbs(kg), state.language);
    const columns = LIFTS.map((lift) => {
      const lifters = sortedBy(
        entries.filter((entry) => kgOf(entry, lift, 1) !== 0),
        lift,
        1,
      );
      const items = lifters.map((entry) => h("li", { key: entry.id }, `${entry.name} ${show(kgOf(entry, lift, 1))}`));
      return h("ol", { key: lift }, ...items);
    });
    return content(card("Flight Order", ...columns));
  }

  const best = (entry, lift) =>
    Math.max(0, ...[1, 2, 3].filter((n) => statusOf(entry, lift, n) === 1).map((n) => kgOf(entry, lift, n)));

  function Results({ state }) {
    const show = (kg) => displayWeight(state.meet.inKg ? kg : toLbs(kg), state.language);
    const rows = state.registration.entries.map((entry) => {
      const cells = [entry.name, ...LIFTS.map((lift) => show(best(entry, lift)))];
      return h("tr", { key: entry.id }, ...cells.map((cell, index) => h("td", { key: index }, cell)));
    });
    return content(card("Results", h("table", { className: "table table-sm" }, h("tbody", null, ...rows))));
  }

  function Debug({ state }) {
    return content(h("pre", null, JSON.stringify(state, null, 1)));
  }

  const live = (component) => connect((state) => ({ state }), withDispatch)(component);

  Object.assign(standin, {
    Debug: live(Debug),
    FlightOrder: live(FlightOrder),
    Home: live(Home),
    Results: live(Results),
  });
})((globalThis.standin = globalThis.standin || {}));
