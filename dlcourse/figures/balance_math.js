// CartPole and three policies: the equations of motion, the ends of an episode, and the network that says which side to
// push to. Pure functions, which the tests compare with dlcourse.environments on the same numbers.
//
// A state is [x, x', theta, theta']: the cart's position in m and velocity in m/s, the pole's angle in rad, 0 upright
// and positive to the right, and its angular velocity in rad/s. Action 0 pushes to the left, 1 to the right.

import { forward, layersOf, sigmoid } from "./mlp.js";
import { uniform } from "./random.js";

export const TRACK = 2.4;  // m to each side; further out the episode is lost
export const ANGLE = 12 * 2 * Math.PI / 360;  // rad to each side; a pole that leans further counts as fallen
export const MOST = 500;  // steps of an episode
export const STEPS_A_SECOND = 50;
export const SHAPE = [4, 32, 2];
const GRAVITY = 9.8, POLE_MASS = 0.1, TOTAL_MASS = 1.1, HALF_LENGTH = 0.5, FORCE = 10, TIME_STEP = 0.02, START = 0.05;

/** How fast the velocities of cart and pole change under a force, without friction: [x'', theta'']. */
export function accelerations([, , theta, turning], force) {
  const sin = Math.sin(theta), cos = Math.cos(theta);
  const push = (force + POLE_MASS * HALF_LENGTH * (turning * turning) * sin) / TOTAL_MASS;
  const angular = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - POLE_MASS * (cos * cos) / TOTAL_MASS));
  return [push - POLE_MASS * HALF_LENGTH * angular * cos / TOTAL_MASS, angular];
}

/** The state 0.02 seconds later, by one step of Euler's method: places go by the old velocities. */
export function step(state, action) {
  const [x, velocity, theta, turning] = state, [faster, angular] = accelerations(state, action === 1 ? FORCE : -FORCE);
  return [x + TIME_STEP * velocity, velocity + TIME_STEP * faster, theta + TIME_STEP * turning, turning + TIME_STEP * angular];
}

/** How a state has lost, "fell" or "left" for the track, or null while it has not. */
export function lost([x, , theta]) {
  return Math.abs(theta) > ANGLE ? "fell" : Math.abs(x) > TRACK ? "left" : null;
}

/** Where every cart begins with this seed: four numbers between -0.05 and 0.05. */
export function startOf(seed) {
  const random = uniform(seed);
  return Array.from({ length: 4 }, () => START * (2 * random() - 1));
}

/** The weights of the network, which the file holds in single precision, layer by layer. */
export function weightsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), count = layersOf(SHAPE).at(-1).end;
  return Float64Array.from({ length: count }, (_, k) => view.getFloat32(4 * k, true));
}

/** How likely the network makes a push to the right, the softmax of its two logits. */
export function rightOf(theta, state) {
  const [left, right] = forward(SHAPE, theta, "tanh", Float64Array.from(state)).at(-1);
  return sigmoid(right - left);
}

/** The policies that need nobody: a function from the state to the action, made anew for each episode. */
export const POLICIES = {
  network: ({ theta }) => state => rightOf(theta, state) > 0.5 ? 1 : 0,
  rule: () => ([, , angle, turning]) => angle + turning > 0 ? 1 : 0,
  random: ({ seed }) => {
    const random = uniform(seed);
    for (let k = 0; k < 4; k++) random();  // the start took these
    return () => random() > 0.5 ? 1 : 0;
  },
};

/** Play an episode: `choose` gets the state and the number of the step. `kicks` are [step, kick]: after so many steps the
 * pole turns faster by so many rad/s. Returns the states, one more than the actions, and how it ended, null if it goes on. */
export function episode(start, choose, kicks, most = MOST) {
  const kicked = ([x, velocity, theta, turning], n) => [x, velocity, theta, kicks.reduce((sum, [at, kick]) => at === n ? sum + kick : sum, turning)];
  const states = [kicked(start, 0)], actions = [];
  let end = null;
  while (actions.length < most && !end) {
    actions.push(choose(states.at(-1), actions.length));
    const after = step(states.at(-1), actions.at(-1));
    end = lost(after);
    states.push(end ? after : kicked(after, actions.length));
  }
  return { states, actions, end: end ?? (actions.length >= MOST ? "time" : null) };
}
