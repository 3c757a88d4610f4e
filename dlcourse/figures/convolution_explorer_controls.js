// The explorer's controls, the kernel to type into, and beside it the products that are added or stamped.

import { IMAGES, KERNELS, LARGEST, LARGEST_KERNEL, SMALLEST, WHITE } from "./convolution_explorer_math.js";
import { placeWords, productWords, shiftWords, short, sizeWords, weightWords } from "./convolution_explorer_words.js";
import { button, choice, make, place, slider } from "./kit.js";

const LARGEST_WEIGHT = 99;
const whole = value => String(Math.round(value));
const named = values => values.map(value => [value, String(value)]);

/** The mode, and the presets of image and kernel. Returns a function that shows them. */
export function explorerChoices(parent, state) {
  const controls = [
    choice(parent, "Mode", [["convolution", "convolution"], ["transposed", "transposed: stamps"]], {
      get: () => state.get("mode"), set: mode => { state.stop(); state.set({ mode }); },
    }),
    choice(parent, "Image", Object.keys(IMAGES).map(name => [name, name]), { get: () => state.imageName, set: name => state.chooseImage(name) }),
    choice(parent, "Kernel", Object.keys(KERNELS).map(name => [name, name]), { get: () => state.kernelName, set: name => state.chooseKernel(name) }),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** Buttons and sliders for the place that is computed. Returns a function that shows it. */
export function explorerPlace(parent, state) {
  const row = make("div", { class: "dl-buttons" }, parent), play = button(row, "Play", () => state.playing ? state.stop() : state.play());
  button(row, "Next place", () => state.step());
  const box = make("div", { class: "dl-group" }, parent);
  let made = -1, sliders = [];
  return ({ places }) => {
    play.textContent = state.playing ? "Pause" : "Play";
      if (made !== places) {  // a slider's end is fixed when it is made
      made = places;
      box.replaceChildren();
      sliders = ["row i", "column j"].map((name, axis) => slider(box, name, {
        min: 0, max: Math.max(0, places - 1), step: 1, format: whole, get: () => state.place[axis],
        set: value => state.point(state.place.map((old, k) => k === axis ? Math.round(value) : old)),
      }));
    }
    for (const one of sliders) one.show();
  };
}

/** The kernel's numbers to type in, the products beside them, and their sum. Returns a function that shows them. */
export function explorerSum(parent, state) {
  const columns = make("div", { class: "dl-conv-sum" }, parent), [left, right] = [0, 1].map(() => make("div", {}, columns));
  const head = make("p", { class: "dl-conv-title" }, left), kernelBox = make("div", { class: "dl-conv-kernel" }, left);
  const productHead = make("p", { class: "dl-conv-title" }, right), productBox = make("div", { class: "dl-conv-products" }, right);
  const said = make("output", { "aria-live": "polite", class: "dl-conv-said" }, parent);
  let made = 0, fields = [], cells = [];

  function remake(k) {
    made = k;
    for (const box of [kernelBox, productBox]) {
      box.replaceChildren();
      box.style.setProperty("--dl-conv-k", k);
    }
    const places = Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]);
    fields = places.map(([a, b]) => {
      const limits = { type: "number", min: -LARGEST_WEIGHT, max: LARGEST_WEIGHT, step: "any" };
      const field = make("input", { ...limits, "aria-label": `kernel, row ${a}, column ${b}` }, kernelBox);
      field.addEventListener("input", () => {
        if (field.value !== "") state.setWeight([a, b], Math.min(LARGEST_WEIGHT, Math.max(-LARGEST_WEIGHT, Number(field.value))));
      });
      field.addEventListener("blur", show);
      return field;
    });
    cells = places.map(() => make("div", {}, productBox)).map(cell => [cell, make("span", {}, cell), make("b", {}, cell)]);
  }
  function show() {
    const weights = state.get("kernel").flat();
    fields.forEach((field, t) => {
      place(field, { class: weights[t] < 0 ? "dl-conv-low" : weights[t] > 0 ? "dl-conv-high" : "" });
      if (!field.matches(":focus")) field.value = weightWords(weights[t]).replace("\u2212", "-");  // not while somebody types
    });
  }
  return ({ setting, place: chosen, terms, sum }) => {
    const k = setting.kernel.length, transposed = setting.mode === "transposed";
    if (made !== k) remake(k);
    show();
    head.textContent = `Kernel W, ${k} \u00d7 ${k}, to type in`;
    productHead.textContent = transposed ? "The stamp: kernel \u00b7 pixel" : `Kernel \u00b7 pixel${terms.length ? `, sum ${short(sum)}` : ""}`;
    cells.forEach(([cell, factors, product], t) => {
      const term = terms[t];
      factors.textContent = term ? productWords(term) : "";
      product.textContent = term ? short(term.product) : "\u2013";
      cell.className = !term || !term.product ? "" : term.product < 0 ? "dl-conv-low" : "dl-conv-high";
      cell.classList.toggle("dl-conv-out", Boolean(term?.outside));
    });
    place(said, { "aria-live": state.playing ? "off" : "polite" });  // not ten announcements a second
    const words = placeWords(setting, chosen, terms, sum);
    if (said.textContent !== words) said.textContent = words;
  };
}

