// What all figures share and what needs no page: numbers from bytes, numbers to text, and the model of a page.
import assert from "node:assert/strict";
import test from "node:test";
import { bytes, halves, indexed, written } from "../../dlcourse/figures/kit.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { wanted } from "./tools.mjs";

test("half-precision numbers, the smallest, the infinite and the undefined too", () => {
  const got = [...halves(bytes(wanted.halves.base64))].map(value => Number.isFinite(value) ? value : String(value));
  assert.deepEqual(got, wanted.halves.values);
});

test("numbers come as base64 text from a page and as a DataView from a kernel", () => {
  const buffer = new Uint8Array([9, 1, 2, 3, 9]).buffer;
  assert.deepEqual([...bytes(new DataView(buffer, 1, 3))], [1, 2, 3]);
  assert.deepEqual([...bytes(btoa("\x01\x02\x03"))], [1, 2, 3]);
});

test("numbers are written with two decimals, a true minus and no negative zero", () => {
  assert.deepEqual([1, -1.005, -0.001, 12.345].map(written), ["1.00", "\u22121.00", "0.00", "12.35"]);
});

test("an index is a small number below its letter", () => {
  assert.equal([0, 1, 3].map(i => indexed("x", i)).join(" "), "x\u2081 x\u2082 x\u2084");
});

test("a page's model tells whoever listens, once for each change", () => {
  const model = pageModel({ a: 1, b: 2 }), heard = [], listen = () => heard.push(model.get("a"));
  model.on("change:a", listen);
  model.set("a", 1);
  model.set("b", 5);
  model.set("a", 2);
  model.off("change:a", listen);
  model.set("a", 3);
  assert.deepEqual([heard, model.get("a"), model.get("b")], [[2], 3, 5]);
});
