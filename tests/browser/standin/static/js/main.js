// The store, wired as OpenLifter wires it, and the page around it.
(function (standin) {
  "use strict";

  const { NavLink, Router, reducers } = standin;
  const { Component, Fragment, createElement: h } = React;
  const { Provider, connect } = ReactRedux;
  const { applyMiddleware, combineReducers, compose, createStore } = Redux;

  const PAGES = [
    ["", "Home", standin.Home],
    ["/meet-setup", "Meet Setup", standin.MeetSetup],
    ["/registration", "Registration", standin.Registration],
    ["/weigh-ins", "Weigh-ins", standin.WeighIns],
    ["/flight-order", "Flight Order", standin.FlightOrder],
    ["/lifting", "Lifting", standin.Lifting],
    ["/results", "Results", standin.Results],
    ["/debug", "Debug", standin.Debug],
  ];

  // The developers' tools, or whoever is there in their place when this is evaluated.
  const composeWithDevTools = window.__REDUX_DEVTOOLS_EXTENSION_COMPOSE__ || compose;

  const storage = {
    getItem: async (key) => localStorage.getItem(key),
    setItem: async (key, value) => localStorage.setItem(key, value),
    removeItem: async (key) => localStorage.removeItem(key),
  };

  /** Shows nothing before the state has been read. */
  class PersistGate extends Component {
    constructor(props) {
      super(props);
      this.state = { bootstrapped: false };
    }

    componentDidMount() {
      const { persistor } = this.props;
      const look = () => {
        if (!persistor.getState().bootstrapped) return;
        this.unsubscribe();
        this.setState({ bootstrapped: true });
      };
      this.unsubscribe = persistor.subscribe(look);
      look();
    }

    componentWillUnmount() {
      this.unsubscribe();
    }

    render() {
      return this.state.bootstrapped ? this.props.children : null;
    }
  }

  function Navigation({ path }) {
    const links = PAGES.map(([to, text]) => h(NavLink, { key: to, path, to, text }));
    return h(
      "nav",
      { className: "navbar navbar-expand-lg navbar-dark bg-dark sticky-top" },
      h("span", { className: "navbar-brand" }, h("img", { src: "openlifter-white.svg", alt: "" })),
      h(
        "button",
        { type: "button", className: "navbar-toggler collapsed" },
        h("span", { className: "navbar-toggler-icon" }),
      ),
      h("div", { className: "navbar-collapse collapse" }, h("div", { className: "navbar-nav" }, ...links)),
    );
  }

  function page(path) {
    const [, , Page] = PAGES.find(([to]) => to === path) || [];
    return h(Fragment, null, h(Navigation, { path }), Page ? h(Page) : null);
  }

  /** Another language is another page: all that is mounted goes. */
  const Localised = connect((state) => ({ language: state.language }))(({ language }) =>
    h("div", { key: language }, h(Router, null, page)),
  );

  const reducer = ReduxPersist.persistReducer({ key: "root", storage }, combineReducers(reducers));
  const enhancer = composeWithDevTools(applyMiddleware(ReduxThunk));
  const store = createStore(reducer, enhancer);
  const persistor = ReduxPersist.persistStore(store);

  /** A door for tests that OpenLifter does not have. */
  standin.store = store;

  const gate = h(PersistGate, { persistor }, h(Localised));
  ReactDOM.render(h(Provider, { store }, gate), document.getElementById("root"));
})((globalThis.standin = globalThis.standin || {}));
