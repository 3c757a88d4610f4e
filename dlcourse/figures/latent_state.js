// What the plane of codes shows at one moment. It reads from the model and writes to it.

import { STEPS, changesOf, decode, inOtherPlane, latentNumbers, mixedPictures, nearest, normalPair, onWalk, rowOf, walkPictures } from "./latent_decoder.js";
import { lessMotion } from "./kit.js";
import { uniform } from "./random.js";

const VALUES = ["model", "shown", "point", "start", "end", "position"];
const WALK_MS = 6000, FRAMES_A_SAVE = 30;  // a kernel need not hear of every frame

/** The figure's state; `changed` is called when something is to be drawn anew. */
export function latentState(model, changed) {
  const numbers = latentNumbers(model.get("data")), begun = Object.fromEntries(VALUES.map(name => [name, model.get(name)]));
  const random = uniform(0), walks = {};
  let frame = 0;

  const state = {
    names: VALUES,
    numbers,
    get: name => model.get(name),
    get network() { return numbers[model.get("model")]; },
    get walking() { return frame !== 0; },
    /** The picture of the point, the digit of the nearest code and the digit most similar to the picture. */
    look() {
      const point = model.get("point"), picture = decode(this.network, point);
      return { picture, code: nearest(this.network.codes, point), similar: nearest(numbers.pixels, picture) };
    },
    /** The walk of a model, or the one without: pictures, changes, the largest of them, and how far the picture in the
     * middle is from the most similar real digit. Computed when its ends change. */
    walk(name) {
      const ends = [model.get("start"), model.get("end")], key = ends.join();
      if (walks[name]?.key !== key) {
        const pictures = numbers[name] ? walkPictures(numbers[name], ...ends) : mixedPictures(...ends.map(this.pixelsOf));
        const changes = changesOf(pictures), middle = nearest(numbers.pixels, pictures[STEPS / 2]).distance;
        walks[name] = { key, pictures, changes, largest: Math.max(...changes), middle };
      }
      return walks[name];
    },
    pixelsOf: row => rowOf(numbers.pixels, row, 64),

    set(changes, save = true) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      if (save) model.save_changes();
    },
    choose(name) {
      this.stop();
      const at = { start: model.get("start"), end: model.get("end"), position: model.get("position") };
      this.set({ model: name, point: inOtherPlane(this.network, numbers[name], model.get("point"), at) });
    },
    moveTo(point) {
      this.stop();
      const [left, bottom, width] = this.network.window, low = [left, bottom];
      this.set({ point: point.map((c, i) => Math.min(low[i] + width, Math.max(low[i], c))) });
    },
    /** A code from the standard normal, rounded as dragging is. */
    drawRandom() { this.moveTo(normalPair(random).map(c => Math.round(100 * c) / 100)); },
    /** Begin or end the walk at the digit whose code is nearest to the point, and see it from there. */
    setEnd(name) {
      this.stop();
      const { row } = nearest(this.network.codes, model.get("point")), position = name === "start" ? 0 : 1;
      const ends = { start: model.get("start"), end: model.get("end"), [name]: row };
      this.set({ [name]: row, position, point: onWalk(this.network, ends.start, ends.end, position) });
    },
    goTo(position, save = true) {
      if (save) this.stop();
      this.set({ position, point: onWalk(this.network, model.get("start"), model.get("end"), position) }, save);
    },
    reset() {
      this.stop();
      this.set({ ...begun });
    },

    /** Walk on from here, or from the start if it is over. */
    play() {
      if (lessMotion()) return this.goTo(1);
      const from = model.get("position") < 1 ? model.get("position") : 0;
      let begin = 0, frames = 0;
      const next = now => {
        begin ||= now;
        const position = Math.min(1, from + (now - begin) / WALK_MS);
        this.goTo(position, false);
        if (++frames % FRAMES_A_SAVE === 0) model.save_changes();
        if (position >= 1) this.stop();
        else frame = requestAnimationFrame(next);
      };
      frame = requestAnimationFrame(next);
      changed();
    },
    stop() {
      if (!frame) return;
      cancelAnimationFrame(frame);
      frame = 0;
      model.save_changes();
      changed();
    },
  };
  return state;
}
