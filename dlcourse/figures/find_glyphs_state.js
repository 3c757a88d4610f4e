// What lies on the scene and what the network says of it, computed when it is asked for.

import { candidates, inked, judged, ordered, put } from "./find_glyphs_math.js";
import { SIDE, forward, pixelClasses, pixelLogits, unpacked } from "./find_glyphs_network.js";
import { bytes } from "./kit.js";
import { pencil } from "./pencil.js";

/** The figure's state on top of the model, which Python or the page holds. `onChange` is called after each change. */
export function findState(model, onChange) {
  const { network, scenes, digits } = unpacked(bytes(model.get("data"))), get = name => model.get(name);
  let view = null, answer = null, moving = false, order = [];

  function tell(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }
  /** The picture, and what is true of it: null as soon as something is drawn by hand. */
  function look() {
    const stored = get("scene") ? scenes[get("scene") - 1] : { picture: new Float64Array(SIDE * SIDE), true: [] };
    const picture = stored.picture.slice();
    const added = get("glyphs").map(([label, row, column]) => ({ label, box: put(picture, digits[label], row, column) }));
    const truth = get("strokes").length ? null : [...stored.true, ...added];
    inked(picture, get("strokes"));
    return { picture, truth, said: forward(network, picture), pixels: null };
  }
  function decide() {
    const { said, truth } = state.view, all = candidates(said.grid, get("threshold")), found = ordered(all, get("suppression"));
    return { found, ...truth ? judged(found, truth) : { right: null, missed: [] } };
  }
  const hand = pencil(model, () => false, {}, onChange);
  /** Where a point is in shares of the scene, as the row and the column of its pixel. */
  const pixel = ([x, y]) => [y, x].map(share => Math.min(SIDE - 1, Math.floor(SIDE * share)));
  const isPen = () => get("tool") === "pen";

  const state = {
    get, tell,
    get drawing() {
      return moving || hand.drawing;
    },
    get view() {
      return view ??= look();
    },
    get answer() {
      return answer ??= decide();
    },
    /** Of each pixel the most probable class: only computed for who looks at it. */
    get pixels() {
      const { picture, said } = state.view;
      return state.view.pixels ??= pixelClasses(pixelLogits(network, picture, said));
    },
    get isPen() {
      return isPen();
    },
    get hasAdded() {
      return get("glyphs").length + get("strokes").length > 0;
    },
    begin(point) {
      order.push(isPen() ? "strokes" : "glyphs");
      if (isPen()) return hand.begin(point);
      const [row, column] = pixel(point);
      moving = true;
      model.set("row", row);
      model.set("column", column);
      model.set("glyphs", [...get("glyphs"), [Number(get("tool")), row, column]]);
    },
    /** Go on with the stroke, or carry the digit that was just put. */
    extend(point) {
      if (!moving) return hand.extend(point);
      const [row, column] = pixel(point), last = get("glyphs").at(-1);
      if (!last || last[1] === row && last[2] === column) return;
      model.set("row", row);
      model.set("column", column);
      model.set("glyphs", [...get("glyphs").slice(0, -1), [last[0], row, column]]);
    },
    end() {
      moving = false;
      hand.end();
    },
    /** Put the chosen digit at the row and the column of the sliders. */
    putThere() {
      order.push("glyphs");
      tell({ glyphs: [...get("glyphs"), [Number(get("tool")), get("row"), get("column")]] });
    },
    /** Take back what was added last: a stroke or a digit. */
    undo() {
      const wanted = [order.pop(), "strokes", "glyphs"].find(name => name && get(name).length);
      if (wanted) tell({ [wanted]: get(wanted).slice(0, -1) });
    },
    clear: () => { order = []; tell({ glyphs: [], strokes: [] }); },
    /** Another scene, without what was added to this one. */
    show: scene => { order = []; tell({ scene, glyphs: [], strokes: [] }); },
  };
  for (const name of ["scene", "glyphs", "strokes"]) model.on(`change:${name}`, () => { view = answer = null; onChange(); });
  for (const name of ["threshold", "suppression"]) model.on(`change:${name}`, () => { answer = null; onChange(); });
  for (const name of ["layer", "tool", "row", "column"]) model.on(`change:${name}`, onChange);
  return state;
}
