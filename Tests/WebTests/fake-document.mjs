// As much of a document as the screens use: a tree of elements with attributes, text and listeners.

class FakeText {
  constructor(text) {
    this.textContent = text;
  }
}

class FakeElement {
  attributes = new Map();
  children = [];
  listeners = new Map();
  className = '';
  isConnected = true;

  constructor(name, document) {
    this.name = name;
    this.ownerDocument = document;
  }
  append(...nodes) {
    this.children.push(...nodes.map((node) => (typeof node === 'string' ? new FakeText(node) : node)));
  }
  replaceChildren(...nodes) {
    this.children = [];
    this.append(...nodes);
  }
  get textContent() {
    return this.children.map((child) => child.textContent).join('');
  }
  set textContent(text) {
    this.children = [new FakeText(text)];
  }
  get childElementCount() {
    return this.children.filter((child) => child instanceof FakeElement).length;
  }
  get value() {
    return this.attributes.get('value') ?? '';
  }
  set value(text) {
    this.attributes.set('value', text);
  }
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name) {
    return this.attributes.has(name);
  }
  removeAttribute(name) {
    this.attributes.delete(name);
  }
  addEventListener(type, listener) {
    this.listeners.set(type, listener);
  }
  contains(node) {
    return this === node || this.children.some((child) => child instanceof FakeElement && child.contains(node));
  }
  focus() {
    this.ownerDocument.activeElement = this;
  }
  scrollIntoView() {}
  /** What a click or the Enter key on a button does. */
  click() {
    return this.listeners.get('click')?.({ preventDefault() {} });
  }
  /** Every element below for which `test` holds, in the order of the page. */
  all(test) {
    return this.children.filter((child) => child instanceof FakeElement).flatMap((child) => [...(test(child) ? [child] : []), ...child.all(test)]);
  }
}

/** Puts the properties into the global scope and returns how to take them out again. */
export function withGlobals(values) {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(values)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  };
}

export function fakeDocument() {
  const document = { hidden: false, title: '', activeElement: null, byId: new Map() };
  document.createElement = (name) => new FakeElement(name, document);
  document.createElementNS = (_, name) => new FakeElement(name, document);
  document.getElementById = (id) => document.byId.get(id) ?? null;
  return document;
}
