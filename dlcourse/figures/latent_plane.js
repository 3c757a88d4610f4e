// The plane of codes: the marks of the digits or what the decoder draws all over it, the prior, the walk, and the point.

import { color, draggable, draw, make, place } from "./kit.js";
import { decode, onWalk, rowOf } from "./latent_decoder.js";
import { SIZE } from "./plane.js";

const SHARP = 2;  // the canvas's points to one of the drawing's units
const TILES = 16, TILE = 9;  // pictures in a row, and their width with one point between them
const ARM = 17;  // how far the cross of the point reaches

/** From a code to the drawing and back; the second axis points up. */
export const toPlane = ([c1, c2], [left, bottom, width]) => [(c1 - left) / width * SIZE, SIZE - (c2 - bottom) / width * SIZE];
export const fromPlane = ([x, y], [left, bottom, width]) => [left + x / SIZE * width, bottom + (SIZE - y) / SIZE * width];

/** A code as dragging sets it, in steps that are too small to be seen. */
export const rounded = (code, [, , width]) => {
  const digits = width > 10 ? 20 : 100;
  return code.map(c => Math.round(digits * c) / digits);
};

/** Draw the plane of a state. Returns a function that draws it anew. */
export function latentPlane(parent, state) {
  const box = make("div", { class: "dl-plane dl-latent-plane" }, parent), size = SHARP * SIZE;
  const canvas = make("canvas", { width: size, height: size, "aria-hidden": "true" }, box);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, box);
  const prior = draw("g", {}, svg), axes = draw("g", {}, svg), walk = draw("g", { class: "dl-latent-walk" }, svg);
  const near = draw("g", {}, svg), point = pointHandle(svg, state), caption = make("p", { class: "dl-caption dl-latent-caption" }, parent);
  svg.addEventListener("click", event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    state.moveTo(rounded(fromPlane([at.x, at.y], state.network.window), state.network.window));
  });
  let painted = "";
  return (seen, look) => {
    const name = state.get("model"), shown = state.get("shown"), { window } = state.network, key = JSON.stringify([name, shown, look]);
    if (key !== painted) {
      paint(canvas, state, look);
      showAxes(axes, window);
      showPrior(prior, name === "VAE" ? window : null);
      place(svg, { "aria-label": `The plane of the ${name}'s codes. The sentence says what is nearest to the point; the sliders do all that dragging does.` });
      caption.textContent = captionOf(name, shown);
      painted = key;
    }
    showWalk(walk, state);
    showNear(near, state, seen.code.row);
    point();
  };
}

function captionOf(name, shown) {
  const marks = {
    dots: "Each dot is the code of one of 1,000 digits.",
    labels: "Each numeral is the code of one of 1,000 digits. Their labels were not used in training.",
    pictures: "What the decoder draws for the code in the middle of each tile.",
  };
  const more = name === "VAE" ? " Dashed: 1 and 2 standard deviations of the prior. Ellipses: the same of q(z | x) for the nearest digit." : "";
  return `${marks[shown]}${more} Ring: the nearest code.`;
}

/** Draw all marks, or the tiles of pictures. */
function paint(canvas, state, look) {
  const brush = canvas.getContext("2d"), { network, numbers } = state, shown = state.get("shown"), size = canvas.width;
  brush.clearRect(0, 0, size, size);
  if (shown === "pictures") return paintTiles(brush, network, look, size);
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.font = `600 ${11 * SHARP}px system-ui, sans-serif`;
  brush.globalAlpha = shown === "labels" ? 0.9 : 0.55;
  numbers.labels.forEach((label, row) => {
    const [x, y] = toPlane(rowOf(network.codes, row, 2), network.window).map(v => v * SHARP);
    brush.fillStyle = shown === "labels" ? look.labels[label] : look.dot;
    if (shown === "labels") return brush.fillText(String(label), x, y);
    brush.beginPath();
    brush.arc(x, y, 2.6 * SHARP, 0, 2 * Math.PI);
    brush.fill();
  });
  brush.globalAlpha = 1;
}

function paintTiles(brush, network, look, size) {
  const tile = make("canvas", { width: TILES * TILE, height: TILES * TILE }), small = tile.getContext("2d");
  for (let row = 0; row < TILES; row++) {
    for (let column = 0; column < TILES; column++) {
      const middle = [column + 0.5, row + 0.5].map(v => v / TILES * SIZE);
      small.putImageData(imageOf(decode(network, fromPlane(middle, network.window)), look), column * TILE, row * TILE);
    }
  }
  brush.imageSmoothingEnabled = false;
  brush.drawImage(tile, 0, 0, size, size);
}

