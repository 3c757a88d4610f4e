// The explorer's two pictures, drawn as grids: the image, to draw on, and the output, whose places can be pointed at.

import { WHITE, formulaSide } from "./convolution_explorer_math.js";
import { NOTHING, cellTexts, short } from "./convolution_explorer_words.js";
import { color, draggable, draw, make, place } from "./kit.js";
import { SIZE } from "./plane.js";

const LARGEST_TEXT = 19, SMALLEST_TEXT = 12;  // in the drawing's own units
const WIDTH_OF_DIGIT = 0.64, WIDTH_OF_MINUS = 0.88;  // of a text of size 1

/** A grid of `total` x `total` cells, the outer `ring` of which are no pixels. Returns {svg, cellAt, show}. */
function grid(parent) {
  const box = make("div", { class: "dl-plane dl-conv-plane" }, parent), canvas = make("canvas", { "aria-hidden": "true" }, box);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, box);
  const outside = draw("path", { class: "dl-conv-outside" }, svg), lines = draw("path", { class: "dl-conv-lines" }, svg), texts = draw("g", {}, svg);
  const halo = draw("path", { class: "dl-conv-halo" }, svg), taps = draw("path", { class: "dl-conv-taps" }, svg);
  const around = draw("path", { class: "dl-conv-window" }, svg);
  let cells = 1, rim = 0;

  /** Which cell a place of the drawing lies in, counted without the ring; null in the ring. */
  const cellAt = (x, y) => {
    const cell = [y, x].map(v => Math.floor(v / SIZE * cells) - rim);
    return cell.every(v => v >= 0 && v < cells - 2 * rim) ? cell : null;
  };
  /** Where a pointer is, as a cell. */
  const under = event => {
    const { left, top, width } = svg.getBoundingClientRect();
    return cellAt((event.clientX - left) / width * SIZE, (event.clientY - top) / width * SIZE);
  };

  /** Draw `rows`, the cells within the ring: `paint(value)` is [color, kind of text], `words` their texts. `window` is
   * {corner, spread, k}: the cells that a kernel lies on, counted without the ring. */
  function show({ label, rows, ring, total, paint, words, window, message = "" }) {
    [cells, rim] = [total, ring];
    const unit = SIZE / total, brush = place(canvas, { width: total, height: total }).getContext("2d");
    const image = brush.createImageData(total, total), square = (i, j, n, inset = 0) => {
      const [x, y, side] = [(j + ring) * unit + inset, (i + ring) * unit + inset, n * unit - 2 * inset].map(v => Number(v.toFixed(2)));
      return `M${x},${y}h${side}v${side}h${-side}z`;
    };
    texts.replaceChildren();
    const longest = Math.max(WIDTH_OF_DIGIT, ...words.flat().map(wide));
    const size = Math.min(LARGEST_TEXT, 0.52 * unit, 0.94 * unit / longest), fits = size >= SMALLEST_TEXT;
    rows.forEach((row, i) => row.forEach((value, j) => {
      const [shade, kind] = paint(value);
      image.data.set([...shade, value === null ? 0 : 255], 4 * ((i + ring) * total + j + ring));
      const [x, y] = [(j + ring + 0.5) * unit, (i + ring + 0.5) * unit], at = { x: x.toFixed(1), y: (y + 0.35 * size).toFixed(1) };
      if (fits) draw("text", { ...at, "text-anchor": "middle", class: kind, style: `font-size: ${size.toFixed(1)}px` }, texts, words[i][j]);
      else if (value && kind === "dl-conv-signed") draw("path", { d: sign(x, y, unit / 4, value > 0), class: "dl-conv-sign" }, texts);
    }));
    brush.putImageData(image, 0, 0);
    if (message) draw("text", { x: SIZE / 2, y: SIZE / 2, "text-anchor": "middle", class: "dl-conv-message" }, texts, message);
    const ringCells = [];
    for (let i = -ring; i < total - ring; i++)
      for (let j = -ring; j < total - ring; j++) if (Math.min(i, j) < 0 || Math.max(i, j) >= total - 2 * ring) ringCells.push(square(i, j, 1, unit / 8));
    const steps = Array.from({ length: total + 1 }, (_, k) => (k * unit).toFixed(2));
    place(lines, { d: total > 1 ? steps.map(at => `M0,${at}H${SIZE}M${at},0V${SIZE}`).join("") : "" });
    place(outside, { d: ringCells.join("") });
    const { corner: [i, j], spread, k } = window ?? { corner: [0, 0], spread: 1, k: 0 };
    const tapped = Array.from({ length: k * k }, (_, t) => square(i + Math.floor(t / k) * spread, j + t % k * spread, 1, 3));
    const frame = k ? square(i, j, spread * (k - 1) + 1, 2) : "";
    place(halo, { d: frame });
    place(taps, { d: spread > 1 ? tapped.join("") : "" });
    place(around, { d: frame });
    place(svg, { "aria-label": label });
  }
  return { svg, cellAt, under, show };
}

