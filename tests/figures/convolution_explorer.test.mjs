// The convolution explorer's mathematics against dlcourse.functional; its presets, shifts, words and walk.
import assert from "node:assert/strict";
import test from "node:test";
import { IMAGES, KERNELS, followed, imageOf, kernelOf, output, outputSide, placesSide, presetOf, products, resized, shifted, table, total } from "../../dlcourse/figures/convolution_explorer_math.js";
import { VALUES, explorerState } from "../../dlcourse/figures/convolution_explorer_state.js";
import { cellTexts, directions, placeWords, productWords, shiftWords, short, sizeWords } from "../../dlcourse/figures/convolution_explorer_words.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { figures, digit, begun } = wanted.convolution, plain = { stride: 1, padding: 0, dilation: 1, mode: "convolution" };
const setting = (image, kernel, changes = {}) => ({ ...plain, image, kernel, ...changes });
const inside = (at, side) => at.map(v => Math.min(v, side - 1));

/** Compare everything that is shown of one figure with the package's numbers, where `changed` may spoil the setting. */
function compare({ setting, at, side, output: rows, products: terms }, changed = {}) {
  const own = { ...setting, ...changed };
  assert.equal(outputSide(own), side);
  near(output(own), rows, JSON.stringify([setting.image.length, setting.kernel.length, setting.stride, setting.padding, setting.dilation, setting.mode]));
  if (placesSide(own)) near(products(own, inside(at, placesSide(own))).map(({ product }) => product), terms, "products");
}

test("outputs, sizes and products are the package's, for every stride, padding, dilation and mode", () => {
  for (const figure of figures) compare(figure);
  const met = new Set(figures.map(({ setting: { stride, padding, dilation, mode, image, kernel } }) => `${stride}${padding}${dilation}${mode}${image.length},${kernel.length}`));
  assert.equal(met.size, 720);
  assert.ok(figures.some(({ side }) => side === 0));
});

test("a kernel that is wrong by a twentieth of a percent in one number, turned, or moved is noticed", () => {
  const spoil = [
    ({ kernel }) => kernel.map((row, a) => row.map((w, b) => a || b ? w : 1.0005 * w)),
    ({ kernel }) => kernel.length > 1 ? [...kernel].reverse().map(row => [...row].reverse()) : null,
  ];
  for (const change of spoil) for (const figure of figures) {
    const kernel = change(figure.setting);
    if (kernel && figure.side > 2) assert.throws(() => compare(figure, { kernel }), /is not/);
  }
  const figure = figures.find(({ setting }) => setting.padding === 1 && setting.stride === 2 && setting.kernel.length === 3);
  assert.throws(() => compare(figure, { padding: 0 }));
});

test("the products at a place add up to its output, and those outside are 0", () => {
  for (const { setting, side } of figures) {
    if (setting.mode !== "convolution" || !side) continue;
    for (const place of [[0, 0], [side - 1, side - 1], [0, side - 1]]) {
      const terms = products(setting, place), n = setting.image.length;
      near(total(terms), output(setting)[place[0]][place[1]]);
      for (const { outside, pixel, at } of terms) {
        assert.equal(outside, at.some(v => v < 0 || v >= n));
        if (outside) assert.equal(pixel, 0);
      }
    }
  }
});

test("the walk computes one place after the other, and lays one stamp on the other", () => {
  const one = setting(imageOf("digit", 8), kernelOf("Laplace", 3)), half = output(one, 8);
  assert.deepEqual(half.flat().map(value => value === null), Array.from({ length: 36 }, (_, k) => k >= 8));
  near(half.flat().slice(0, 8), output(one).flat().slice(0, 8));
  const stamps = { ...one, mode: "transposed", stride: 2 }, few = output(stamps, 20), rest = setting(one.image.map((row, i) => row.map((v, j) => 8 * i + j < 20 ? v : 0)), one.kernel, { mode: "transposed", stride: 2 });
  assert.deepEqual(few, output(rest));
  assert.deepEqual(output(stamps, 64), output(stamps));
});