/** A picture of 64 gray values as it is put on a canvas: from the color of paper to that of ink. */
export function imageOf(picture, { paper, ink }) {
  const image = new ImageData(8, 8);
  picture.forEach((gray, p) => image.data.set([0, 1, 2].map(c => paper[c] + gray * (ink[c] - paper[c])).concat(255), 4 * p));
  return image;
}

/** The colors of the page, as they are now. */
export function latentColors(element) {
  const rgb = name => `rgb(${color(element, name)})`;
  return {
    paper: color(element, "--dl-between"), ink: color(element, "--dl-line"), dot: rgb("--dl-ink"),
    labels: Array.from({ length: 10 }, (_, digit) => rgb(`--dl-latent-${digit}`)),
  };
}

/** Numbers along the left and the lower edge, and the names of the axes. */
function showAxes(parent, window) {
  const [left, bottom, width] = window, step = width > 12 ? 5 : width > 6 ? 2 : 1;
  const written = value => String(value).replace("-", "\u2212");
  parent.replaceChildren();
  for (let tick = Math.ceil((left + 0.02 * width) / step) * step; tick < left + 0.9 * width; tick += step) {
    const [x] = toPlane([tick, bottom], window);
    draw("path", { d: `M${x},${SIZE}V${SIZE - 6}`, class: "dl-tick" }, parent);
    if (x > 30 && x < SIZE - 70) draw("text", { x, y: SIZE - 10, "text-anchor": "middle" }, parent, written(tick));
  }
  for (let tick = Math.ceil((bottom + 0.02 * width) / step) * step; tick < bottom + 0.9 * width; tick += step) {
    const [, y] = toPlane([left, tick], window);
    draw("path", { d: `M0,${y}H6`, class: "dl-tick" }, parent);
    if (y < SIZE - 30) draw("text", { x: 10, y: y + 5 }, parent, written(tick));
  }
  draw("text", { x: SIZE - 52, y: SIZE - 10, class: "dl-axis" }, parent, "code\u2081");
  draw("text", { x: 8, y: 20, class: "dl-axis" }, parent, "code\u2082");
}

/** The circles of one and two standard deviations of the standard normal. */
function showPrior(parent, window) {
  parent.replaceChildren();
  if (!window) return;
  const [cx, cy] = toPlane([0, 0], window);
  for (const kind of ["dl-latent-halo", "dl-latent-prior"])
    for (const deviations of [1, 2]) draw("circle", { cx, cy, r: deviations / window[2] * SIZE, class: kind }, parent);
}

function showWalk(parent, state) {
  const { network } = state, [from, to] = [0, 1].map(t => toPlane(onWalk(network, state.get("start"), state.get("end"), t), network.window));
  parent.replaceChildren();
  draw("path", { d: `M${from}L${to}`, class: "dl-latent-path" }, parent);
  for (const [[x, y], words] of [[from, "start"], [to, "end"]]) {
    draw("rect", { x: x - 5, y: y - 5, width: 10, height: 10, class: "dl-latent-end" }, parent);
    const left = x > SIZE - 60;
    draw("text", { x: x + (left ? -9 : 9), y: y < 20 ? y + 16 : y - 7, "text-anchor": left ? "end" : "start", class: "dl-latent-name" }, parent, words);
  }
}

/** A ring around the nearest code, and for the VAE one and two standard deviations of its q(z | x). */
function showNear(parent, state, row) {
  const { network } = state, [cx, cy] = toPlane(rowOf(network.codes, row, 2), network.window);
  parent.replaceChildren();
  if (network.deviations) {
    for (const deviations of [1, 2]) {
      const [rx, ry] = [...rowOf(network.deviations, row, 2)].map(s => deviations * s / network.window[2] * SIZE);
      draw("ellipse", { cx, cy, rx, ry, class: "dl-latent-posterior" }, parent);
    }
  }
  draw("circle", { cx, cy, r: 7, class: "dl-latent-near" }, parent);
}

/** The point, to be dragged. */
function pointHandle(svg, state) {
  const group = draw("g", { class: "dl-free dl-latent-point" }, svg);
  draw("circle", { r: 22, class: "dl-race-grip" }, group);
  const cross = `M-${ARM},0H-5M5,0H${ARM}M0,-${ARM}V-5M0,5V${ARM}M-10,0A10,10 0 1 1 10,0A10,10 0 1 1 -10,0`;
  for (const kind of ["dl-latent-halo", "dl-latent-cross"]) draw("path", { d: cross, class: kind }, group);
  draggable(group, svg, (x, y) => state.moveTo(rounded(fromPlane([x, y], state.network.window), state.network.window)));
  group.addEventListener("click", event => event.stopPropagation());  // to press it is not to choose a place
  return () => {
    const [x, y] = toPlane(state.get("point"), state.network.window);
    place(group, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  };
}
