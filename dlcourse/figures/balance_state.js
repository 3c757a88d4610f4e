// What the figure is about at one moment. Where both carts are follows from the values of the model: a policy's episode
// is computed at once, and `steps` says how much of it is shown.

import { MOST, POLICIES, STEPS_A_SECOND, episode, rightOf, startOf, weightsOf } from "./balance_math.js";
import { bytes, lessMotion } from "./kit.js";

export const JUMP = 10;  // steps at once
const FRAMES_A_SAVE = 30, LONGEST_MS = 100;  // a kernel need not hear of every frame; a page that slept does not catch up
const VALUES = ["driver", "rival", "seed", "steps", "side", "actions", "kick", "kicks", "speed", "best"];

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so.
 * `changed` is called when it starts or stops to play. */
export function balanceState(model, changed) {
  const theta = weightsOf(bytes(model.get("data"))), get = name => model.get(name), known = {};
  let frame = 0;

  const pushed = () => Number(get("side") === "right");
  /** The episode of who steers; that of the reader only as far as it is asked for. */
  function played(who, until) {
    const start = startOf(get("seed")), kicks = get("kicks"), actions = get("actions");
    if (who === "you") return episode(start, (_, n) => actions[n] ?? pushed(), kicks, until);
    const key = JSON.stringify([get("seed"), kicks]);
    if (known[who]?.key !== key) known[who] = { key, ...episode(start, POLICIES[who]({ theta, seed: get("seed") }), kicks) };
    return known[who];
  }
  /** A cart after some steps: {who, state, lasted, next, right, end}; `next` is the side that it is pushed to, null at the end. */
  function lane(who, until) {
    const { states, actions, end } = played(who, until), last = actions.length, lasted = Math.min(until, last), over = until >= last ? end : null;
    const next = over ? null : who === "you" ? get("actions")[lasted] ?? pushed() : actions[lasted];
    return { who, state: states[lasted], states: states.slice(0, lasted + 1), lasted, next, right: rightOf(theta, states[lasted]), end: over };
  }

  const state = {
    names: VALUES,
    get,
    get steps() { return get("steps"); },
    get running() { return frame !== 0; },
    /** Who steers: the upper cart, then the lower one. */
    get steering() { return [get("driver"), ...(get("rival") === "nobody" ? [] : [get("rival")])]; },
    /** The carts as they are now. */
    get lanes() { return state.steering.map(who => lane(who, state.steps)); },
    get over() { return state.lanes.every(({ end }) => end); },

    tell(changes, save = true) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      if (save) model.save_changes();
    },
    /** Begin a new episode, with other values if there are some. */
    begin(changes = {}) {
      state.stop();
      state.tell({ ...changes, steps: 0, actions: [], kicks: [] });
    },
    anotherStart() { state.begin({ seed: (get("seed") + 1) % 1000 }); },

    /** Take some steps, fewer if the upper cart's episode ends before. Returns true while all that went on still does. */
    take(count, save = true) {
      const before = state.lanes, { steps } = state, most = Math.min(MOST, steps + count);
      if (before.every(({ end }) => end)) return false;
      const [who, other] = state.steering, going = !before[0].end, end = lane(going ? who : other, most).lasted;
      if (going && who === "you") {
        const actions = [...get("actions")];
        while (actions.length < end) actions.push(pushed());
        state.tell({ actions, best: Math.max(get("best"), end) }, false);
      }
      state.tell({ steps: end }, save);
      return state.lanes.every((now, k) => Boolean(now.end) === Boolean(before[k].end));
    },
    /** Push to a side: from now on while it plays, and for one step while it does not. */
    push(side) {
      state.tell({ side });
      if (!state.running) state.take(1);
    },
    /** Knock both poles that stand. */
    knock() {
      if (get("kick") && !state.over) state.tell({ kicks: [...get("kicks"), [state.steps, get("kick")]] });
    },
    jump() {
      state.stop();
      state.take(JUMP);
    },
    oneStep() {
      state.stop();
      state.take(1);
    },

    /** Play on, or a new episode from the same start if this one is over; where nothing should move, jump. */
    play() {
      if (state.over) state.begin();
      if (lessMotion()) return state.jump();
      let last = null, owed = 0, frames = 0;
      const next = now => {
        owed += Math.min(LONGEST_MS, now - (last ?? now)) / 1000 * STEPS_A_SECOND * get("speed");
        last = now;
        const count = Math.floor(owed);
        owed -= count;
        if (count && !state.take(count, ++frames % FRAMES_A_SAVE === 0)) state.stop();
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
