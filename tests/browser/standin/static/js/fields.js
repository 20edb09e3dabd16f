// Fields. Those that copy their value when they mount, and never look again, are marked STALE: as in OpenLifter, a
// change from elsewhere does not reach them, and what they hold is written back when they are left.
(function (standin) {
  "use strict";

  const { displayWeight, fieldText, kgOf, statusOf, typedKg, typedNumber } = standin;
  const { Component, createElement: h } = React;
  const { connect } = ReactRedux;

  /** What a field's validation may find. */
  const CLASSES = { success: "is-valid", warning: "is-warning", error: "is-invalid" };
  const control = (validity, ...more) => ["form-control", CLASSES[validity], ...more].filter(Boolean).join(" ");

  const group = (label, ...children) =>
    h("div", { className: "form-group" }, label && h("label", { className: "form-label" }, label), ...children);

  /** A text that is taken over when the field is left. STALE. */
  class ValidatedInput extends Component {
    constructor(props) {
      super(props);
      this.state = { value: String(props.initialValue) };
      this.handleChange = (event) => this.setState({ value: event.target.value });
      this.handleBlur = this.handleBlur.bind(this);
    }

    handleBlur() {
      const { initialValue, onSuccess, validate } = this.props;
      if (validate(this.state.value) === "error") this.setState({ value: String(initialValue) });
      else if (this.state.value !== String(initialValue)) onSuccess(this.state.value);
    }

    render() {
      const { label, placeholder, validate } = this.props;
      const { value } = this.state;
      const className = control(validate(value));
      const { handleBlur: onBlur, handleChange: onChange } = this;
      return group(label, h("input", { type: "text", className, placeholder, value, onChange, onBlur }));
    }
  }

  /** A bodyweight, or an opener. STALE; what it compares with when it is left is not. */
  class WeightInput extends Component {
    constructor(props) {
      super(props);
      this.state = { weightStr: fieldText(props.weightKg, props.inKg, props.language) };
      this.handleChange = (event) => this.setState({ weightStr: event.target.value });
      this.handleBlur = this.handleBlur.bind(this);
    }

    validate() {
      const kg = typedKg(this.state.weightStr, this.props.inKg);
      return kg === 0 ? null : kg > 0 ? "success" : "error";
    }

    handleBlur() {
      const { attemptOneIndexed, dispatch, field, id: entryId, inKg, lift, weightKg } = this.props;
      const typed = typedKg(this.state.weightStr, inKg);
      if (this.validate() === "error" || typed === weightKg) return;
      dispatch(
        field === undefined
          ? { type: "ENTER_ATTEMPT", entryId, lift, attemptOneIndexed, weightKg: typed }
          : { type: "UPDATE_REGISTRATION", entryId, changes: { [field]: typed } },
      );
    }

    render() {
      const { disabled, placeholder } = this.props;
      const { handleBlur: onBlur, handleChange: onChange } = this;
      const className = control(this.validate());
      const value = this.state.weightStr;
      return group(null, h("input", { type: "text", className, placeholder, disabled, value, onChange, onBlur }));
    }
  }

  /** An attempt that is open. STALE, and whatever it holds is sent whenever it is left. */
  class AttemptInput extends Component {
    constructor(props) {
      super(props);
      const { attemptOneIndexed, entry, inKg, language, lift } = props;
      const value = fieldText(kgOf(entry, lift, attemptOneIndexed), inKg, language);
      this.state = { value, lastGoodValue: value };
      this.handleChange = (event) => this.setState({ value: event.target.value });
      this.handleBlur = this.handleBlur.bind(this);
    }

    validate() {
      const { attemptOneIndexed, entry, inKg, lift } = this.props;
      const kg = typedKg(this.state.value, inKg);
      if (kg === 0) return null;
      if (!(kg > 0)) return "error";
      for (let earlier = 1; earlier < attemptOneIndexed; earlier++) {
        const before = kgOf(entry, lift, earlier);
        if (kg < before || (kg === before && statusOf(entry, lift, earlier) === 1)) return "error";
      }
      return typedNumber(this.state.value) % 2.5 === 0 ? null : "warning";
    }

    handleBlur() {
      const { attemptOneIndexed, dispatch, entry, inKg, lift } = this.props;
      const { lastGoodValue, value } = this.state;
      if (this.validate() === "error") {
        this.setState({ value: lastGoodValue });
        return;
      }
      this.setState({ lastGoodValue: value });
      const weightKg = typedKg(value, inKg);
      dispatch({ type: "ENTER_ATTEMPT", entryId: entry.id, lift, attemptOneIndexed, weightKg });
    }

    render() {
      const { attemptOneIndexed, entry, lift } = this.props;
      const { handleBlur: onBlur, handleChange: onChange } = this;
      const id = `AttemptInput-${entry.id}-${lift}${attemptOneIndexed}`;
      const className = control(this.validate(), "attempt-input");
      const { value } = this.state;
      const onKeyDown = (event) => event.key === "Enter" && event.currentTarget.blur();
      const field = { id, type: "text", className, placeholder: "", value, onChange, onBlur, onKeyDown };
      return group(null, h("input", field));
    }
  }

  /** A number with − and +. STALE, the buttons too; sent whenever it is left. */
  class NumberInput extends Component {
    constructor(props) {
      super(props);
      this.state = { value: displayWeight(props.initialValue, props.language) };
      this.handleChange = (event) => this.setState({ value: event.target.value });
      this.handleBlur = () => this.submit(this.state.value);
    }

    submit(value) {
      if (this.props.validate(typedNumber(value)) !== "error") this.props.onChange(typedNumber(value));
    }

    step(by) {
      const number = typedNumber(this.state.value) + by;
      if (this.props.validate(number) === "error") return;
      const value = displayWeight(number, this.props.language);
      this.setState({ value });
      this.submit(value);
    }

    render() {
      const { label, step, validate } = this.props;
      const { value } = this.state;
      const button = (place, by, text) =>
        h(
          "div",
          { className: `input-group-${place}` },
          h(
            "button",
            { type: "button", className: "btn btn-outline-secondary", onMouseDown: () => this.step(by) },
            text,
          ),
        );
      const className = control(validate(typedNumber(value)));
      const { handleBlur: onBlur, handleChange: onChange } = this;
      return group(
        label,
        h(
          "div",
          { className: "input-group" },
          button("prepend", -step, "−"),
          h("input", { className, value, onChange, onBlur }),
          button("append", step, "+"),
        ),
      );
    }
  }

  /** The chosen values of a list, each with an ×, and a field to add one. Its input is no `form-control`. */
  function Chosen({ addable, inputValue, onAdd, onInput, onRemove, onText, open, value }) {
    const chosen = value.map((each) =>
      h(
        "div",
        { key: each, className: "standin-multiValue" },
        h("div", null, String(each)),
        h(
          "div",
          { onClick: () => onRemove(each) },
          h("svg", { width: 14, height: 14 }, h("path", { d: "M3 3L11 11M11 3L3 11" })),
        ),
      ),
    );
    const options = addable.map((each) =>
      h("div", { key: each, className: "standin-option", onMouseDown: () => onAdd(each) }, String(each)),
    );
    const onKeyDown = (event) => {
      if (event.key === "Enter" && addable.length > 0) onAdd(addable[0]);
      else if (event.key === "Backspace" && inputValue === "" && value.length > 0) onRemove(value[value.length - 1]);
      else return;
      event.preventDefault();
    };
    const field = {
      type: "text",
      value: inputValue,
      onChange: (event) => onInput(event.target.value),
      onFocus: () => onText(true),
      onBlur: () => onText(false),
      onKeyDown,
    };
    return h(
      "div",
      { className: "standin-select" },
      ...chosen,
      h("input", field),
      open && options.length > 0 && h("div", { className: "standin-menu" }, ...options),
    );
  }

  /** Some of the options: divisions and events of a lifter. Shows the store's value. */
  class ChosenFrom extends Component {
    constructor(props) {
      super(props);
      this.state = { inputValue: "", open: false };
    }

    render() {
      const { label, onChange, options, value } = this.props;
      const { inputValue, open } = this.state;
      const typed = inputValue.toLowerCase();
      const matches = options.filter((each) => !value.includes(each) && each.toLowerCase().includes(typed));
      // What is typed in full comes first: "B" is also in "SBD".
      const addable = [...matches].sort(
        (a, b) => Number(b.toLowerCase() === typed) - Number(a.toLowerCase() === typed),
      );
      const onAdd = (each) => {
        this.setState({ inputValue: "" });
        onChange([...value, each]);
      };
      const onRemove = (each) => onChange(value.filter((other) => other !== each));
      const onInput = (text) => this.setState({ inputValue: text });
      const onText = (isOpen) => this.setState({ open: isOpen, inputValue: "" });
      return group(label, h(Chosen, { addable, inputValue, onAdd, onInput, onRemove, onText, open, value }));
    }
  }

  /** A list that is typed in: divisions and weight classes of the meet. STALE: it sends its whole copy. */
  class TypedList extends Component {
    constructor(props) {
      super(props);
      this.state = { value: this.fromStore(props), inputValue: "" };
    }

    change(value) {
      this.setState({ value, inputValue: "" });
      if (value.length !== this.fromStore(this.props).length) this.submit(value);
    }

    render() {
      const { inputValue, value } = this.state;
      const typed = this.parse(inputValue);
      return group(
        this.label(),
        h(Chosen, {
          addable: typed === null || value.includes(typed) ? [] : [typed],
          inputValue,
          onAdd: (each) => this.change(this.arrange([...value, each])),
          onInput: (text) => this.setState({ inputValue: text }),
          onRemove: (each) => this.change(value.filter((other) => other !== each)),
          onText: () => this.setState({ inputValue: "" }),
          open: false,
          value,
        }),
      );
    }
  }

  /** A choice from the store; tells `onChange` the text of the option. */
  function Select({ className = "", label, onChange, options, value }) {
    const select = h(
      "select",
      {
        className: `custom-select ${className} form-control`,
        value: String(value),
        onChange: (event) => onChange(event.target.value),
      },
      ...options.map(([each, text]) => h("option", { key: each, value: String(each) }, text)),
    );
    return label === undefined ? select : group(label, select);
  }

  /** Two buttons. */
  function YesNo({ label, no = "No", onChange, value, yes = "Yes" }) {
    const button = (means, text) =>
      h(
        "button",
        {
          type: "button",
          className: `btn ${value === means ? "active " : ""}btn-outline-secondary`,
          onClick: () => onChange(means),
        },
        text,
      );
    const buttons = h("div", { className: "btn-group", role: "group" }, button(false, no), button(true, yes));
    return group(null, group(label, buttons));
  }

  /** A text from the store: one action per keystroke. */
  function Text({ label, onChange, type = "text", value, ...more }) {
    const change = (event) => onChange(event.target.value);
    const input = h("input", { type, className: "form-control", value, onChange: change, ...more });
    return label === undefined ? input : group(label, input);
  }

  const unit = (state) => ({ inKg: state.meet.inKg, language: state.language });
  const withDispatch = (dispatch) => ({ dispatch });

  Object.assign(standin, {
    AttemptInput: connect(unit, withDispatch)(AttemptInput),
    ChosenFrom,
    NumberInput: connect((state) => ({ language: state.language }))(NumberInput),
    Select,
    Text,
    TypedList,
    ValidatedInput,
    WeightInput: connect(unit, withDispatch)(WeightInput),
    YesNo,
    group,
    withDispatch,
  });
})((globalThis.standin = globalThis.standin || {}));
