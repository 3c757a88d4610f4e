// What all figures share: elements, controls that are bound to a value, and the manners of the page they are on.
// Controls are the browser's own, so that touch, keyboard and screen reader work without our doing.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element: make("button", { type: "button" }, parent, "Reset"). */
export function make(tag, attributes = {}, parent = null, text = null) {
  return dress(document.createElement(tag), attributes, parent, text);
}

/** Make an SVG element: draw("circle", { r: 4 }, parent). */
export function draw(tag, attributes = {}, parent = null, text = null) {
  return dress(document.createElementNS(SVG, tag), attributes, parent, text);
}

function dress(element, attributes, parent, text) {
  place(element, attributes);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

/** Set several attributes of an element. */
export function place(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

let made = 0;
/** An id that no other element has, so that a page can hold a figure twice. */
export function newId() {
  return `dl-${Date.now().toString(36)}-${++made}`;
}

/** The frame of a figure: its name for screen readers, a body, and below it what to try. Returns the body. */
export function frame(el, model, name) {
  keepArrowKeys();
  const figure = make("figure", { class: "dl-figure", "aria-label": `${name}, a figure to play with` }, el);
  const body = make("div", { class: "dl-body" }, figure);
  const tries = model.get("tries") ?? [];
  if (tries.length) {
    const fold = make("details", { class: "dl-tries", open: "" }, figure);
    make("summary", {}, fold, "What to try");
    const list = make("ol", {}, fold);
    for (const text of tries) make("li", {}, list, text);
  }
  return body;
}

/** JupyterLab listens on the document and would take the arrow keys from a slider: stop them one step earlier. */
function keepArrowKeys() {
  if (!document.body.hasAttribute("data-jp-theme-light") || window.dlcourseKeys) return;
  window.dlcourseKeys = true;
  const stop = event => { if (event.target.closest?.(".dl-figure") && event.key !== "Escape") event.stopImmediatePropagation(); };
  window.addEventListener("keydown", stop, true);
}

/** A labeled slider and, for exact values, a field to type in. `get` and `set` read and write the value; call `.show()`
 * after it has changed elsewhere. */
export function slider(parent, label, { min, max, step, get, set, format }) {
  const id = newId(), row = make("div", { class: "dl-slider" }, parent);
  make("label", { for: id }, row, label);
  const range = make("input", { id, type: "range", min, max, step }, row);
  const field = make("input", { type: "number", min, max, step: "any", "aria-label": `${label}, exactly` }, row);
  const show = () => {
    range.value = get();
    range.setAttribute("aria-valuetext", format(get()));
    if (!field.matches(":focus")) field.value = format(get()).replace("\u2212", "-");  // not while somebody types
  };
  range.addEventListener("input", () => set(Number(range.value)));
  field.addEventListener("input", () => {
    if (field.value !== "") set(Math.min(max, Math.max(min, Number(field.value))));
  });
  field.addEventListener("blur", show);
  show();
  return { show };
}

/** A row of alternatives, one of which is chosen. `options` are [value, label]. */
export function choice(parent, label, options, { get, set }) {
  const name = newId(), group = make("fieldset", { class: "dl-choice" }, parent);
  make("legend", {}, group, label);
  const inputs = options.map(([value, text]) => {
    const option = make("label", {}, group);
    const input = make("input", { type: "radio", name, value }, option);
    make("span", {}, option, text);
    input.addEventListener("change", () => set(value));
    return [value, input];
  });
  const show = () => { for (const [value, input] of inputs) input.checked = value === get(); };
  show();
  return { group, show };
}

/** A button. */
export function button(parent, label, act) {
  const element = make("button", { type: "button" }, parent, label);
  element.addEventListener("click", act);
  return element;
}

/** A letter with a small number below it: x\u2081. */
export const indexed = (letter, i) => letter + String.fromCharCode(0x2081 + i);

/** A number as it is written here: two decimals, a true minus sign, no negative zero. */
export function written(value) {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text.replace("-", "\u2212");
}

/** True when the reader asked the system for less motion: then jump to the end instead of playing. */
export function lessMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Call `redraw` when the page changes between light and dark, and when the figure comes into the page or gets another
 * size: a notebook may render it before it has a place, and so no colors. Returns a function that stops listening. */
export function onNewLook(el, redraw) {
  const theme = new MutationObserver(redraw), size = new ResizeObserver(redraw), dark = matchMedia("(prefers-color-scheme: dark)");
  const attributeFilter = ["data-theme", "data-jp-theme-light", "class"];
  for (const root of [document.documentElement, document.body]) theme.observe(root, { attributes: true, attributeFilter });
  size.observe(el);
  dark.addEventListener("change", redraw);
  return () => { theme.disconnect(); size.disconnect(); dark.removeEventListener("change", redraw); };
}

let brush;
/** A color of the style sheet as [red, green, blue]. */
export function color(element, variable) {
  brush ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  brush.fillStyle = getComputedStyle(element).getPropertyValue(variable).trim();
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** Follow a pointer from its press to its release: `move` gets the place in the drawing's own units. */
export function draggable(element, svg, move) {
  const toDrawing = event => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  element.addEventListener("pointerdown", event => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    element.classList.add("dl-held");
  });
  element.addEventListener("pointermove", event => { if (element.hasPointerCapture(event.pointerId)) move(...toDrawing(event)); });
  // Otherwise a finger scrolls the page; browsers do not agree on what `touch-action` means inside a drawing.
  element.addEventListener("touchstart", event => event.preventDefault(), { passive: false });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => element.classList.remove("dl-held"));
}

/** The bytes that a figure was given: a DataView from the kernel, base64 text from the page. */
export function bytes(data) {
  if (typeof data === "string") return Uint8Array.from(atob(data), character => character.charCodeAt(0));
  if (data instanceof DataView) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError("The numbers of this figure are missing.");
}

/** IEEE half-precision numbers, little-endian, as a Float32Array: how figures store the weights of a network. */
export function halves(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 1 }, (_, i) => {
    const bits = view.getUint16(2 * i, true), sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
  });
}
