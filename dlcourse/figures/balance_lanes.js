// The carts on their tracks, and how far the poles have leaned until now.

import { ANGLE, MOST, TRACK } from "./balance_math.js";
import { NAMES, standing } from "./balance_words.js";
import { draw, make, place } from "./kit.js";

const SCALE = 100, POLE = 100;  // units of the drawing for a meter; the pole is a meter long
const [LEFT, TOP, WIDTH, HEIGHT] = [-300, -150, 600, 172], JOINT = -30;
const SEEN = 10;  // steps for which a knock stays in sight
const CHART = { width: 300, height: 96, top: 0.25 };  // the chart's edge is a little further than where a pole has fallen

const turned = (angle, length) => `${(length * Math.sin(angle)).toFixed(1)},${(JOINT - length * Math.cos(angle)).toFixed(1)}`;

/** One track. Returns a function that draws a cart on it. */
function track(parent, k) {
  const box = make("div", { class: `dl-balance-lane dl-balance-${k}` }, parent), title = make("p", { class: "dl-balance-title" }, box);
  const name = make("strong", {}, title), said = make("span", {}, title);
  const svg = draw("svg", { viewBox: `${LEFT} ${TOP} ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, box);
  draw("path", { d: `M${-TRACK * SCALE},8H${TRACK * SCALE}M0,8v8`, class: "dl-balance-track" }, svg);
  for (const side of [-1, 1]) draw("path", { d: `M${side * TRACK * SCALE},-14V16`, class: "dl-balance-stop" }, svg);
  const cart = draw("g", {}, svg);
  draw("path", { d: `M${turned(-ANGLE, POLE + 12)}L0,${JOINT}L${turned(ANGLE, POLE + 12)}`, class: "dl-balance-limit" }, cart);
  draw("rect", { x: -32, y: JOINT, width: 64, height: 28, rx: 4, class: "dl-balance-cart" }, cart);
  for (const x of [-19, 19]) draw("circle", { cx: x, cy: 1, r: 7, class: "dl-balance-wheel" }, cart);
  const arrow = draw("path", { d: "M38,-16h26m-9,-7l9,7l-9,7", class: "dl-balance-arrow" }, cart);
  const pole = draw("g", {}, cart);
  draw("path", { d: `M0,${JOINT}V${JOINT - POLE}`, class: "dl-balance-pole" }, pole);
  const knock = draw("path", { class: "dl-balance-knock" }, pole);
  draw("circle", { cx: 0, cy: JOINT, r: 5, class: "dl-balance-joint" }, cart);

  return (lane, steps, kicks) => {
    box.hidden = !lane;
    if (!lane) return;
    const { who, state: [x, , theta], next, end } = lane;
    name.textContent = who === "you" ? "You" : NAMES[who][0].toUpperCase() + NAMES[who].slice(1);
    said.textContent = standing(lane);
    box.classList.toggle("dl-balance-lost", end === "fell" || end === "left");
    place(cart, { transform: `translate(${(x * SCALE).toFixed(1)} 0)` });
    place(pole, { transform: `rotate(${(theta * 180 / Math.PI).toFixed(2)} 0 ${JOINT})` });
    place(arrow, { transform: next === 0 ? "scale(-1 1)" : "scale(1 1)", visibility: next === null ? "hidden" : "visible" });
    const [at, kick] = kicks.at(-1) ?? [-SEEN, 0], y = JOINT - POLE, side = Math.sign(kick);
    const seen = steps - at < SEEN && at <= lane.lasted && kick !== 0;
    place(knock, { d: `M${-36 * side},${y + 6}H${-10 * side}m${-8 * side},-6l${8 * side},6l${-8 * side},6`, visibility: seen ? "visible" : "hidden" });
  };
}

/** Both tracks, the upper one first. Returns a function that draws the carts of now. */
export function balanceLanes(parent, state) {
  const shown = [0, 1].map(k => track(parent, k));
  return () => {
    const { lanes } = state;
    shown.forEach((show, k) => show(lanes[k], state.steps, state.get("kicks")));
  };
}

/** What the drawing and the buttons mean. */
export function balanceCaption(parent) {
  make("p", { class: "dl-caption" }, parent, "Between the dashed lines, 12\u00b0 or 0.209 rad to each side, a pole stands. The track ends "
    + "2.4 m from its middle. The arrow beside a cart is the push that comes next, and there is always one. While it runs, Left and Right change "
    + "the side; while it is paused, each press is one step. The slider between them changes the side alone, by the arrow keys too. "
    + "A knock makes both poles turn faster.");
}

/** The angles of both poles over the steps. Returns a function that draws them as far as they are known. */
export function balanceChart(parent, state) {
  const { width, height, top } = CHART, y = angle => (height * (0.5 - angle / top / 2)).toFixed(1);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "dl-losses", preserveAspectRatio: "none", "aria-hidden": "true" }, parent);
  for (const angle of [-ANGLE, 0, ANGLE]) draw("line", { x1: 0, x2: width, y1: y(angle), y2: y(angle), class: "dl-guess" }, svg);
  const knocks = draw("path", { class: "dl-balance-knocks" }, svg);
  const lines = [0, 1].map(k => draw("polyline", { class: `dl-balance-line dl-balance-${k}` }, svg));
  const caption = make("p", { class: "dl-caption" }, parent);
  return () => {
    const { steps, lanes } = state, end = Math.min(MOST, Math.max(50, steps)), x = n => (width * n / end).toFixed(1);
    lines.forEach((line, k) => {
      const points = (lanes[k]?.states ?? []).map(([, , angle], n) => `${x(n)},${y(Math.max(-top, Math.min(top, angle)))}`);
      place(line, { points: points.join(" ") });
    });
    place(knocks, { d: state.get("kicks").map(([at]) => `M${x(at)},0V${height}`).join("") });
    caption.textContent = `The angle over ${end} steps, right is up: solid above, dashed below. Dotted: upright, and where a pole has fallen.`;
  };
}
