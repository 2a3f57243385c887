// @ts-check
/**
 * Ui. Making and keeping elements: text only ever as text, what a person wrote in an isolate of its own.
 * @module
 */

/** @typedef {string|number|Node|null|false|undefined} Child */

/**
 * An element. Attributes by name; `onclick` and the like are listeners; true is an empty attribute, null and false none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
  return element;
}

/** @param {any} child @returns {Node} */
function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/**
 * Set an attribute only where it differs, so that nothing is announced twice.
 * @param {Element} element
 * @param {string} name
 * @param {string|number|boolean|null|undefined} value
 */
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? "" : value)) {
    element.setAttribute(name, String(value === true ? "" : value));
  }
}

/**
 * Change a text only where it differs.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * What a person wrote, in an isolate: its direction is its own.
 * @param {string} text
 */
export function theirs(text) {
  return el("bdi", {}, text);
}

/**
 * A button.
 * @param {string} text
 * @param {(event: Event) => void} onclick
 * @param {Record<string, any>} [attributes]
 */
export function button(text, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, text);
}

/**
 * A button whose full name says more than its short text.
 * @param {string} text
 * @param {string} name what it is called by a screen reader, the text included
 * @param {(event: Event) => void} onclick
 * @param {string} [look]
 */
export function named(text, name, onclick, look = "small") {
  return button(text, onclick, { "aria-label": name, class: look });
}

/**
 * Keep one child for each item, in order, and leave alone what stays: focus and reading place survive. Where the child
 * with the focus is replaced or gone, what has come into its place gets it, or else the panel.
 * @template T
 * @param {Element} list
 * @param {readonly T[]} items
 * @param {(item: T, index: number) => string} key what makes a child another child
 * @param {(item: T, index: number) => Element} make
 */
export function keep(list, items, key, make) {
  const refocus = focusIn(list);
  const old = [...list.children];
  const drawn = items.map((item, index) => {
    const name = key(item, index);
    const known = old.findIndex((child) => child.getAttribute("data-key") === name);
    const child = known < 0 ? make(item, index) : old.splice(known, 1)[0];
    set(child, "data-key", name);
    return child;
  });
  for (const gone of old) gone.remove(); // first, so that nothing moves that need not
  drawn.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  refocus();
}

const CONTROLS = "button, input, select, textarea, audio, summary, a[href]";

/** @param {Element} root @returns {HTMLElement[]} what can have the focus in it */
function controls(root) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(CONTROLS)]).filter((one) => !one.hidden);
}

/** @param {Element} control @returns {string} what a screen reader calls it */
function nameOf(control) {
  return control.getAttribute("aria-label") ?? control.textContent?.trim() ?? "";
}

/**
 * Remember where in a list the focus is. Whoever is about to press a button must not press another one: where its child
 * was made anew the focus is on what has its name, if that is one; where the child is gone, on the same of its successor.
 * @param {Element} list @returns {() => void} gives it back once the list is drawn
 */
function focusIn(list) {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  const index = [...list.children].findIndex((child) => child.contains(focused));
  if (index < 0) return () => {};
  const before = controls(list.children[index]);
  const name = nameOf(focused);
  return () => {
    if (document.activeElement === focused) return;
    if (list.contains(focused)) return focused.focus(); // its child has moved: today's browsers drop the focus then
    const same = controls(list).filter((one) => nameOf(one) === name);
    const after = controls(list.children[Math.min(index, list.children.length - 1)] ?? list);
    const isAlike = !same.length && after.length === before.length;
    const next = same.length === 1 ? same[0] : isAlike ? after[before.indexOf(focused)] : null;
    if (next) return next.focus();
    const panel = /** @type {HTMLElement} */ (list.closest("[tabindex], section") ?? list);
    if (!panel.hasAttribute("tabindex")) set(panel, "tabindex", -1);
    panel.focus({ preventScroll: true });
  };
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Where a page keeps things in this browser; none where that is forbidden. @returns {Storage|null} */
export function pageStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** What was kept in this browser under a name. @param {string} name @returns {string|null} */
export function recall(name) {
  return pageStorage()?.getItem(name) ?? null;
}

/** Keep a choice in this browser; where that is forbidden, or all is full, it lasts as long as the page. @param {string} name @param {string} text */
export function remember(name, text) {
  try {
    pageStorage()?.setItem(name, text);
  } catch {}
}
