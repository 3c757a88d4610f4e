// What the tests of the figures' mathematics share: the numbers that dlcourse wrote, and how near is near enough.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const wanted = JSON.parse(readFileSync(process.env.FIGURE_NUMBERS, "utf-8"));

/** Fail unless two numbers, or nested lists of numbers, agree to 12 digits. */
export function near(got, want, where = "") {
  if (!Array.isArray(want)) return assert.ok(Math.abs(got - want) <= 1e-12 * (1 + Math.abs(want)), `${where}: ${got} is not ${want}`);
  assert.equal(got.length, want.length, where);
  want.forEach((value, i) => near(got[i], value, `${where}[${i}]`));
}
