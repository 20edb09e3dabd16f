// The Lifting page.
(function (standin) {
  "use strict";

  const { AttemptInput, Select, displayWeight, group, kgOf, liftingOrder, statusOf, toLbs, withDispatch } = standin;
  const { Component, createElement: h } = React;
  const { connect } = ReactRedux;

  const LIFTS = [
    ["S", "Squat"],
    ["B", "Bench"],
    ["D", "Deadlift"],
  ];
  const STREAM = "http://localhost:3001/";
  const FOCUS_MS = 100;
  const PX_PER_UNIT = 9;

  const mapState = (state) => ({
    entries: state.registration.entries,
    language: state.language,
    lifting: state.lifting,
    meet: state.meet,
  });

  /** As the streaming fork does with each order; nobody listens, and that is only logged. */
  function stream(meet, order) {
    const orderedEntryIds = order.map((entry) => entry.id);
    fetch(STREAM, { method: "POST", body: JSON.stringify({ meet, order, orderedEntryIds }) }).catch(console.log);
  }

  /** STALE, but local to the table anyway. */
  class ColumnWidth extends Component {
    constructor(props) {
      super(props);
      this.state = { value: String(Math.ceil(props.lifting.columnDivisionWidthPx / PX_PER_UNIT)) };
    }

    render() {
      const onChange = (event) => {
        const { value } = event.target;
        this.setState({ value });
        const columnDivisionWidthPx = Math.round(Number(value) * PX_PER_UNIT);
        this.props.dispatch({ type: "SET_TABLE_INFO", changes: { columnDivisionWidthPx } });
      };
      const { value } = this.state;
      return group(
        "Division Column Width",
        h("input", { type: "number", className: "form-control is-valid", value, onChange }),
      );
    }
  }

  /** Whether an attempt is open: entered and not taken, or the lifter's next, or the one that is lifted once more. */
  function isOpen(entry, lift, attempt, active, isCurrent) {
    if (isCurrent && attempt === active) return true;
    if (statusOf(entry, lift, attempt) !== 0) return false;
    if (kgOf(entry, lift, attempt) !== 0) return true;
    if (attempt === active)
      return [1, 2, 3].some((earlier) => earlier < attempt && statusOf(entry, lift, earlier) !== 0);
    return attempt === active + 1 && statusOf(entry, lift, active) !== 0;
  }

  function LiftingTable({ active, currentId, language, lifting, meet, order }) {
    const { lift } = lifting;
    const attempts = active === 4 ? [1, 2, 3, 4] : [1, 2, 3];
    const show = (kg) => displayWeight(meet.inKg ? kg : toLbs(kg), language);
    const cell = (entry, attempt) => {
      if (isOpen(entry, lift, attempt, active, entry.id === currentId)) {
        const input = h(AttemptInput, { entry, lift, attemptOneIndexed: attempt });
        return h("td", { key: attempt, className: "attempt-cell" }, input);
      }
      const kg = kgOf(entry, lift, attempt);
      const status = statusOf(entry, lift, attempt);
      const className = status > 0 ? "goodlift" : status < 0 ? "nolift" : "";
      return h("td", { key: attempt, className }, kg === 0 ? "" : show(status < 0 ? -kg : kg));
    };
    const later = { S: ["B", "D"], B: ["D"], D: [] }[lift];
    const opener = (entry, laterLift) => {
      // Who is called up by hand at a first attempt may have typed the openers of the other lifts, too.
      if (active === 1 && entry.id === lifting.overrideEntryId) {
        const input = h(AttemptInput, { entry, lift: laterLift, attemptOneIndexed: 1 });
        return h("td", { key: laterLift, className: "attempt-cell" }, input);
      }
      const kg = kgOf(entry, laterLift, 1);
      return h("td", { key: laterLift }, kg === 0 ? "" : show(kg));
    };
    const row = (entry) =>
      h(
        "tr",
        { key: entry.id, className: entry.id === currentId ? "current" : "" },
        h("td", null, entry.name),
        h("td", null, entry.divisions[0] || ""),
        h("td", null, entry.bodyweightKg === 0 ? "" : show(entry.bodyweightKg)),
        ...attempts.map((attempt) => cell(entry, attempt)),
        ...later.map((laterLift) => opener(entry, laterLift)),
      );
    const heads = [
      "Lifter",
      "Division",
      "Bwt",
      ...attempts.map((attempt) => `${lift}${attempt}`),
      ...later.map((each) => `${each}1`),
    ];
    return h(
      "table",
      { className: "lifting-table" },
      h("thead", null, h("tr", null, ...heads.map((text) => h("th", { key: text }, text)))),
      h("tbody", null, ...order.map(row)),
    );
  }

  class LiftingFooter extends Component {
    group(changes) {
      const { day, flight, lift, platform } = this.props.lifting;
      this.props.dispatch({ type: "SET_LIFTING_GROUP", day, platform, flight, lift, ...changes });
    }

    overrideAttempt(attempt) {
      const { currentId, dispatch } = this.props;
      dispatch({ type: "OVERRIDE_ATTEMPT", attempt });
      if (currentId !== null) dispatch({ type: "OVERRIDE_ENTRY_ID", entryId: currentId });
    }

    mark(success) {
      const { active, currentId, dispatch, lifting } = this.props;
      if (currentId === null) return;
      const { lift } = lifting;
      dispatch({ type: "MARK_LIFT", entryId: currentId, lift, attemptOneIndexed: active, success });
      const next = `AttemptInput-${currentId}-${lift}${active + 1}`;
      setTimeout(() => {
        const input = document.getElementById(next);
        if (input) input.focus();
      }, FOCUS_MS);
    }

    render() {
      const { active, currentId, dispatch, entries, lifting, meet, order, toggleFullscreen } = this.props;
      const select = (options, value, onChange) => h(Select, { className: "selector", options, value, onChange });
      const upTo = (count, word) => Array.from({ length: count }, (_, i) => [i + 1, `${word} ${i + 1}`]);
      const here = entries.filter((entry) => entry.day === lifting.day && entry.platform === lifting.platform);
      const flights = [...new Set(["A", lifting.flight, ...here.map((entry) => entry.flight)])].sort();
      const lifters = order.map((entry) => [entry.id, entry.name]);
      const judge = (success, className, text) =>
        h(
          "button",
          {
            type: "button",
            className,
            // What is being typed is sent before the lift is marked.
            onMouseEnter: () => document.activeElement && document.activeElement.blur(),
            onMouseDown: () => this.mark(success),
          },
          text,
        );
      return h(
        "div",
        { className: "lifting-footer" },
        h(
          "div",
          { className: "left-controls" },
          select(upTo(meet.lengthDays, "Day"), lifting.day, (day) => this.group({ day: Number(day), platform: 1 })),
          select(upTo(meet.platformsOnDays[lifting.day - 1] || 1, "Platform"), lifting.platform, (platform) =>
            this.group({ platform: Number(platform) }),
          ),
          select(LIFTS, lifting.lift, (lift) => this.group({ lift, flight: "A" })),
          select(
            flights.map((each) => [each, `Flight ${each}`]),
            lifting.flight,
            (flight) => this.group({ flight }),
          ),
          select(upTo(meet.allow4thAttempts ? 4 : 3, "Attempt"), active, (attempt) =>
            this.overrideAttempt(Number(attempt)),
          ),
          select(lifters, currentId === null ? "" : currentId, (id) =>
            dispatch({ type: "OVERRIDE_ENTRY_ID", entryId: Number(id) }),
          ),
        ),
        h(
          "div",
          { className: "right-controls" },
          h(
            "button",
            { type: "button", className: "fullscreen btn btn-outline-secondary", onClick: toggleFullscreen },
            "Toggle Fullscreen",
          ),
          judge(false, "no-lift", "No Lift"),
          judge(true, "good-lift", "Good Lift"),
        ),
      );
    }
  }

  class Lifting extends Component {
    constructor(props) {
      super(props);
      this.view = React.createRef();
      this.toggleFullscreen = () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else this.view.current.requestFullscreen();
      };
    }

    render() {
      const { dispatch, entries, lifting, meet } = this.props;
      const { attempt: active, currentId, nextId, order } = liftingOrder(entries, lifting);
      stream(meet, order);
      const named = (id) => order.find((entry) => entry.id === id);
      const current = named(currentId);
      const next = named(nextId);
      const shared = { ...this.props, active, currentId, order };
      return h(
        "div",
        null,
        h("div", { className: "card" }, h("div", { className: "card-body" }, h(ColumnWidth, { dispatch, lifting }))),
        h(
          "div",
          { id: "liftingView", ref: this.view },
          h("div", { className: "lifting-header" }, current ? current.name : ""),
          h("div", { className: "next-up" }, next ? `NEXT UP – ${next.name}` : ""),
          h(LiftingTable, shared),
          h(LiftingFooter, { ...shared, toggleFullscreen: this.toggleFullscreen }),
        ),
      );
    }
  }

  standin.Lifting = connect(mapState, withDispatch)(Lifting);
})((globalThis.standin = globalThis.standin || {}));