test("presets are what they are called, in every size, and are recognized", () => {
  assert.deepEqual(imageOf("digit", 8), digit);
  assert.equal(imageOf("digit", 4).length, 8);
  for (const name of Object.keys(IMAGES)) for (let n = 4; n <= 12; n++) {
    const image = imageOf(name, n);
    assert.ok(image.flat().every(v => Number.isInteger(v) && v >= 0 && v <= 9));
    assert.equal(presetOf(image, IMAGES, imageOf), name);
  }
  assert.equal(imageOf("dot", 7).flat().filter(Boolean).length, 1);
  const picture = imageOf("digit", 12), same = (name, padding, k = 3) => output(setting(picture, kernelOf(name, k), { padding }));
  assert.deepEqual(same("copy", 1), picture);
  assert.deepEqual(same("shift", 1), shifted(picture, [0, 1], false));
  for (const k of [1, 2, 3, 4, 5]) near(total(products(setting(imageOf("corner", 12), kernelOf("mean", k)), [6, 6])), 9);
  for (const k of [2, 3, 4, 5]) for (const name of ["vertical edge", "horizontal edge"]) near(kernelOf(name, k).flat().reduce((a, b) => a + b), 0);
  for (const k of [3, 4, 5]) {
    assert.equal(kernelOf("Laplace", k).length, k);
    const [copy, laplace, sharp] = ["copy", "Laplace", "sharpen"].map(name => kernelOf(name, k).flat());
    assert.deepEqual(sharp, copy.map((v, i) => v - laplace[i]));
    for (const name of Object.keys(KERNELS)) assert.equal(presetOf(kernelOf(name, k), KERNELS, kernelOf), name);
  }
  for (const name of Object.keys(KERNELS)) assert.equal(kernelOf(name, 1).length, ["copy", "mean"].includes(name) ? 1 : 3);
  assert.equal(presetOf([[0]], KERNELS, kernelOf), "");
});

