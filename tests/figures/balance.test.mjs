// The mathematics of the balance figure against dlcourse.environments: the dynamics, the policies, whole episodes; its
// state: who steers, how time goes on, what a reader's push does; and the words.
import assert from "node:assert/strict";
import test from "node:test";
import { ANGLE, MOST, POLICIES, TRACK, accelerations, episode, lost, rightOf, startOf, step, weightsOf } from "../../dlcourse/figures/balance_math.js";
import { JUMP, balanceState } from "../../dlcourse/figures/balance_state.js";
import { sentence, standing } from "../../dlcourse/figures/balance_words.js";
import { bytes } from "../../dlcourse/figures/kit.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, episodes, limits, network, starts, steps } = wanted.balance, theta = weightsOf(bytes(data));
globalThis.matchMedia = () => ({ matches: false });

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [];
  return { model, calls, state: balanceState(model, () => calls.push(1)) };
}
const ends = state => state.lanes.map(({ end }) => end), lasted = state => state.lanes.map(lane => lane.lasted);

/** Frames of a screen that a test shows by hand: `screen.show(ms)` calls who waits for one. */
function screen() {
  let waiting = null, now = 0;
  globalThis.requestAnimationFrame = call => { waiting = call; return 1; };
  globalThis.cancelAnimationFrame = () => { waiting = null; };
  return { show(ms) { const call = waiting; waiting = null; now += ms; call?.(now); } };
}

test("a step is the package's, from each state of whole episodes", () => {
  assert.ok(steps.length > 900);
  for (const { state, action, after, changes } of steps) {
    near(accelerations(state, action ? 10 : -10), changes, "accelerations");
    near(step(state, action), after, "state");
  }
});

test("a mass or a length that is wrong by 0.05 % would be noticed", () => {
  const { state, action, after } = steps[7], [x, v, angle, turning] = step(state, action);
  assert.throws(() => near([x, v * 1.0005, angle, turning], after), /is not/);
  assert.throws(() => near([x, v, angle, turning + 0.0005 * (turning - state[3])], after), /is not/);
});

episodes.forEach(({ values, who, states, exact }, k) => {
  test(`episode ${k}, steered by ${who}, is the package's`, () => {
    const { state } = page(values), lane = state.lanes[who === values.driver ? 0 : 1];
    assert.equal(lane.lasted, states.length - 1);
    near(lane.states.slice(0, exact + 1), states.slice(0, exact + 1), "states");
  });
});

test("the network answers as the package's does, and knows what it was given", () => {
  network.forEach(({ state, probabilities: [left, right] }) => near([1 - rightOf(theta, state), rightOf(theta, state)], [left, right]));
  assert.equal(theta.length, 226);
  const spoiled = theta.map((value, k) => k === 3 ? 1.0005 * value : value);
  assert.throws(() => network.forEach(({ state, probabilities }) => near(rightOf(spoiled, state), probabilities[1])), /is not/);
});

test("starts and limits are those of Python", () => {
  starts.forEach(({ seed, start }) => near(startOf(seed), start));
  near([TRACK, ANGLE, MOST], limits);
});

test("an episode is lost beyond the track or the angle, and over at its limit", () => {
  assert.deepEqual([[TRACK, 0, ANGLE, 0], [-2.5, 0, 0, 0], [0, 0, 0.21, 0], [3, 0, -1, 0]].map(lost), [null, "left", "fell", "fell"]);
  const played = most => episode(startOf(0), POLICIES.rule(), [], most), { actions, end } = played(30);
  assert.deepEqual([actions.length, end, played(MOST).actions.length, played(MOST).end], [30, null, 500, "time"]);
});

test("a knock turns the pole after its step, and two add up", () => {
  const plain = episode(startOf(3), () => 1, [], 4), knocked = episode(startOf(3), () => 1, [[2, 0.5], [2, -0.2], [0, 0]], 4);
  near(knocked.states[1], plain.states[1]);
  near(knocked.states[2], plain.states[2].map((value, i) => i === 3 ? value + 0.5 - 0.2 : value));
  assert.notEqual(knocked.states[3][2], plain.states[3][2]);
});

// ---------------------------------------------------------------------------------------------- what the reader does

