// @ts-check
// Small helpers to build and patch the page. They write only what changed, so assistive technology hears only what is new.

const SVG = 'http://www.w3.org/2000/svg';

/** Strokes on a grid of 24. */
const ICONS = /** @type {Record<string, string[]>} */ ({
  microphone: ['M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z', 'M5.5 11a6.5 6.5 0 0 0 13 0', 'M12 17.5V21'],
  muted: ['M15 10V6a3 3 0 0 0-5.6-1.5', 'M9 9v2a3 3 0 0 0 4.6 2.5', 'M5.5 11a6.5 6.5 0 0 0 10.2 5.3M18.5 11a6.5 6.5 0 0 1-.6 2.7', 'M12 17.5V21', 'M4 4l16 16'],
  leave: ['M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14', 'M10 12h10', 'M16.5 8.5 20 12l-3.5 3.5'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  alert: ['M12 4 2.8 19.5h18.4Z', 'M12 10v4.5', 'M12 17.2v.1'],
  cross: ['M6 6l12 12', 'M18 6 6 18'],
  spark: ['M12 3.5l2 6.5 6.5 2-6.5 2-2 6.5-2-6.5-6.5-2 6.5-2Z'],
  text: ['M5 6h14', 'M5 11h14', 'M5 16h8'],
  person: ['M12 4a3.7 3.7 0 1 1 0 7.4A3.7 3.7 0 0 1 12 4Z', 'M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6'],
  pause: ['M9 6v12', 'M15 6v12'],
  sound: ['M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z', 'M15.5 9a4.2 4.2 0 0 1 0 6', 'M18 6.5a7.8 7.8 0 0 1 0 11'],
  download: ['M12 4v11', 'M7.5 11 12 15.5 16.5 11', 'M5 20h14'],
  print: ['M7 9V4h10v5', 'M7 17H4.5v-6.5A1.5 1.5 0 0 1 6 9h12a1.5 1.5 0 0 1 1.5 1.5V17H17', 'M7 14h10v6H7Z'],
  copy: ['M9 9h10v11H9Z', 'M15 9V4.5H5V15h4'],
  arrow: ['M12 5v14', 'M6.5 13.5 12 19l5.5-5.5'],
  back: ['M19 12H5', 'M10.5 6.5 5 12l5.5 5.5'],
});

/**
 * @param {string} tag `p`, `p.lead`, `button.primary.wide`
 * @param {Record<string, any>|null} [attributes] `on…` functions become listeners; true becomes an empty attribute; null and false are left out
 * @param {...(Node|string|null)} children
 * @returns {any}
 */
export function element(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length > 0) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A decorative icon: hidden from assistive technology, the text beside it speaks. @param {string} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const data of ICONS[name] ?? []) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', data);
    svg.append(path);
  }
  return svg;
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} node @param {string} name @param {string|boolean|null} value */
export function setAttribute(node, name, value) {
  const wanted = value === true ? '' : value === false ? null : value;
  if (wanted === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== wanted) {
    node.setAttribute(name, wanted);
  }
}

/** @param {Element} node @param {boolean} shown */
export function setShown(node, shown) {
  setAttribute(node, 'hidden', !shown);
}

/** A button with an icon whose text can change. @param {string} classes @param {string} iconName @param {string} label @param {() => void} onclick */
export function button(classes, iconName, label, onclick) {
  const text = element('span', null, label);
  const node = element(`button${classes}`, { type: 'button', onclick }, iconName ? icon(iconName) : null, text);
  return { node, text };
}

/** Minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`;
}

/** Gives the visitor a file without a request. @param {string} name @param {string} type @param {string} content */
export function offerFile(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = element('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
