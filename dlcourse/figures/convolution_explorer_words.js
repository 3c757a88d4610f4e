// How the convolution explorer writes numbers and says what it shows.

import { followed, formulaSide, outputSide } from "./convolution_explorer_math.js";

const MINUS = "\u2212";

/** A number with at most so many decimals, a true minus sign, and no negative zero. */
export function short(value, decimals = 2) {
  const text = String(Number(value.toFixed(decimals)));
  return text === "-0" ? "0" : text.replace("-", MINUS);
}

/** A number of the kernel, in at most five characters. */
export const weightWords = weight => short(weight, Math.abs(weight) < 10 ? 2 : 1);

/** A product of a number of the kernel and a pixel, as narrow as it can be written: with hair spaces. */
export const productWords = ({ weight, pixel }) => `${weightWords(weight)}\u200a\u00b7\u200a${short(pixel, 1)}`;

/** The numbers of a map as they fit into its cells: whole ones whole, others with one decimal. */
export function cellTexts(rows) {
  const whole = rows.flat().every(value => value === null || Math.abs(value - Math.round(value)) < 1e-9);
  return rows.map(row => row.map(value => value === null ? "" : short(value, whole ? 0 : 1)));
}

/** The size of the output by its formula: in letters, in numbers, worked out. */
export function sizeWords(setting) {
  const { image: { length: n }, kernel: { length: k }, stride: s, padding: p, dilation: d, mode } = setting, side = formulaSide(setting);
  if (mode === "transposed") {
    return [
      `n\u2032 = (n ${MINUS} 1) s + d (k ${MINUS} 1) + 1 ${MINUS} 2p`,
      `= (${n} ${MINUS} 1) \u00b7 ${s} + ${d} \u00b7 (${k} ${MINUS} 1) + 1 ${MINUS} 2 \u00b7 ${p}`, `= ${short(side)}`,
    ];
  }
  return [
    `n\u2032 = \u230a(n + 2p ${MINUS} d (k ${MINUS} 1) ${MINUS} 1) / s\u230b + 1`,
    `= \u230a(${n} + 2 \u00b7 ${p} ${MINUS} ${d} \u00b7 (${k} ${MINUS} 1) ${MINUS} 1) / ${s}\u230b + 1`,
    `= \u230a${short(n + 2 * p - d * (k - 1) - 1)} / ${s}\u230b + 1 = ${short(side)}`,
  ];
}

/** What becomes of an output that has no place. */
export const NOTHING = { convolution: "no room for the kernel", transposed: "everything is cut off" };

/** What happens at the chosen place. */
export function placeWords(setting, [i, j], terms, sum) {
  if (!outputSide(setting)) return `There is no output: ${NOTHING[setting.mode]}.`;
  const outside = terms.filter(term => term.outside).length, { length: count } = terms;
  if (setting.mode === "transposed") {
    const cut = outside ? ` Of these ${count} numbers ${outside} ${outside === 1 ? "is" : "are"} cut off.` : "";
    return `The pixel in row ${i}, column ${j} stamps ${short(setting.image[i][j])} times the kernel.${cut}`;
  }
  const padded = outside ? `, ${outside} of them on the padding,` : "", product = count === 1 ? "product is" : `${count} products${padded} add up to`;
  return `Output in row ${i}, column ${j}: the ${product} ${short(sum)}.`;
}

/** A shift in words: "1 down and 2 right". */
export function directions([down, right]) {
  const one = (value, more, less) => value ? [`${short(Math.abs(value))} ${value > 0 ? more : less}`] : [];
  return [...one(down, "down", "up"), ...one(right, "right", "left")].join(" and ");
}

/** Whether the output followed a shift of the image, in words. */
export function shiftWords(setting, before, moved) {
  if (!before) return "Shift the image, and read here whether the output moves along.";
  const { places, whole, by, differ, of } = followed(setting, before, moved), { stride } = setting;
  const start = directions(moved) ? `The image has moved ${directions(moved)}. ` : "The image has moved back. ";
  if (!of) return `${start}No number is left to compare.`;
  if (whole) {
    const along = directions(places) ? `Moved ${directions(places)}, the old output` : "The old output";
    if (!differ) return `${start}${along} is the new one: all ${of} numbers that both have are equal.`;
    return `${start}${along} is nearly the new one: ${differ} of ${of} numbers differ, because of what is at the border.`;
  }
  const parts = places.map((v, axis) => Number.isInteger(v) ? "" : `${Math.abs(moved[axis])}/${stride}`).filter(Boolean);
  const why = `With stride ${stride} the output would have to move by ${parts.join(" and ")} of a place. `;
  if (differ) return `${start}${why}It cannot: moved by whole places, at least ${differ} of ${of} numbers differ.`;
  return `${start}${why}It cannot: it ${directions(by) ? `has moved ${directions(by)}` : "stays as it was"}.`;
}
