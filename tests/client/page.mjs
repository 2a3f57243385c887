/**
 * As much of a page as the panels need, without a browser: elements, the focus as browsers keep it, and a clock that tests turn.
 * What is not here is not to be believed of it; what people see and hear is tested in tests/e2e.
 */

class Node extends EventTarget {
  parentElement = null;
  get isConnected() {
    return this === document.documentElement || Boolean(this.parentElement?.isConnected);
  }
  remove() {
    const siblings = this.parentElement?.childNodes;
    if (!siblings) return;
    // Browsers drop the focus of what is taken out, also where it is put in again at once.
    if (this.contains(document.activeElement)) document.activeElement = document.body;
    siblings.splice(siblings.indexOf(this), 1);
    this.parentElement = null;
  }
  contains(other) {
    return other === this || Boolean(this.childNodes?.some((child) => child.contains(other)));
  }
  replaceWith(...others) {
    for (const one of others) this.parentElement.insertBefore(one, this);
    this.remove();
  }
  before(one) {
    this.parentElement.insertBefore(one, this);
  }
}

class Text extends Node {
  constructor(text) {
    super();
    this.textContent = text;
  }
}

class Element extends Node {
  childNodes = [];
  attributes = new Map();
  style = { setProperty() {} };
  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
  }
  get children() {
    return this.childNodes.filter((child) => child instanceof Element);
  }
  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }
  set textContent(text) {
    this.replaceChildren(text);
  }
  append(...all) {
    for (const one of all) this.insertBefore(one instanceof Node ? one : new Text(String(one)), null);
  }
  appendChild(one) {
    return this.insertBefore(one, null);
  }
  insertBefore(one, before) {
    one.remove();
    this.childNodes.splice(before ? this.childNodes.indexOf(before) : this.childNodes.length, 0, one);
    one.parentElement = this;
    return one;
  }
  replaceChildren(...all) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...all);
  }
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name) {
    return this.attributes.has(name);
  }
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }
  removeAttribute(name) {
    this.attributes.delete(name);
  }
  matches(selectors) {
    return selectors.split(",").some((selector) => {
      const [, tag, name, wanted, value] = /^\s*([a-z]*)(?:\.([a-z]+))?(?:\[([a-z-]+)(?:=([a-z-]+))?\])?\s*$/.exec(selector);
      const has = !wanted || (this.hasAttribute(wanted) && (!value || this.getAttribute(wanted) === value));
      return has && (!tag || tag === this.tagName.toLowerCase()) && (!name || this.classList.contains(name));
    });
  }
  closest(selectors) {
    return this.matches(selectors) ? this : (this.parentElement?.closest(selectors) ?? null);
  }
  querySelectorAll(selectors) {
    return this.children.flatMap((child) => [...(child.matches(selectors) ? [child] : []), ...child.querySelectorAll(selectors)]);
  }
  querySelector(selectors) {
    return this.querySelectorAll(selectors)[0] ?? null;
  }
  focus() {
    if (this.isConnected && !this.disabled) document.activeElement = this;
  }
  /** Press it. */
  click() {
    if (!this.disabled) this.dispatchEvent(new Event("click", { cancelable: true }));
  }
  get classList() {
    const all = new Set((this.getAttribute("class") ?? "").split(" ").filter(Boolean));
    const keep = () => this.setAttribute("class", [...all].join(" "));
    return { contains: (one) => all.has(one), toggle: (one, isOn) => (all[isOn ? "add" : "delete"](one), keep()) };
  }
  load() {}
}

for (const name of ["id", "class", "src"]) Object.defineProperty(Element.prototype, name === "class" ? "className" : name, property(name, (text) => text ?? ""));
for (const name of ["hidden", "disabled"]) Object.defineProperty(Element.prototype, name, property(name, (text) => text !== null));
for (const name of ["value"]) Object.defineProperty(Element.prototype, name, { get() { return this.typed ?? this.getAttribute("value") ?? ""; }, set(text) { this.typed = text; } });

function property(name, read) {
  return {
    get() {
      return read(this.getAttribute(name));
    },
    set(value) {
      if (value === false) this.removeAttribute(name);
      else this.setAttribute(name, value === true ? "" : value);
    },
  };
}

class Document extends EventTarget {
  documentElement = new Element("html");
  body = new Element("body");
  activeElement = this.body;
  title = "";
  hidden = false;
  createElement = (tag) => new Element(tag);
  createTextNode = (text) => new Text(text);
  getElementById(id) {
    return this.body.querySelectorAll("[id]").find((one) => one.id === id) ?? null;
  }
  querySelector(selectors) {
    return this.body.querySelector(selectors);
  }
}

const document = new Document();
document.documentElement.append(document.body);
document.body.append(Object.assign(new Element("div"), { id: "said" }), Object.assign(new Element("div"), { id: "notice" }), Object.assign(new Element("main"), { id: "meeting" }));
// A page does not wait for its timers to end; Node would.
const { setTimeout: plainTimeout, setInterval: plainInterval } = globalThis;
Object.assign(globalThis, {
  document,
  Node,
  HTMLMediaElement: class {},
  location: new URL("https://meeting.example/s/1"),
  setTimeout: Object.assign((...all) => plainTimeout(...all).unref(), plainTimeout),
  setInterval: Object.assign((...all) => plainInterval(...all).unref(), plainInterval),
});

/** An empty section of the page. @returns {Element} */
export function section() {
  const made = new Element("section");
  document.getElementById("meeting").append(made);
  return made;
}

/** What was said to a screen reader so far, and is still there. */
export const said = () => document.getElementById("said").children.map((line) => line.textContent);

/** Forget it. */
export const hush = () => document.getElementById("said").replaceChildren();

/** What a panel needs of a page: each word is its key, and what it is about. */
export function pageFor(attendance) {
  const t = (key, values = {}) => [key, ...Object.values(values)].join(" ");
  const page = { t, strings: {}, language: "en", session: "s1" };
  return { ...page, attendance: Object.assign(new EventTarget(), { person: "me", publishing: {}, path: { connected: true }, command: async () => ({ seq: 1 }) }, attendance) };
}

/** A state of an open meeting. */
export function stateOf(more = {}) {
  const doors = { chat: true, questions: true, hands: true };
  return { seq: 1, phase: "open", recess_reason: "", agenda: [], item: null, persons: {}, queue: [], queue_rule: "arrival", doors, floor: {}, questions: {}, messages: {}, captions: [], playing: null, ...more };
}
