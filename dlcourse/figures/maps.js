// Convolution, batch norm and pooling on maps, which are one array: map after map, each row by row. Tested against dlcourse.

const EPSILON = 1e-5;  // of the batch norms

/** A convolution and the batch norm behind it are one convolution: kernel * scale / sqrt(variance), and a bias. */
export function folded({ inputs, outputs, kernel, scale, shift, mean, variance }) {
  const factor = scale.map((value, o) => value / Math.sqrt(variance[o] + EPSILON));
  return {
    inputs, outputs,
    kernel: kernel.map((value, i) => value * factor[Math.floor(i / (9 * inputs))]),
    bias: shift.map((value, o) => value - mean[o] * factor[o]),
  };
}

/** Convolution by 3 x 3, and ReLU. With a padding of 1 the maps keep their side, with 0 they lose 2. */
export function convolved({ inputs, outputs, kernel, bias }, maps, side, padding = 1) {
  const out = side + 2 * padding - 2, found = new Float64Array(outputs * out * out);
  for (let o = 0; o < outputs; o++) {
    for (let row = 0; row < out; row++) {
      for (let column = 0; column < out; column++) {
        const top = row - padding, left = column - padding;
        let sum = bias[o];
        for (let a = Math.max(0, -top); a < Math.min(3, side - top); a++) {
          for (let b = Math.max(0, -left); b < Math.min(3, side - left); b++) {
            let at = (top + a) * side + left + b, w = o * inputs * 9 + 3 * a + b;
            for (let c = 0; c < inputs; c++, at += side * side, w += 9) sum += kernel[w] * maps[at];
          }
        }
        found[(o * out + row) * out + column] = Math.max(0, sum);
      }
    }
  }
  return found;
}

/** The largest of each 2 x 2, and where it was. Of an odd side the last row and column are left out. */
export function pooled(maps, side) {
  const half = Math.floor(side / 2), values = new Float64Array(maps.length / (side * side) * half * half), from = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const map = Math.floor(i / (half * half)), row = Math.floor(i / half) % half, column = i % half;
    const first = (map * side + 2 * row) * side + 2 * column;
    from[i] = first;
    for (const at of [first + 1, first + side, first + side + 1]) if (maps[at] > maps[from[i]]) from[i] = at;
    values[i] = maps[from[i]];
  }
  return { values, from };
}
