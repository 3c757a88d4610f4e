// What the race is about at one moment. Everything follows from the values of the model: the whole race is computed at
// once, and `steps` says how much of it is shown.

import { MOST_STEPS, OPTIMIZERS, SURFACES, descent } from "./descent.js";
import { lessMotion } from "./kit.js";

export const NAMES = Object.keys(OPTIMIZERS);
const VALUES = ["surface", "curvature", "start", "rates", "on", "momentum", "decay", "scale", "noise", "seed", "steps"];
const SLOW_STEPS = 60, FRAMES_A_SAVE = 30;  // a kernel need not hear of every frame

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
export function raceState(model) {
  const begun = Object.fromEntries(VALUES.map(name => [name, model.get(name)]));
  let frame = 0, known = "", runs = [];

  const state = {
    names: VALUES,
    get: name => model.get(name),
    get steps() { return model.get("steps"); },
    get surface() { return SURFACES[model.get("surface")]; },
    get running() { return frame !== 0; },
    /** The whole race: for each optimizer that is on, {name, places, losses, diverged}. */
    get runs() {
      const setting = Object.fromEntries(VALUES.filter(name => name !== "steps").map(name => [name, model.get(name)]));
      const key = JSON.stringify(setting);
      if (key !== known) runs = NAMES.filter(name => setting.on.includes(name)).map(name => ({ name, ...descent(name, setting) }));
      known = key;
      return runs;
    },

    set(changes, save = true) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      if (save) model.save_changes();
    },
    choose(surface) {
      this.stop();
      this.set({ surface, start: SURFACES[surface].start, rates: SURFACES[surface].rates });
    },
    setRate(name, rate) { this.set({ rates: { ...model.get("rates"), [name]: rate } }); },
    setStart(place) {
      const [left, bottom, width] = this.surface.window;
      this.set({ start: place.map((w, i) => Math.min([left, bottom][i] + width, Math.max([left, bottom][i], w))) });
    },
    turn(name, on) { this.set({ on: NAMES.filter(other => other === name ? on : model.get("on").includes(other)) }); },
    goTo(steps) {
      this.stop();
      this.set({ steps: Math.min(steps, MOST_STEPS) });
    },
    reset() {
      this.stop();
      this.set({ ...begun });
    },

    /** Show the race from here, or from the start if it is over; `turned` hears when it begins and ends. */
    play(turned) {
      if (lessMotion()) return this.goTo(MOST_STEPS);
      if (this.steps >= MOST_STEPS) this.set({ steps: 0 });
      let frames = 0;
      const next = () => {
        // Slow as long as there is something to see, and faster later.
        const steps = Math.min(MOST_STEPS, this.steps + Math.ceil((this.steps + 1) / SLOW_STEPS));
        this.set({ steps }, ++frames % FRAMES_A_SAVE === 0);
        if (steps >= MOST_STEPS) this.stop();
        else frame = requestAnimationFrame(next);
      };
      frame = requestAnimationFrame(next);
      this.turned = turned;
      turned();
    },
    stop() {
      if (!frame) return;
      cancelAnimationFrame(frame);
      frame = 0;
      model.save_changes();
      this.turned();
    },
  };
  return state;
}
