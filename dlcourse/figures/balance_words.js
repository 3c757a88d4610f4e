// What the figure says of the carts: in a sentence, over each track, and in a table of numbers.

import { MOST } from "./balance_math.js";
import { make, place, written } from "./kit.js";

export const NAMES = { you: "you", random: "random pushes", rule: "the hand rule", network: "the network" };
const SHORT = { you: "you", random: "random", rule: "hand rule", network: "network" };
const ENDS = { fell: "fell", left: "left the track" };
const SIDES = ["\u2190 left", "right \u2192"];

const counted = steps => `${steps} step${steps === 1 ? "" : "s"}`;
const capital = text => text[0].toUpperCase() + text.slice(1);

/** How a cart does: "stands after 12 steps". */
export function standing({ lasted, end }) {
  if (end === "time") return `stood all ${MOST} steps`;
  return end ? `${ENDS[end]} at step ${lasted}` : `stands after ${counted(lasted)}`;
}

/** Both carts in one sentence, and who lasted longer when that is known. */
export function sentence(lanes) {
  const said = lanes.map((lane, k) => `${k ? "Below, " : "Above, "}${NAMES[lane.who]}: ${standing(lane)}.`);
  const [upper, lower] = lanes;
  if (lower && lanes.some(({ end }) => end && end !== "time") && upper.lasted !== lower.lasted) {
    const longer = upper.lasted > lower.lasted ? upper : lower, ahead = Math.abs(upper.lasted - lower.lasted);
    said.push(`${capital(NAMES[longer.who])}: ${counted(ahead)} more${longer.end ? "" : " so far"}.`);
  }
  return said.join(" ");
}

/** The sentence for everybody, read out except while it plays. */
export function balanceSentence(parent, state) {
  const read = make("output", { class: "dl-balance-said", "aria-live": "polite" }, parent);
  return () => {
    place(read, { "aria-live": state.running ? "off" : "polite" });  // while it plays, every step would be read out
    const said = sentence(state.lanes);
    if (read.textContent !== said) read.textContent = said;
  };
}

/** A small number with three decimals and a true minus sign. */
const fine = value => {
  const text = value.toFixed(3);
  return text === "-0.000" ? "0.000" : text.replace("-", "\u2212");
};
const ROWS = [
  ["position x, m", ({ state }) => written(state[0])],
  ["velocity, m/s", ({ state }) => written(state[1])],
  ["angle \u03b8, rad", ({ state }) => fine(state[2])],
  ["turning, rad/s", ({ state }) => written(state[3])],
  ["is pushed", ({ next }) => next === null ? "\u2013" : SIDES[next]],
  ["network: left", ({ right }) => written(1 - right), ({ right }) => 1 - right],
  ["network: right", ({ right }) => written(right), ({ right }) => right],
  ["steps", ({ lasted }) => String(lasted)],
];

/** The numbers of each cart. Returns a function that shows those of now. */
export function balanceTable(parent, state) {
  const table = make("table", { class: "dl-standings dl-balance-numbers" }, parent), best = make("p", { class: "dl-caption" }, parent);
  let shown = "", cells = [];
  /** Make the table for who steers. */
  function build(names) {
    table.replaceChildren();
    const head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
    make("td", {}, head);
    for (const name of names) make("th", { scope: "col" }, head, name);
    cells = ROWS.map(([label, , share]) => {
      const row = make("tr", {}, body);
      make("th", { scope: "row" }, row, label);
      return names.map(() => {
        const cell = make("td", {}, row), text = make("span", {}, cell);
        const bar = share && make("span", {}, make("span", { class: "dl-balance-bar", "aria-hidden": "true" }, cell));
        return { text, bar };
      });
    });
  }
  return () => {
    const { lanes } = state, names = lanes.map(({ who }, k) => `${SHORT[who]}, ${k ? "below" : "above"}`);
    if (shown !== names.join()) build(names);
    shown = names.join();
    ROWS.forEach(([, write, share], i) => lanes.forEach((lane, k) => {
      const { text, bar } = cells[i][k];
      text.textContent = write(lane);
      if (bar) bar.style.width = `${(100 * share(lane)).toFixed(1)}%`;
    }));
    best.textContent = `Your best: ${counted(state.get("best"))} of ${MOST}. The network's probabilities are given for both carts, whoever steers.`;
  };
}
