// @ts-check
/**
 * OpenLifter's fields beside remote changes.
 *
 * Most of its fields copy their value once, when they are mounted, and give it back when they are left. So, after a
 * remote change, a field that is on the screen would show the old value, and somebody who only clicks into it and out
 * again would send the old value to everybody. Here three things are seen to:
 *
 * - A field that nobody typed into sends nothing: its component never hears that it was left.
 * - After a remote change it shows what it would show if it were mounted now. What that is nobody has to know: a second
 *   component of the same class is made with the same props, and its state is what the first one gets.
 * - A field that is being typed into is left alone, text, focus and caret.
 */

/** @typedef {Map<any, Record<string, any>>} Remembered the state that each component would begin with, before a change */

/**
 * Where a field is: in the row of a lifter, or elsewhere, and the components around it that have a state. The outermost
 * comes first: what an inner one would begin with may come from its state.
 *
 * @typedef {{entryId: number | null, components: any[]}} Place
 */

/**
 * A text that was being typed when its field went away.
 *
 * @typedef {{text: string, entryId: number | null, lift: string | null, attempt: number | null}} LostText
 */

const FIELDS = "#root input, #root select, #root textarea, #root button";
const CLASS_COMPONENT = 1;

export class Fields {
  /**
   * @param {() => boolean} isLive whether this table is in a meet: else OpenLifter's fields are its own business
   * @param {() => void} released a field that was typed into has been left
   */
  constructor(isLive, released) {
    /** The field that somebody is typing into. @type {HTMLInputElement | null} */
    this.typing = null;
    this._isLive = isLive;
    this._released = released;
    /** @type {WeakMap<Element, Place>} */
    this._places = new WeakMap();
    this._skipped = new Set();
    // OpenLifter's React listens on the document: a listener of the window comes before it.
    window.addEventListener("focusin", () => this._focused(), true);
    window.addEventListener("input", (event) => this._typed(event), true);
    window.addEventListener("blur", (event) => this._left(event), true);
    window.addEventListener("focusout", (event) => this._left(event), true);
  }

  _focused() {
    // A field that is focused by a script, or just clicked into, has not been typed into.
    this.typing = null;
  }

  /** @param {Event} event */
  _typed(event) {
    if (event.isTrusted && event.target instanceof HTMLInputElement && isField(event.target)) this.typing = event.target;
  }

  /** @param {Event} event */
  _left(event) {
    if (!(event.target instanceof HTMLInputElement) || !isField(event.target)) return;
    if (event.target !== this.typing) {
      if (this._isLive()) event.stopImmediatePropagation();
    } else if (event.type === "focusout") {
      // The last of the two: OpenLifter has heard of it when this task is over.
      this.typing = null;
      setTimeout(() => this._caughtUp(), 0);
    }
  }

  /** What was typed is in the store now, or was refused: what was kept from the field may show. */
  _caughtUp() {
    for (const component of this._skipped) {
      const fresh = initialState(component);
      if (fresh) takeOver(component, plain(fresh));
    }
    this._skipped.clear();
    this._released();
  }

  // ------------------------------------------------------------ around a remote change

  /**
   * Before a remote change is applied: what would the fields show if they were mounted now?
   *
   * @param {Set<number> | null} lifters those whom the change concerns, null for all
   * @returns {Remembered}
   */
  remember(lifters) {
    /** @type {Remembered} */
    const remembered = new Map();
    for (const field of document.querySelectorAll(FIELDS)) {
      const { entryId, components } = this._placeOf(field);
      if (entryId !== null && lifters !== null && !lifters.has(entryId)) continue;
      for (const component of components) {
        if (remembered.has(component)) continue;
        const fresh = initialState(component);
        if (fresh) remembered.set(component, plain(fresh));
      }
    }
    return remembered;
  }

  /**
   * After it was applied: whoever would show something else now, shows it.
   *
   * @param {Remembered} remembered
   */
  refresh(remembered) {
    const caret = caretOf(document.activeElement);
    for (const [component, before] of remembered) {
      const fresh = initialState(component);
      if (!fresh) continue;
      const after = plain(fresh);
      const changed = Object.keys(after).filter((name) => !alike(before[name], after[name]));
      if (changed.length === 0) continue;
      if (this.typing && holds(component, this.typing)) {
        this._skipped.add(component);
        continue;
      }
      takeOver(component, Object.fromEntries(changed.map((name) => [name, after[name]])));
    }
    if (caret) caret();
  }

  // ------------------------------------------------------------ the field that is being typed into