/** About how wide a number is, in a text of size 1. */
const wide = word => word.length * WIDTH_OF_DIGIT + (word.startsWith("\u2212") ? WIDTH_OF_MINUS - WIDTH_OF_DIGIT : 0);

/** A plus or a minus around a point, for cells that are too small for a number. */
function sign(x, y, half, positive) {
  const across = `M${(x - half).toFixed(1)},${y.toFixed(1)}h${(2 * half).toFixed(1)}`;
  return positive ? `${across}M${x.toFixed(1)},${(y - half).toFixed(1)}v${(2 * half).toFixed(1)}` : across;
}

const title = (parent, text) => make("p", { class: "dl-conv-title" }, parent, text);

/** The image: pressed on, it is drawn on. Returns a function that draws it anew. */
export function explorerImage(parent, state) {
  const head = title(parent, ""), { svg, cellAt, under, show } = grid(parent), caption = make("p", { class: "dl-caption" }, parent);
  svg.classList.add("dl-conv-drawn");
  svg.addEventListener("pointerdown", event => { const cell = under(event); if (cell) state.begin(cell); });
  draggable(svg, svg, (x, y) => { const cell = cellAt(x, y); if (cell) state.extend(cell); });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => state.end());
  hovered(svg, under, cell => { if (state.get("mode") === "transposed") state.point(cell); });
  return ({ setting, place: chosen, places }) => {
    const { image, kernel, stride, padding, dilation, mode } = setting, n = image.length;
    const transposed = mode === "transposed", ring = transposed ? 0 : padding;
    const window = { corner: chosen.map(v => v * stride - padding), spread: dilation, k: kernel.length };
    head.textContent = `Image X, ${n} \u00d7 ${n}`;
    caption.textContent = `0 is black, ${WHITE} is white${ring ? "; dashed: padding, zeros" : ""}. Press or drag to draw. Framed: `
      + `${transposed ? "the pixel that stamps." : "the patch."}`;
    show({
      label: `The image, ${n} by ${n} pixels. Framed is ${transposed ? "the pixel that stamps" : "the patch under the kernel"}. `
        + "The controls below can set each pixel.",
      rows: image, ring, total: n + 2 * ring, words: image.map(row => row.map(value => short(value, 1))),
      paint: value => [Array(3).fill(Math.round(255 * value / WHITE)), value > WHITE / 2 ? "dl-conv-on-white" : "dl-conv-on-black"],
      window: transposed ? { corner: chosen, spread: 1, k: 1 } : places ? window : null,
    });
  };
}

/** The output: pointed at, it says how a number came about. Returns a function that draws it anew. */
export function explorerOutput(parent, state) {
  const head = title(parent, ""), { svg, under, show } = grid(parent), caption = make("p", { class: "dl-caption" }, parent);
  const point = cell => { if (state.get("mode") !== "transposed") state.point(cell); };
  svg.addEventListener("pointerdown", event => { const cell = under(event); if (cell) point(cell); });
  hovered(svg, under, point);
  return ({ setting, place: chosen, all, output, side }) => {
    const { kernel, stride, padding, dilation, mode } = setting, transposed = mode === "transposed", ring = transposed ? padding : 0;
    const [high, low, middle] = ["--dl-yes", "--dl-no", "--dl-between"].map(variable => color(svg, variable));
    const most = Math.max(1e-9, ...all.flat().map(Math.abs)), total = Math.max(1, formulaSide(setting) + 2 * ring);
    const shade = value => middle.map((c, i) => Math.round(c + Math.abs(value) / most * ((value > 0 ? high : low)[i] - c)));
    const corner = transposed ? chosen.map(v => v * stride - padding) : chosen;
    head.textContent = `Output Y, ${side} \u00d7 ${side}`;
    caption.textContent = `Blue: positive; orange: negative; strongest at ${short(most < 1e-8 ? 0 : most)}. `
      + (transposed ? `${ring ? "Dashed: cut off. " : ""}Framed: the stamp.` : "Point at a number to see its sum.");
    show({
      label: `The output, ${side} by ${side} numbers. Framed is ${transposed ? "the stamp of the chosen pixel" : "the chosen place"}, which the sliders set.`,
      rows: output, ring, total, words: cellTexts(output), paint: value => [shade(value ?? 0), "dl-conv-signed"],
      window: side || transposed ? { corner, spread: transposed ? dilation : 1, k: transposed ? kernel.length : 1 } : null,
      message: side ? "" : NOTHING[mode],
    });
  };
}

/** Tell of each cell that a mouse passes over while nothing is pressed; a finger does not hover. */
function hovered(svg, under, tell) {
  svg.addEventListener("pointermove", event => {
    if (event.buttons || event.pointerType === "touch") return;
    const cell = under(event);
    if (cell) tell(cell);
  });
}
