// A few words as points of a plane, each with its name beside it, and the steps of an analogy as arrows.

import { draw, make, place } from "./kit.js";

const SIZE = 400, MARGIN = 40, LETTER = 7.9, HIGH = 15;

/** Draw the words of a state. Returns a function that draws them anew. */
export function wordsPlane(parent, state) {
  const box = make("div", { class: "dl-plane dl-words-plane" }, parent);
  const label = "The words as points of a plane. The list has them with their cosines, and can do all that a click on a point does.";
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": label }, box);
  const caption = make("p", { class: "dl-caption dl-words-caption" }, parent);
  return () => {
    svg.replaceChildren();
    const { points, kept, list } = state.found, { asked } = state, to = fitted(points.map(point => point.place));
    const spots = points.map(({ word, place: at }) => ({ word, asked: asked.includes(word), at: to(at) }));
    const at = word => spots.find(spot => spot.word === word).at;
    if (asked.length === 3) {
      arrow(svg, at(asked[0]), at(asked[1]));
      arrow(svg, at(asked[2]), at(""));
    } else for (const [word] of list) draw("path", { d: `M${at(asked[0])}L${at(word)}`, class: "dl-words-ray" }, svg);
    const places = namePlaces(spots);
    spots.forEach((spot, i) => drawSpot(svg, spot, places[i], state));
    caption.textContent = `The plane on which these words lie farthest apart. It keeps ${Math.round(100 * kept)} % of their variance, so trust the list more.`;
  };
}

/** From coordinates to the drawing, with one scale for both axes; the second axis points up. */
function fitted(places) {
  const ends = [0, 1].map(k => places.map(place => place[k])).map(values => [Math.min(...values), Math.max(...values)]);
  const scale = (SIZE - 2 * MARGIN) / Math.max(...ends.map(([low, high]) => high - low), 1e-9);
  const middle = ends.map(([low, high]) => (low + high) / 2);
  return ([x, y]) => [SIZE / 2 + scale * (x - middle[0]), SIZE / 2 - scale * (y - middle[1])].map(value => Number(value.toFixed(1)));
}

const named = word => word || "b \u2212 a + c";

/** Where each name stands: of the places around its point the one that hides least of names, points and the edge. */
export function namePlaces(spots) {
  const boxes = spots.map(({ at: [x, y] }) => [x - 6, y - 6, x + 6, y + 6]);
  return spots.map(({ word, at: [x, y] }, own) => {
    const width = LETTER * named(word).length, high = HIGH;
    const tries = [
      [x + 10, y - 7], [x - 10 - width, y - 7], [x - width / 2, y - 24], [x - width / 2, y + 9],
      [x + 6, y - 21], [x + 6, y + 6], [x - 6 - width, y - 21], [x - 6 - width, y + 6],
    ];
    const cost = ([left, top]) => {
      const outside = [3 - left, left + width + 3 - SIZE, 3 - top, top + high + 3 - SIZE].reduce((sum, out) => sum + Math.max(0, out), 0);
      return 50 * outside + boxes.reduce((sum, box, i) => sum + (i === own ? 0 : overlap(box, [left, top, left + width, top + high])), 0);
    };
    const [left, top] = tries.reduce((best, one) => cost(one) < cost(best) - 1e-9 ? one : best);
    boxes.push([left, top, left + width, top + high]);
    return [left, top];
  });
}

const shared = (low, high, otherLow, otherHigh) => Math.max(0, Math.min(high, otherHigh) - Math.max(low, otherLow));
const overlap = ([x0, y0, x1, y1], [left, top, right, bottom]) => shared(x0, x1, left, right) * shared(y0, y1, top, bottom);

function drawSpot(svg, { word, asked, at: [x, y] }, [left, top], state) {
  const kind = word === "" ? "result" : asked ? "asked" : "near", group = draw("g", { class: `dl-words-${kind}` }, svg);
  const shapes = {
    result: `M${x - 7},${y - 7}L${x + 7},${y + 7}M${x + 7},${y - 7}L${x - 7},${y + 7}`,
    asked: `M${x - 6},${y - 6}H${x + 6}V${y + 6}H${x - 6}Z`,
    near: `M${x - 5.5},${y}A5.5,5.5 0 1 1 ${x + 5.5},${y}A5.5,5.5 0 1 1 ${x - 5.5},${y}Z`,
  };
  draw("path", { d: shapes[kind], class: "dl-words-spot" }, group);
  draw("text", { x: left, y: top + 12 }, group, named(word));
  if (!word || (asked && state.asked.length === 1)) return;
  const [x0, y0, x1, y1] = [Math.min(left, x - 8), Math.min(top, y - 8), Math.max(left + LETTER * word.length, x + 8), Math.max(top + HIGH, y + 8)];
  draw("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: "dl-words-grip" }, group);
  group.addEventListener("click", () => state.visit(word));
}

/** An arrow between two points, a little short of the second. */
function arrow(svg, [x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1, [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length], [x, y] = [x1 - 10 * dx, y1 - 10 * dy];
  draw("path", { d: `M${x0},${y0}L${x},${y}`, class: "dl-words-arrow" }, svg);
  const corners = [6, -6].map(side => `${x - 12 * dx - side * dy},${y - 12 * dy + side * dx}`);
  place(draw("path", { class: "dl-words-tip" }, svg), { d: `M${x},${y}L${corners.join("L")}Z` });
}
