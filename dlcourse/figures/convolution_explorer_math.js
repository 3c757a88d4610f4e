// What the convolution explorer computes: the sum at each place, the stamps of the transposed one, sizes, presets, shifts.

export const WHITE = 9;  // pixels go from 0, black, to 9, white
export const SMALLEST = 4;
export const LARGEST = 12;
export const LARGEST_KERNEL = 5;

/** A square table of n rows: value(row, column) at each place. */
export const table = (n, value) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => value(i, j)));

/** How many places the output has along one side by the formula; below 1 there is none. */
export function formulaSide({ image, kernel, stride: s, padding: p, dilation: d, mode }) {
  const n = image.length, reach = d * (kernel.length - 1);
  return mode === "transposed" ? (n - 1) * s + reach + 1 - 2 * p : Math.floor((n + 2 * p - reach - 1) / s) + 1;
}

/** How many places the output has along one side. */
export const outputSide = setting => Math.max(0, formulaSide(setting));

/** How many places there are to choose among, along one side: of the output, or of the image, whose pixels stamp. */
export const placesSide = setting => setting.mode === "transposed" ? setting.image.length : outputSide(setting);

/** The products at a place (row, column), row by row: {weight, pixel, product, at, outside}.
 *
 * `at` is where each product looks in the image, or, transposed, where on the canvas it is added; it is outside if that
 * lies in the padding, or is cut off. */
export function products({ image, kernel, stride, padding, dilation, mode }, [i, j]) {
  const transposed = mode === "transposed", side = transposed ? formulaSide({ image, kernel, stride, padding, dilation, mode }) : image.length;
  return kernel.flatMap((row, a) => row.map((weight, b) => {
    const at = [i * stride + a * dilation - padding, j * stride + b * dilation - padding];
    const outside = at.some(v => v < 0 || v >= side), pixel = transposed ? image[i][j] : outside ? 0 : image[at[0]][at[1]];
    return { weight, pixel, product: weight * pixel, at, outside };
  }));
}

export const total = terms => terms.reduce((sum, { product }) => sum + product, 0);

/** The output after the first `count` places, row by row; null where nothing has been computed yet. */
export function output(setting, count = Infinity) {
  const side = outputSide(setting), places = placesSide(setting), transposed = setting.mode === "transposed";
  const rows = table(side, () => transposed ? 0 : null);
  for (let k = 0; k < Math.min(count, places * places); k++) {
    const i = Math.floor(k / places), j = k % places, terms = products(setting, [i, j]);
    if (!transposed) rows[i][j] = total(terms);
    else for (const { product, at, outside } of terms) if (!outside) rows[at[0]][at[1]] += product;
  }
  return rows;
}

// ---- presets

const ZERO = [  // the first digit of the data set, its counts from 0 to 16 as gray values from 0 to 9
  [0, 0, 3, 7, 5, 1, 0, 0], [0, 0, 7, 8, 6, 8, 3, 0], [0, 2, 8, 1, 0, 6, 5, 0], [0, 2, 7, 0, 0, 5, 5, 0],
  [0, 3, 5, 0, 0, 5, 5, 0], [0, 2, 6, 0, 1, 7, 4, 0], [0, 1, 8, 3, 6, 7, 0, 0], [0, 0, 3, 7, 6, 0, 0, 0],
];

const inside = (low, value, high) => low <= value && value <= high;
export const IMAGES = {
  bar(n) {
    const width = n < 6 ? 1 : 2, left = (n - width) >> 1;
    return table(n, (i, j) => inside(1, i, n - 2) && inside(left, j, left + width - 1) ? WHITE : 0);
  },
  corner: n => table(n, (i, j) => Math.min(i, j) >= (n >> 1) - 1 ? WHITE : 0),
  digit: n => resized(ZERO, n),
  dot: n => table(n, (i, j) => i === (n - 1) >> 1 && j === (n - 1) >> 1 ? WHITE : 0),
  empty: n => table(n, () => 0),
};

/** Each kernel of k x k from how far a place lies below and to the right of the middle, which is the upper left one of four. */
const centered = (k, value) => table(k, (a, b) => value(a - ((k - 1) >> 1), b - ((k - 1) >> 1), k));
const cross = (middle, beside) => (a, b) => a === 0 && b === 0 ? middle : Math.abs(a) + Math.abs(b) === 1 ? beside : 0;
export const KERNELS = {
  copy: k => centered(k, cross(1, 0)),
  shift: k => centered(k, (a, b) => a === 0 && b === -1 ? 1 : 0),
  mean: k => centered(k, () => 1 / (k * k)),
  "vertical edge": k => table(k, (a, b) => b === 0 ? -1 : b === k - 1 ? 1 : 0),
  "horizontal edge": k => table(k, a => a === 0 ? -1 : a === k - 1 ? 1 : 0),
  sharpen: k => centered(k, cross(5, -1)),
  Laplace: k => centered(k, cross(-4, 1)),
};
const SMALLEST_KERNEL = { "vertical edge": 2, "horizontal edge": 2, shift: 3, sharpen: 3, Laplace: 3 };

/** A preset image of n x n; a digit needs eight. */
export const imageOf = (name, n) => IMAGES[name](name === "digit" ? Math.max(8, n) : n);

/** A preset kernel of k x k, or of 3 x 3 if it does not exist so small. */
export const kernelOf = (name, k) => KERNELS[name](k < (SMALLEST_KERNEL[name] ?? 1) ? 3 : k);

/** Which preset a table is, as `make(name, size)` makes them, or "" for one of the reader's own. */
export function presetOf(rows, presets, make) {
  const same = made => made.length === rows.length && made.every((row, i) => row.every((value, j) => value === rows[i][j]));
  return Object.keys(presets).find(name => same(make(name, rows.length))) ?? "";
}

/** A table with another number of rows and columns around the same middle: cut off, or with zeros around. */
export function resized(rows, n) {
  const offset = Math.floor((rows.length - n) / 2);
  return table(n, (i, j) => rows[i + offset]?.[j + offset] ?? 0);
}

// ---- shifts

/** An image moved by whole pixels [down, right]; what leaves comes back on the other side, or is replaced by zeros. */
export function shifted(image, [down, right], around) {
  const n = image.length, back = v => around ? (v + n) % n : v;
  return table(n, (i, j) => image[back(i - down)]?.[back(j - right)] ?? 0);
}

/** How many numbers of two outputs are not equal, if the first is moved by whole places [down, right]: {differ, of}. */
export function compared(before, after, [down, right]) {
  let differ = 0, of = 0;
  before.forEach((row, i) => row.forEach((value, j) => {
    const moved = after[i + down]?.[j + right];
    if (moved === undefined) return;
    of += 1;
    if (Math.abs(moved - value) > 1e-9) differ += 1;
  }));
  return { differ, of };
}

/** Whether the output followed when the image moved by [down, right]: {places, whole, by, differ, of}. `places` says by
 * how much it should have moved; where that is no whole number, `by` is the best of the whole numbers beside it. */
export function followed(setting, imageBefore, moved) {
  const before = output({ ...setting, image: imageBefore }), after = output(setting);
  const places = moved.map(v => setting.mode === "transposed" ? v * setting.stride : v / setting.stride);
  const whole = places.every(Number.isInteger), [downs, rights] = places.map(v => [...new Set([Math.floor(v), Math.ceil(v)])]);
  const tried = downs.flatMap(down => rights.map(right => ({ by: [down, right], ...compared(before, after, [down, right]) })));
  const best = tried.reduce((a, b) => b.differ * a.of < a.differ * b.of ? b : a);
  return { places, whole, ...best };
}