/** Sizes, stride, padding and dilation, and the output's size by its formula. Returns a function that shows them. */
export function explorerGeometry(parent, state) {
  const box = make("div", { class: "dl-conv-choices" }, parent), numbers = (label, values, name) => choice(box, label, named(values), {
    get: () => state.get(name), set: value => { state.stop(); state.set({ [name]: value }); },
  });
  const controls = [
    choice(box, "kernel size k", named(Array.from({ length: LARGEST_KERNEL }, (_, k) => k + 1)), {
      get: () => state.get("kernel").length, set: k => { state.stop(); state.setKernelSide(k); },
    }),
    numbers("stride s", [1, 2, 3], "stride"), numbers("padding p", [0, 1, 2], "padding"), numbers("dilation d", [1, 2], "dilation"),
  ];
  const formula = make("p", { class: "dl-conv-formula" }, parent), parts = Array.from({ length: 3 }, () => make("span", {}, formula));
  const reach = make("p", { class: "dl-caption dl-conv-reach" }, parent);
  return ({ setting }) => {
    for (const control of controls) control.show();
    sizeWords(setting).forEach((words, i) => { parts[i].textContent = words; });
    const { kernel: { length: k }, dilation: d } = setting;
    reach.textContent = `The kernel spans d (k \u2212 1) + 1 = ${d * (k - 1) + 1} ${d * (k - 1) ? "rows and columns" : "row and column"}.`;
  };
}

/** Buttons that move the image by one pixel, and what became of the output. Returns a function that shows it. */
export function explorerShift(parent, state) {
  const row = make("div", { class: "dl-buttons dl-conv-shifts", role: "group", "aria-label": "Shift the image by one pixel" }, parent);
  make("span", {}, row, "Shift by a pixel");
  for (const [words, step] of [["left", [0, -1]], ["right", [0, 1]], ["up", [-1, 0]], ["down", [1, 0]]]) button(row, words, () => state.shift(step));
  const enters = choice(parent, "what enters", [[false, "zeros"], [true, "what left"]], {
    get: () => state.get("around"), set: around => state.set({ around }),
  });
  const said = make("output", { "aria-live": "polite", class: "dl-conv-said dl-conv-verdict" }, parent);
  return ({ setting }) => {
    enters.show();
    const { before, moved } = state.shifts ?? {}, words = shiftWords(setting, before, moved);
    if (said.textContent !== words) said.textContent = words;
  };
}

/** The pen, the image's size, and each pixel by numbers. Returns a function that shows them. */
export function explorerPixels(parent, state) {
  const gray = { min: 0, max: WHITE, step: 1, format: value => short(value, 1).replace("\u2212", "-") };
  const pen = slider(parent, "pen's gray", { ...gray, get: () => state.get("pen"), set: value => state.set({ pen: Math.round(value) }) });
  const side = slider(parent, "image size n", {
    min: SMALLEST, max: LARGEST, step: 1, format: whole, get: () => state.get("image").length, set: n => { state.stop(); state.setSide(Math.round(n)); },
  });
  const row = make("div", { class: "dl-buttons" }, parent);
  button(row, "Reset", () => state.reset());
  const fold = make("details", { class: "dl-more" }, parent);
  make("summary", {}, fold, "Set a pixel by numbers");
  const box = make("div", { class: "dl-group" }, fold);
  let made = 0, chosen = [0, 0], sliders = [];
  return () => {
    pen.show();
    side.show();
    const n = state.get("image").length;
    chosen = chosen.map(v => Math.min(v, n - 1));
    if (made !== n) {
      made = n;
      box.replaceChildren();
      sliders = ["row", "column"].map((name, axis) => slider(box, `pixel's ${name}`, {
        min: 0, max: n - 1, step: 1, format: whole, get: () => chosen[axis],
        set: value => { chosen[axis] = Math.round(value); for (const one of sliders) one.show(); },
      }));
      sliders.push(slider(box, "pixel's gray", {
        ...gray, get: () => state.get("image")[chosen[0]][chosen[1]], set: value => state.setPixel(chosen, value),
      }));
    }
    for (const one of sliders) one.show();
  };
}
