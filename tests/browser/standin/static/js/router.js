// Where the page is: history.pushState and popstate under a fixed base, and nothing for an address it does not know.
(function (standin) {
  "use strict";

  const { Component, createElement: h } = React;

  const BASE = "/openlifter";

  /** @type {Set<() => void>} */
  const listeners = new Set();

  /** The page's address below the base: `/lifting`, or "" for the first one. */
  const here = () => location.pathname.replace(BASE, "").replace(/\/$/, "");

  /** @param {string} path */
  function navigate(path) {
    history.pushState(null, "", BASE + path);
    listeners.forEach((changed) => changed());
  }

  /** Shows what `children` makes of the address. */
  class Router extends Component {
    constructor(props) {
      super(props);
      this.state = { path: here() };
      this.changed = () => this.setState({ path: here() });
    }

    componentDidMount() {
      listeners.add(this.changed);
      addEventListener("popstate", this.changed);
    }

    componentWillUnmount() {
      listeners.delete(this.changed);
      removeEventListener("popstate", this.changed);
    }

    render() {
      return this.props.children(this.state.path);
    }
  }

  function NavLink({ path, to, text }) {
    const onClick = (event) => {
      event.preventDefault();
      navigate(to);
    };
    const className = path === to ? "active nav-link" : "nav-link";
    return h("a", { className, href: BASE + to, onClick }, text);
  }

  Object.assign(standin, { NavLink, Router, navigate });
})((globalThis.standin = globalThis.standin || {}));
