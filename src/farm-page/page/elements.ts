type Child = Node | string | undefined | false;

/** Attributes by their names; `false` and `undefined` leave one out, `true` sets it empty. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An HTML element with attributes and children. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** An SVG element with attributes and children. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Sets attributes, and touches those alone that are other than they were. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else {
      const text = value === true ? '' : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** Sets a text, and touches nothing when it is the same: what people have selected stays selected. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** One row of a list, which is told what it shows whenever that has changed. */
export interface Row<T> {
  readonly root: Element;
  readonly update: (item: T) => void;
}

/**
 * Keeps a list of elements in step with a list of things: each thing keeps its element, so that focus and selection stay where
 * they are when the farm moves.
 */
export function createList<T>(parent: Element, keyOf: (item: T) => string, create: (item: T) => Row<T>) {
  const rows = new Map<string, Row<T>>();
  return (items: readonly T[]): void => {
    const wanted = new Set(items.map(keyOf));
    for (const [key, { root }] of rows) {
      if (wanted.has(key)) continue;
      root.remove();
      rows.delete(key);
    }
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let row = rows.get(key);
      if (row === undefined) {
        row = create(item);
        rows.set(key, row);
      }
      row.update(item);
      // Moving the element that has the focus would take it away.
      if (row.root === place) place = place.nextElementSibling;
      else parent.insertBefore(row.root, place);
    }
  };
}
