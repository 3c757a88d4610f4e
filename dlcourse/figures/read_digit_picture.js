// From what is drawn on the pad to the 8 x 8 picture that the network gets, as the data's makers made their pictures.

export const CELLS = 128;  // of the pad's bitmap, on each side
export const FINE = 32;
export const COARSE = 8;
const NARROW = 16, WIDE = 22;  // columns that most training digits fill
const STRETCH = 2;  // the most that one side is enlarged beyond the other

const middle = i => (i + 0.5) / CELLS;

/** A bitmap of the pad: each cell whose middle is within half a pen of a stroke has ink. */
export function drawn(strokes, pen) {
  const ink = new Uint8Array(CELLS * CELLS);
  const range = (a, b) => [Math.min(a, b) - pen, Math.max(a, b) + pen].map(v => Math.min(CELLS, Math.max(0, Math.ceil(v * CELLS))));
  for (const stroke of strokes) {
    for (let k = 0; k < Math.max(1, stroke.length - 1); k++) {
      const [x0, y0] = stroke[k], [x1, y1] = stroke[k + 1] ?? stroke[k], dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
      const [left, right] = range(x0, x1), [top, bottom] = range(y0, y1);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const x = middle(column) - x0, y = middle(row) - y0;
          const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
          const across = x - along * dx, down = y - along * dy;
          if (across * across + down * down <= pen * pen / 4) ink[row * CELLS + column] = 1;
        }
      }
    }
  }
  return ink;
}

/** A picture of counts as a bitmap: interpolated between the pixels' middles, then as much ink as the picture has. */
export function enlarged(picture) {
  const gray = new Float64Array(CELLS * CELLS);
  const at = (row, column) => row < 0 || column < 0 || row >= COARSE || column >= COARSE ? 0 : picture[row * COARSE + column];
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const y = middle(row) * COARSE - 0.5, x = middle(column) * COARSE - 0.5, r = Math.floor(y), c = Math.floor(x), v = y - r, u = x - c;
      const left = at(r, c) * (1 - v) + at(r + 1, c) * v, right = at(r, c + 1) * (1 - v) + at(r + 1, c + 1) * v;
      gray[row * CELLS + column] = left * (1 - u) + right * u;
    }
  }
  const darkest = gray.slice().sort().reverse(), total = picture.reduce((sum, count) => sum + count, 0);
  const level = darkest[Math.max(0, 16 * total - 1)];
  return Uint8Array.from(gray, value => value > 0 && value >= level);
}

/** Look a bitmap up at places that `columns` and `rows` give; there is no ink outside. */
function lookedUp(ink, columns, rows) {
  const found = new Uint8Array(rows.length * columns.length), inside = i => i >= 0 && i < CELLS;
  rows.forEach((row, i) => columns.forEach((column, j) => {
    if (inside(row) && inside(column)) found[i * columns.length + j] = ink[row * CELLS + column];
  }));
  return found;
}

/** A bitmap made smaller around its middle and shifted, both in shares of the pad; what leaves the pad is lost. */
export function moved(ink, size, across, down) {
  if (size === 1 && !across && !down) return ink;
  const places = shift => Array.from({ length: CELLS }, (_, i) => Math.floor(((middle(i) - 0.5 - shift) / size + 0.5) * CELLS));
  return lookedUp(ink, places(across), places(down));
}

/** The box of the ink, [left, top, right, bottom] in cells, or null without any. */
function box(ink) {
  let left = CELLS, top = CELLS, right = 0, bottom = 0;
  ink.forEach((on, i) => {
    if (!on) return;
    const row = Math.floor(i / CELLS), column = i % CELLS;
    left = Math.min(left, column); right = Math.max(right, column + 1);
    top = Math.min(top, row); bottom = Math.max(bottom, row + 1);
  });
  return right ? [left, top, right, bottom] : null;
}

/** The part of the pad that becomes the picture, [left, top, width, height] in cells. Centered, the box of the ink becomes
 * 32 rows high and 16 to 22 columns wide, and neither side is enlarged more than twice as much as the other. */
export function frame(ink, centered) {
  const found = centered ? box(ink) : null;
  if (!found) return [0, 0, CELLS, CELLS];
  const [left, top, right, bottom] = found, h = (bottom - top) / FINE;
  const w = (right - left) / Math.min(Math.max((right - left) / h, NARROW), WIDE);
  const width = Math.max(w, h / STRETCH) * FINE, height = Math.max(h, w / STRETCH) * FINE;
  return [(left + right - width) / 2, (top + bottom - height) / 2, width, height];
}

/** The 32 x 32 points of a frame: each has ink if the cell at its place has. */
export function sampled(ink, [left, top, width, height]) {
  const places = (start, length) => Array.from({ length: FINE }, (_, i) => Math.floor(start + (i + 0.5) / FINE * length));
  return lookedUp(ink, places(left, width), places(top, height));
}

/** How many points have ink in each block of 4 x 4: the picture, 64 numbers from 0 to 16. */
export function counted(bits) {
  const counts = Array(COARSE * COARSE).fill(0);
  bits.forEach((on, i) => { counts[Math.floor(i / (4 * FINE)) * COARSE + Math.floor(i % FINE / 4)] += on; });
  return counts;
}
