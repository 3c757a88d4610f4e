// From what lies on the scene to its picture, and from the network's grid to boxes that are right or wrong.

import { GRID, OUTPUTS, SIDE } from "./find_glyphs_network.js";

export const PEN = 3.5;  // pixels: how wide a stroke is
export const OVERLAP = 0.4;  // from this IoU on two boxes are taken for one thing
const PATCH = 28, DARK = 0.4, CELL = SIDE / GRID, CLASSES = OUTPUTS - 5, HIT = 0.5;

/** Put a digit's patch on a picture, in place, the darker ink on top. Returns the box of the pixels that count. */
export function put(picture, patch, row, column) {
  const dark = DARK * Math.max(...patch), rows = [], columns = [];
  patch.forEach((value, i) => { if (value > dark) { rows.push(Math.floor(i / PATCH)); columns.push(i % PATCH); } });
  const [top, left] = [Math.min(...rows), Math.min(...columns)], height = new Set(rows).size, width = new Set(columns).size;
  const inside = (value, side) => Math.min(SIDE - side, Math.max(0, value - (side >> 1)));
  const down = inside(row, height), across = inside(column, width);
  patch.forEach((value, i) => {
    const y = down - top + Math.floor(i / PATCH), x = across - left + i % PATCH, at = y * SIDE + x;
    if (y >= 0 && y < SIDE && x >= 0 && x < SIDE) picture[at] = Math.max(picture[at], value);
  });
  return [across, down, across + width, down + height];
}

/** Draw strokes, lists of points in shares of the scene, into a picture: 1 within the pen, and the edge fades. */
export function inked(picture, strokes) {
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => [SIDE * x, SIDE * y]);
    for (let k = 0; k < Math.max(1, points.length - 1); k++) {
      const [x0, y0] = points[k], [x1, y1] = points[k + 1] ?? points[k], dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
      for (let i = 0; i < picture.length; i++) {
        const x = i % SIDE + 0.5 - x0, y = Math.floor(i / SIDE) + 0.5 - y0;
        const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
        const far = Math.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2);
        picture[i] = Math.max(picture[i], Math.min(1, PEN / 2 + 0.5 - far));
      }
    }
  }
  return picture;
}

/** How sure each cell is that the middle of a glyph is there, from 0 to 1. */
export const middles = grid => grid.slice(CLASSES * GRID * GRID, (CLASSES + 1) * GRID * GRID).map(z => 1 / (1 + Math.exp(-z)));

/** All cells that are sure enough as { box, label, score }, in the order of the cells. */
export function candidates(grid, least) {
  const places = GRID * GRID, found = [], here = middles(grid);
  for (let i = 0; i < places; i++) {
    let label = 0, total = 0;
    for (let k = 1; k < CLASSES; k++) if (grid[k * places + i] > grid[label * places + i]) label = k;
    for (let k = 0; k < CLASSES; k++) total += Math.exp(grid[k * places + i] - grid[label * places + i]);
    const score = here[i] / total;
    if (score < least) continue;
    const x = (i % GRID + 0.5) * CELL, y = (Math.floor(i / GRID) + 0.5) * CELL;
    const [left, top, right, bottom] = [1, 2, 3, 4].map(k => CELL * grid[(CLASSES + k) * places + i]);
    found.push({ box: [x - left, y - top, x + right, y + bottom].map(v => Math.min(SIDE, Math.max(0, v))), label, score });
  }
  return found;
}

/** The part that two boxes share of what they cover together. */
export function iou(a, b) {
  const area = ([left, top, right, bottom]) => Math.max(0, right - left) * Math.max(0, bottom - top);
  const common = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const together = area(a) + area(b) - common;
  return together > 0 ? common / together : 0;
}

/** The surest first; with suppression without those that overlap a surer one, whatever their class. */
export function ordered(found, suppression) {
  const kept = [];
  for (const one of [...found].sort((a, b) => b.score - a.score)) {
    if (!suppression || kept.every(other => iou(one.box, other.box) <= OVERLAP)) kept.push(one);
  }
  return kept;
}

/** Which answers are right, the surest first, and which true glyphs are missed. Each answer asks for the glyph of its
 * class that it overlaps most; it is right if they share half, and if no surer answer got that glyph before. */
export function judged(found, truth) {
  const taken = new Set();
  const right = found.map(({ box, label }) => {
    let best = null, most = -1;
    for (const one of truth) {
      if (one.label === label && iou(box, one.box) > most) [best, most] = [one, iou(box, one.box)];
    }
    if (!best || most < HIT || taken.has(best)) return false;
    taken.add(best);
    return true;
  });
  return { right, missed: truth.filter(one => !taken.has(one)) };
}
