// @ts-check
/**
 * Runs before OpenLifter, and gives its Redux store to our modules.
 *
 * OpenLifter makes its store through redux-devtools-extension, which asks this very function to put the enhancers
 * together. It is a plain script, since a module would run after OpenLifter; it does as little as it can, and if our
 * modules cannot be loaded OpenLifter runs as if we were not there.
 */
(function () {
  "use strict";

  /** Every action, in the order in which it reaches the reducers. @type {((action: any) => void)[]} */
  var observers = [];

  /**
   * @param {any} store
   * @param {string} defaults the state of an OpenLifter in which nothing was entered yet, as JSON
   * @param {string} rehydrated the state as it was read from this browser's disk, as JSON
   */
  function hand(store, defaults, rehydrated) {
    var observe = function (/** @type {(action: any) => void} */ observer) {
      observers.push(observer);
    };
    // @ts-ignore: an address of the appliance, not of this folder
    import("/static/openlifter/main.js")
      .then(function (/** @type {any} */ main) {
        return main.start({ store: store, defaults: defaults, rehydrated: rehydrated, observe: observe });
      })
      .catch(function (/** @type {unknown} */ error) {
        console.error("The live part of this page could not be started; OpenLifter works on its own.", error);
      });
  }

  /**
   * @param {any} store
   * @param {string} defaults
   */
  function handWhenReady(store, defaults) {
    var unsubscribe = store.subscribe(function () {
      var state = store.getState();
      // Before that, OpenLifter shows nothing, and what is in the store is not the meet of this browser.
      if (state && state._persist && state._persist.rehydrated) {
        unsubscribe();
        hand(store, defaults, JSON.stringify(state));
      }
    });
  }

  /** @type {any} */ (window).__REDUX_DEVTOOLS_EXTENSION_COMPOSE__ = function () {
    /** @type {any[]} */
    var enhancers = Array.prototype.slice.call(arguments);
    return function (/** @type {any} */ createStore) {
      return function (/** @type {any} */ reducer, /** @type {any} */ preloaded) {
        var observed = function (/** @type {any} */ innerReducer, /** @type {any} */ initial) {
          var store = createStore(innerReducer, initial);
          var dispatch = store.dispatch;
          store.dispatch = function (/** @type {any} */ action) {
            for (var index = 0; index < observers.length; index++) observers[index](action);
            return dispatch(action);
          };
          return store;
        };
        var enhanced = enhancers.reduceRight(function (next, enhance) {
          return enhance(next);
        }, observed);
        var store = enhanced(reducer, preloaded);
        var defaults = JSON.stringify(reducer(undefined, { type: "@@openlifter-appliance/DEFAULTS" }));
        handWhenReady(store, defaults);
        return store;
      };
    };
  };

  // The streaming build of OpenLifter tells a program on its own machine of every lifting order. There is none here, and
  // this page may not speak to another host: without this it would report an error each time.
  var fetch = window.fetch;
  window.fetch = function (input, init) {
    if (input === "http://localhost:3001/") return Promise.resolve(new Response("{}"));
    return fetch.call(window, input, init);
  };
})();