test("a table keeps its middle when it gets another size", () => {
  assert.deepEqual(resized([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 1), [[5]]);
  assert.deepEqual(resized([[5]], 3), [[0, 0, 0], [0, 5, 0], [0, 0, 0]]);
  for (const n of [4, 5, 9, 12]) assert.equal(resized(table(8, () => 1), n).flat().reduce((a, b) => a + b), Math.min(n, 8) ** 2);
});

test("what leaves comes back or is lost", () => {
  const image = table(4, (i, j) => 4 * i + j);
  assert.deepEqual(shifted(image, [0, 1], true)[1], [7, 4, 5, 6]);
  assert.deepEqual(shifted(image, [0, 1], false)[1], [0, 4, 5, 6]);
  assert.deepEqual(shifted(image, [-1, 0], true)[3], image[0]);
  assert.deepEqual(shifted(image, [-1, 0], false)[3], [0, 0, 0, 0]);
  assert.deepEqual(shifted(shifted(image, [1, -1], true), [-1, 1], true), image);
});

test("without padding the output always follows a shift by whole strides, whatever image and kernel are", () => {
  for (const { setting } of figures.filter(({ setting, side }) => setting.mode === "convolution" && !setting.padding && side > 3)) {
    for (const around of [true, false]) for (const step of [[setting.stride, 0], [0, -setting.stride], [-setting.stride, setting.stride]]) {
      const report = followed({ ...setting, image: shifted(setting.image, step, around) }, setting.image, step);
      assert.ok(report.whole && report.differ === 0 && report.of > 0);
    }
    if (setting.stride === 1) continue;
    const report = followed({ ...setting, image: shifted(setting.image, [0, 1], true) }, setting.image, [0, 1]);
    assert.ok(!report.whole && report.differ === report.of);  // random numbers are never equal
  }
});

test("with padding the output follows but for what lies at the border; stamps follow by the stride", () => {
  const full = table(8, () => 9), one = setting(full, kernelOf("vertical edge", 3), { padding: 1 });
  const report = followed({ ...one, image: shifted(full, [0, 1], false) }, full, [0, 1]);
  assert.ok(report.whole && report.differ > 0 && report.differ < report.of);
  const bar = imageOf("bar", 8), stamps = setting(shifted(bar, [0, 1], false), kernelOf("copy", 3), { mode: "transposed", stride: 3 });
  assert.deepEqual(followed(stamps, bar, [0, 1]).places, [0, 3]);
  assert.equal(followed(stamps, bar, [0, 1]).differ, 0);
});

test("a shift is judged in words", () => {
  const bar = imageOf("bar", 8), edge = kernelOf("vertical edge", 3);
  const said = (step, changes = {}) => shiftWords(setting(shifted(bar, step, true), edge, changes), bar, step);
  assert.match(shiftWords(setting(bar, edge)), /^Shift the image/);
  assert.equal(said([0, 1]), "The image has moved 1 right. Moved 1 right, the old output is the new one: all 30 numbers that both have are equal.");
  assert.match(said([0, 1], { stride: 2 }), /moved 1 right\. With stride 2 the output would have to move by 1\/2 of a place\. It cannot: it stays as it was\.$/);
  assert.match(said([0, -3], { stride: 2 }), /moved 3 left\. .* by 3\/2 of a place\. It cannot: .*\.$/);
  const picture = imageOf("digit", 8), moved = setting(shifted(picture, [0, 1], false), edge, { stride: 2 });
  assert.match(shiftWords(moved, picture, [0, 1]), /1\/2 of a place\. It cannot: moved by whole places, at least \d of \d numbers differ\.$/);
  assert.match(said([0, 2], { stride: 2 }), /Moved 1 right, the old output is the new one: all 6 numbers/);
  assert.match(said([1, -2], { stride: 3 }), /1 down and 2 left\. With stride 3 .* by 1\/3 and 2\/3 of a place/);
  assert.match(said([0, 0]), /^The image has moved back\. The old output is the new one: all 36/);
  assert.match(said([0, 1], { mode: "transposed", stride: 2 }), /Moved 2 right, the old output/);
  const flat = table(8, () => 5);
  assert.match(shiftWords(setting(flat, edge, { stride: 2 }), flat, [0, 1]), /stays as it was/);
  assert.match(shiftWords(setting(flat, edge, { stride: 2 }), flat, [0, 3]), /has moved 1 right\.$/);
  assert.match(shiftWords(setting(table(8, () => 0), edge, { padding: 1 }), flat, [0, 1]), /nearly the new one: \d+ of 56 numbers differ, because of what is at the border/);
  assert.match(shiftWords(setting(table(8, () => 0), edge), flat, [0, 6]), /No number is left/);
  assert.equal(directions([-1, 2]), "1 up and 2 right");
});

test("sizes and places are said with their numbers", () => {
  const image = imageOf("bar", 8), kernel = kernelOf("copy", 3);
  assert.deepEqual(sizeWords(setting(image, kernel, { stride: 2, padding: 1 })).slice(1), ["= \u230a(8 + 2 \u00b7 1 \u2212 1 \u00b7 (3 \u2212 1) \u2212 1) / 2\u230b + 1", "= \u230a7 / 2\u230b + 1 = 4"]);
  assert.equal(sizeWords(setting(image, kernel, { stride: 2, mode: "transposed" })).at(-1), "= 17");
  assert.equal(sizeWords(setting(table(4, () => 0), table(5, () => 0), { dilation: 2 })).at(-1), "= \u230a\u22125 / 1\u230b + 1 = \u22124");
  const words = (changes, place) => {
    const own = setting(image, kernel, changes), terms = outputSide(own) ? products(own, place) : [];
    return placeWords(own, place, terms, total(terms));
  };
  assert.equal(words({}, [2, 2]), "Output in row 2, column 2: the 9 products add up to 9.");
  assert.equal(words({ padding: 1 }, [0, 0]), "Output in row 0, column 0: the 9 products, 5 of them on the padding, add up to 0.");
  assert.equal(words({ kernel: [[2]] }, [3, 3]), "Output in row 3, column 3: the product is 18.");
  assert.equal(words({ mode: "transposed", padding: 1 }, [0, 3]), "The pixel in row 0, column 3 stamps 0 times the kernel. Of these 9 numbers 3 are cut off.");
  assert.equal(words({ image: table(4, () => 1), kernel: table(5, () => 1) }, [0, 0]), "There is no output: no room for the kernel.");
});

test("numbers are written briefly", () => {
  assert.deepEqual([-27, 1 / 9, -0.001, 0.999999, 22275].map(v => short(v)), ["\u221227", "0.11", "0", "1", "22275"]);
  assert.deepEqual([[-0.125, 9], [-12.25, 0.55]].map(([weight, pixel]) => productWords({ weight, pixel }).replace(/\u200a/g, "")), ["\u22120.13\u00b79", "\u221212.3\u00b70.6"]);
  assert.deepEqual(cellTexts([[1, -2], [null, 0]]), [["1", "\u22122"], ["", "0"]]);
  assert.deepEqual(cellTexts([[1, -2.26]]), [["1", "\u22122.3"]]);
});

const made = (changes = {}) => {
  const model = pageModel({ ...begun, ...changes });
  return { model, state: explorerState(model) };
};

test("a stroke draws, and erases where it begins on its own gray", () => {
  const { model, state } = made(), pixel = (i, j) => model.get("image")[i][j];
  state.extend([0, 0]);  // nothing is pressed
  assert.equal(pixel(0, 0), 0);
  state.begin([0, 0]);
  state.extend([0, 1]);
  state.end();
  assert.deepEqual([pixel(0, 0), pixel(0, 1), state.imageName], [9, 9, ""]);
  state.begin([0, 1]);
  state.end();
  assert.deepEqual([pixel(0, 0), pixel(0, 1)], [9, 0]);
});

test("sizes keep a preset, and otherwise what is drawn; reset brings back how it was", () => {
  const { model, state } = made();
  assert.deepEqual([state.imageName, state.kernelName], ["bar", "vertical edge"]);
  state.setSide(12);
  state.setKernelSide(5);
  assert.deepEqual([state.imageName, state.kernelName, model.get("image").length, model.get("kernel").length], ["bar", "vertical edge", 12, 5]);
  state.setWeight([0, 0], 7);
  state.setKernelSide(3);
  assert.deepEqual(model.get("kernel"), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
  state.chooseKernel("sharpen");
  state.setKernelSide(1);
  assert.deepEqual(model.get("kernel"), [[5]]);
  state.chooseImage("digit");
  state.setSide(6);
  assert.equal(model.get("image").length, 6);
  state.reset();
  for (const name of VALUES) assert.deepEqual(model.get(name), begun[name], name);
});

test("several shifts are judged together, and drawing begins anew", () => {
  const { model, state } = made({ stride: 2 });
  assert.equal(state.shifts, null);
  state.shift([0, 1]);
  state.shift([0, 1]);
  assert.deepEqual([state.shifts.moved, state.shifts.before], [[0, 2], begun.image]);
  state.setPixel([0, 0], 5);
  assert.equal(state.shifts, null);
  model.set("around", true);
  for (let k = 0; k < 8; k++) state.shift([1, 0]);
  assert.deepEqual([state.shifts.moved, state.shifts.before], [[0, 0], model.get("image")]);
});

test("a place beyond the end is the last one, and the next one after the last is the first", () => {
  const { model, state } = made({ at: [99, 99] });
  assert.deepEqual([state.places, state.place], [6, [5, 5]]);
  state.step();
  assert.deepEqual(model.get("at"), [0, 0]);
  state.step();
  assert.deepEqual(model.get("at"), [0, 1]);
  model.set("mode", "transposed");
  assert.equal(state.places, 8);
  model.set("mode", "convolution");
  model.set("image", table(4, () => 1));
  model.set("kernel", table(5, () => 1));
  state.step();
  assert.deepEqual([state.places, state.look().terms, state.look().sum], [0, [], 0]);
});
