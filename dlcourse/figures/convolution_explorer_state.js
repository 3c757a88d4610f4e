// What the convolution explorer is about at one moment. Everything follows from the values of the model.

import { IMAGES, KERNELS, imageOf, kernelOf, presetOf, resized, shifted } from "./convolution_explorer_math.js";
import { output, outputSide, placesSide, products, total } from "./convolution_explorer_math.js";
import { lessMotion } from "./kit.js";

export const VALUES = ["image", "kernel", "stride", "padding", "dilation", "mode", "at", "pen", "around"];
const SETTING = ["image", "kernel", "stride", "padding", "dilation", "mode"];
const WALK = 10000, FASTEST = 60, SLOWEST = 350;  // milliseconds: of a walk over all places, and of one step
const PLACES_A_SAVE = 10;  // a kernel need not hear of every place

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
export function explorerState(model, later = () => {}) {
  const begun = Object.fromEntries(VALUES.map(name => [name, model.get(name)]));
  let timer = 0, stroke = null, last = null, known = "", view = null;

  const state = {
    get: name => model.get(name),
    set(changes, save = true) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      if (save) model.save_changes();
    },
    get setting() { return Object.fromEntries(SETTING.map(name => [name, model.get(name)])); },
    get playing() { return timer !== 0; },
    /** How many places there are along one side, and the chosen one: the last one, if the choice lies beyond it. */
    get places() { return placesSide(this.setting); },
    get place() { return model.get("at").map(v => Math.min(v, Math.max(0, this.places - 1))); },

    /** All that is shown: {setting, places, place, output, all, terms, sum}. `output` has what is computed so far. */
    look() {
      const { setting, places, place, playing } = this, key = JSON.stringify([setting, place, playing]);
      if (key === known) return view;
      const all = output(setting), terms = places ? products(setting, place) : [];
      const so = playing ? output(setting, place[0] * places + place[1] + 1) : all;
      view = { setting, places, place, all, output: so, side: outputSide(setting), terms, sum: total(terms) };
      known = key;
      return view;
    },

    choose(place, save = true) {
      if (this.places && place.some((v, axis) => v !== this.place[axis])) this.set({ at: place }, save);
    },
    /** The reader chooses a place: a walk ends. */
    point(place) {
      this.stop();
      this.choose(place);
    },

    // ---- image and kernel

    get imageName() { return presetOf(model.get("image"), IMAGES, imageOf); },
    get kernelName() { return presetOf(model.get("kernel"), KERNELS, kernelOf); },
    chooseImage(name) { this.set({ image: imageOf(name, model.get("image").length) }); },
    chooseKernel(name) { this.set({ kernel: kernelOf(name, model.get("kernel").length) }); },
    setSide(n) {
      const name = this.imageName, fits = name && imageOf(name, n).length === n;
      this.set({ image: fits ? imageOf(name, n) : resized(model.get("image"), n) });
    },
    setKernelSide(k) {
      const name = this.kernelName, fits = name && kernelOf(name, k).length === k;
      this.set({ kernel: fits ? kernelOf(name, k) : resized(model.get("kernel"), k) });
    },
    setWeight([a, b], weight) {
      this.set({ kernel: model.get("kernel").map((row, i) => row.map((old, j) => i === a && j === b ? weight : old)) });
    },
    setPixel([i, j], value, save = true) {
      const image = model.get("image");
      if (image[i][j] !== value) this.set({ image: image.map((row, r) => row.map((old, c) => r === i && c === j ? value : old)) }, save);
    },
    /** Begin to draw at a pixel: with the pen's gray, or with black where that gray is already. */
    begin([i, j]) {
      stroke = model.get("image")[i][j] === model.get("pen") ? 0 : model.get("pen");
      this.extend([i, j]);
    },
    extend(pixel) {
      if (stroke === null) return;
      this.setPixel(pixel, stroke, false);
      if (model.get("mode") === "transposed") this.point(pixel);
    },
    end() {
      if (stroke !== null) model.save_changes();
      stroke = null;
    },

    // ---- shifts

    /** Move the image by one pixel [down, right], and remember what it was before the first shift of several. */
    shift(step) {
      const image = model.get("image"), around = model.get("around"), next = shifted(image, step, around), n = image.length;
      const old = this.shifts, moved = (old?.moved ?? [0, 0]).map((v, axis) => v + step[axis]);
      const short = around ? moved.map(v => v > n / 2 ? v - n : v <= -n / 2 ? v + n : v) : moved;
      last = { before: old?.before ?? image, moved: short, key: JSON.stringify([next, around]) };
      this.set({ image: next });
      later();
    },
    /** The shifts since the image was last changed otherwise: {before, moved}, or null. */
    get shifts() { return last?.key === JSON.stringify([model.get("image"), model.get("around")]) ? last : null; },

    // ---- the walk

    /** Walk over all places from the first one; with less motion be at the last one at once. */
    play() {
      const { places } = this;
      if (!places) return;
      if (lessMotion()) return this.choose([places - 1, places - 1]);
      const pause = Math.max(FASTEST, Math.min(SLOWEST, WALK / (places * places)));
      const next = () => {
        const [i, j] = this.place, at = i * this.places + j + 1;
        if (at >= this.places ** 2) return this.stop();
        timer = setTimeout(next, pause);
        this.choose([Math.floor(at / this.places), at % this.places], at % PLACES_A_SAVE === 0);
      };
      timer = setTimeout(next, pause);
      this.choose([0, 0]);
      later();
    },
    stop() {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      model.save_changes();
      later();
    },
    step() {
      this.stop();
      const { places } = this, [i, j] = this.place, at = places ? (i * places + j + 1) % (places * places) : 0;
      if (places) this.choose([Math.floor(at / places), at % places]);
    },
    reset() {
      this.stop();
      last = null;
      this.set({ ...begun });
    },
  };
  return state;
}