test("pushes are remembered, one for each step, and an episode ends where the pole falls", () => {
  const { model, state } = page();
  state.push("left");
  state.push("left");
  state.push("right");
  assert.deepEqual([model.get("actions"), model.get("steps"), model.get("best")], [[0, 0, 1], 3, 3]);
  state.jump();
  state.jump();
  const [upper, lower] = state.lanes;
  assert.equal(upper.end, "fell");
  const counts = [upper.lasted, lower.lasted, model.get("actions").length, model.get("best")];
  assert.deepEqual(counts, Array(4).fill(state.steps), "it waits where the upper one fell");
  assert.ok(upper.lasted < 20 && upper.next === null);
  const actions = model.get("actions");
  state.oneStep();
  assert.deepEqual(model.get("actions"), actions, "who has fallen pushes no more");
  state.begin();
  assert.deepEqual([state.steps, model.get("actions"), model.get("best"), model.get("seed")], [0, [], upper.lasted, 0]);
  state.anotherStart();
  assert.equal(model.get("seed"), 1);
});

test("a push while it plays changes the side and takes no step", () => {
  const shown = screen(), { model, state } = page({ speed: 1 });
  state.play();
  state.push("left");
  assert.deepEqual([state.steps, model.get("side"), state.running], [0, "left", true]);
  shown.show(16);
  shown.show(41);
  assert.deepEqual(model.get("actions"), [0, 0], "two steps in 41 ms of real time");
  state.push("right");
  shown.show(20);
  assert.deepEqual(model.get("actions"), [0, 0, 1]);
  state.stop();
  assert.equal(state.running, false);
});

test("slow motion is slow, and a page that slept does not catch up", () => {
  const shown = screen(), { state } = page({ driver: "rule", speed: 0.1 });
  state.play();
  for (let k = 0; k < 11; k++) shown.show(100);
  assert.equal(state.steps, 5, "5 steps in a second");
  shown.show(60000);
  assert.ok(state.steps <= 6);
  state.stop();
});

test("it stops by itself where somebody's episode ends, goes on with the other, and begins again when both are over", () => {
  const shown = screen(), { model, state, calls } = page({ driver: "random", rival: "rule", speed: 1 });
  const run = () => { state.play(); for (let k = 0; k < 2000 && state.running; k++) shown.show(100); };
  run();
  assert.deepEqual([ends(state)[0], ends(state)[1]], ["fell", null]);
  run();
  assert.deepEqual([state.steps, ends(state)[1], state.over, state.running], [MOST, "time", true, false]);
  assert.equal(calls.length, 4);
  state.play();
  assert.deepEqual([state.steps, state.running], [0, true]);
  state.stop();
  assert.equal(model.get("best"), 0, "only the reader's steps count");
});

test("where nothing should move it jumps ten steps and does not play", () => {
  globalThis.matchMedia = () => ({ matches: true });
  const { state } = page({ driver: "rule", rival: "nobody" });
  state.play();
  state.play();
  assert.deepEqual([state.steps, state.running, JUMP], [20, false, 10]);
  globalThis.matchMedia = () => ({ matches: false });
});

test("another driver begins anew, and a knock meets both carts at the same step", () => {
  const { model, state } = page({ driver: "rule" });
  state.jump();
  const before = state.lanes.map(({ state }) => state);
  state.knock();
  state.lanes.forEach((lane, k) => near(lane.state, before[k].map((value, i) => i === 3 ? value + 0.5 : value)));
  assert.deepEqual(model.get("kicks"), [[10, 0.5]]);
  state.begin({ driver: "network" });
  assert.deepEqual([state.steps, model.get("kicks"), lasted(state)], [0, [], [0, 0]]);
  state.tell({ kick: 0 });
  state.knock();
  assert.deepEqual(model.get("kicks"), []);
});

test("nobody below means one cart", () => {
  const { state } = page({ driver: "random", rival: "nobody" });
  for (let k = 0; k < 50; k++) state.jump();
  assert.deepEqual([state.lanes.length, ends(state), state.over], [1, ["fell"], true]);
  assert.equal(state.steps, lasted(state)[0]);
});

test("what has happened is said in words", () => {
  const you = { who: "you", lasted: 1, end: null }, fallen = { who: "you", lasted: 9, end: "fell" }, network = { who: "network", lasted: 9, end: null };
  assert.equal(standing(you), "stands after 1 step");
  assert.equal(standing({ lasted: 120, end: "left" }), "left the track at step 120");
  assert.equal(standing({ lasted: 500, end: "time" }), "stood all 500 steps");
  assert.equal(sentence([fallen, network]), "Above, you: fell at step 9. Below, the network: stands after 9 steps.");
  assert.match(sentence([fallen, { ...network, lasted: 40 }]), /The network: 31 steps more so far\.$/);
  assert.match(sentence([{ ...you, lasted: 10 }, { who: "rule", lasted: 9, end: "left" }]), /You: 1 step more so far\.$/);
  assert.equal(sentence([you]), "Above, you: stands after 1 step.");
});