  /**
   * Whether a lifter's property is being typed into a field that shows the store's value itself: putting a remote value
   * there would replace the text under the typist's hands.
   *
   * @param {number} entryId
   * @param {any} shown what the store has
   */
  isTypedInto(entryId, shown) {
    const field = this.typing;
    if (!field) return false;
    const place = this._placeOf(field);
    if (place.entryId !== entryId || place.components.some((component) => holds(component, field))) return false;
    return String(shown === 0 ? "" : shown) === field.value;
  }

  /**
   * Notices when the field that is typed into goes away.
   *
   * @returns {() => LostText | null} to be called after a change was applied
   */
  watchTyping() {
    const field = this.typing;
    if (!field) return () => null;
    const { entryId, components } = this._placeOf(field);
    const text = field.value;
    const attempt = components.map((component) => component.props).find((props) => props && props.attemptOneIndexed);
    return () => {
      if (field.isConnected) return null;
      this.typing = null;
      return { text, entryId, lift: attempt?.lift ?? null, attempt: attempt?.attemptOneIndexed ?? null };
    };
  }

  /**
   * @param {Element} field
   * @returns {Place}
   */
  _placeOf(field) {
    let place = this._places.get(field);
    if (!place) {
      place = findPlace(field);
      this._places.set(field, place);
    }
    return place;
  }
}

/** @param {HTMLInputElement} target */
function isField(target) {
  // Select boxes have inputs of their own, without this class, and live by hearing that they were left.
  return target.matches("#root input.form-control, #root textarea.form-control");
}

/**
 * @param {Element} field
 * @returns {Place}
 */
function findPlace(field) {
  /** @type {Place} */
  const place = { entryId: null, components: [] };
  for (let fibre = fibreOf(field); fibre; fibre = fibre.return) {
    if (fibre.tag === CLASS_COMPONENT && fibre.stateNode.state) place.components.unshift(fibre.stateNode);
    // A row is drawn for one lifter, and for no other as long as its fields are there.
    place.entryId = place.entryId ?? entryIdIn(fibre.memoizedProps);
  }
  return place;
}

/**
 * @param {any} props
 * @returns {number | null}
 */
function entryIdIn(props) {
  if (!props || typeof props !== "object") return null;
  if (props.entry && typeof props.entry.id === "number") return props.entry.id;
  return typeof props.id === "number" ? props.id : null;
}

/**
 * React's own record of an element.
 *
 * @param {any} element
 */
function fibreOf(element) {
  const name = Object.keys(element).find((each) => /^__react(InternalInstance|Fiber)\$/.test(each));
  return name === undefined ? null : element[name];
}

/**
 * The state that a component would have if it were mounted now. React demands that constructors do nothing else.
 *
 * @param {any} component
 * @returns {Record<string, any> | null}
 */
function initialState(component) {
  try {
    return new component.constructor(component.props, component.context).state ?? null;
  } catch {
    // Not one of those that copy their value: its constructor needs more than its props.
    return null;
  }
}

/**
 * @param {any} component
 * @param {Record<string, any>} state
 */
function takeOver(component, state) {
  const news = Object.keys(state).filter((name) => !alike(component.state[name], state[name]));
  if (news.length > 0) component.setState(Object.fromEntries(news.map((name) => [name, state[name]])));
}

/**
 * The part of a state that is data: text, numbers, and lists of options.
 *
 * @param {Record<string, any>} state
 */
function plain(state) {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => isData(value)));
}

/** @param {any} value */
function isData(value) {
  return isScalar(value) || (Array.isArray(value) && value.every((item) => isScalar(item) || isOption(item)));
}

/** @param {any} value */
function isScalar(value) {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** @param {any} value */
function isOption(value) {
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isScalar);
}

/**
 * @param {any} one
 * @param {any} other
 */
function alike(one, other) {
  return one === other || (isData(one) && isData(other) && JSON.stringify(one) === JSON.stringify(other));
}

/**
 * Whether a component's state is what a field shows.
 *
 * @param {any} component
 * @param {HTMLInputElement} field
 */
function holds(component, field) {
  return Object.values(component.state).includes(field.value);
}

/**
 * @param {Element | null} element
 * @returns {(() => void) | null} puts the caret back
 */
function caretOf(element) {
  if (!(element instanceof HTMLInputElement)) return null;
  const { selectionStart, selectionEnd, selectionDirection } = element;
  if (selectionStart === null) return null;
  return () => {
    if (!element.isConnected || element.selectionStart === selectionStart) return;
    element.setSelectionRange(selectionStart, selectionEnd, selectionDirection ?? undefined);
  };
}
