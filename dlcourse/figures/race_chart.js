// Beside the map: the losses by step on a logarithmic axis, a table of where everybody is, and a sentence.

import { belowSince } from "./descent.js";
import { draw, make, place } from "./kit.js";
import { LOOKS, brief, mark, power, swatch, trail } from "./race_looks.js";

const WIDTH = 340, HEIGHT = 236, LEFT = 44, RIGHT = 12, TOP = 26, BOTTOM = 34;
const LOWEST = -8, HIGHEST = 6, SHORTEST = 20;
export const LIMIT = 0.001;  // below it an optimizer has arrived

/** Draw losses, table and sentence of a state. Returns a function that draws them anew. */
export function raceChart(parent, state) {
  const parts = [lossChart(parent, state), lossTable(parent, state), sentence(parent, state)];
  return () => { for (const part of parts) part(); };
}

function lossChart(parent, state) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-network", role: "img" }, parent);
  place(svg, { "aria-label": "The losses by step, on a logarithmic axis. The table below has where they end." });
  return () => {
    svg.replaceChildren();
    const { steps, runs } = state, end = Math.max(SHORTEST, steps);
    const shown = runs.map(run => ({ ...run, losses: run.losses.slice(0, steps + 1) }));
    const high = Math.min(HIGHEST, Math.max(0, ...shown.map(run => Math.ceil(Math.log10(Math.max(...run.losses))))));
    const low = Math.max(LOWEST, Math.min(-4, ...shown.map(run => Math.floor(Math.log10(Math.min(...run.losses))))));
    const toX = step => LEFT + step / end * (WIDTH - LEFT - RIGHT);
    const toY = exponent => TOP + (high - Math.max(low, Math.min(high, exponent))) / (high - low) * (HEIGHT - TOP - BOTTOM);
    grid(svg, low, high, end, toX, toY);
    for (const { name, losses } of shown) {
      const corners = losses.map((loss, step) => [toX(step), toY(Math.log10(loss))]);
      place(trail(svg, name), { points: corners.map(corner => corner.map(v => v.toFixed(1)).join(",")).join(" ") });
      mark(svg, name, ...corners.at(-1));
    }
  };
}

function grid(svg, low, high, end, toX, toY) {
  const text = (x, y, words, anchor) => draw("text", { x, y, "text-anchor": anchor }, svg, words);
  for (let exponent = Math.ceil(low / 2) * 2; exponent <= high; exponent += 2) {
    draw("path", { d: `M${LEFT},${toY(exponent)}H${WIDTH - RIGHT}`, class: "dl-race-level" }, svg);
    text(LEFT - 6, toY(exponent) + 5, power(exponent), "end");
  }
  draw("path", { d: `M${LEFT},${toY(Math.log10(LIMIT))}H${WIDTH - RIGHT}`, class: "dl-race-limit" }, svg);
  draw("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, class: "dl-race-axes" }, svg);
  text(LEFT, HEIGHT - 16, "0", "middle");
  text(toX(end), HEIGHT - 16, String(end), "end");
  text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "step", "middle");
  text(LEFT, 14, "loss", "middle");
}

/** How an optimizer stands after some steps: in words where it has diverged. */
export function standing(run, steps) {
  const last = run.losses.length - 1;
  if (run.diverged && steps >= last) return { loss: null, words: `diverged at step ${last}` };
  const since = belowSince(run.losses, LIMIT, steps);
  return { loss: run.losses[steps], words: since < 0 ? "not yet" : `since step ${since}` };
}

function lossTable(parent, state) {
  const table = make("table", { class: "dl-standings" }, parent), head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
  for (const title of ["Optimizer", "Loss", `Below ${LIMIT}`]) make("th", { scope: "col" }, head, title);
  return () => {
    body.replaceChildren();
    for (const run of state.runs) {
      const { loss, words } = standing(run, state.steps), row = make("tr", {}, body), title = make("th", { scope: "row" }, row);
      swatch(title, run.name);
      title.append(LOOKS[run.name].label);
      make("td", {}, row, loss === null ? "\u2013" : brief(loss));
      make("td", {}, row, words);
    }
  };
}

/** Who is lowest after some steps. Losses that are written alike are a tie: no reader could tell which is lower. */
export function verdict(runs, steps) {
  const racing = runs.map(run => ({ name: run.name, ...standing(run, steps) })).filter(run => run.loss !== null);
  if (!runs.length) return "nobody races";
  if (!racing.length) return "all have diverged";
  const best = racing.reduce((a, b) => b.loss < a.loss ? b : a), loss = brief(best.loss);
  if (!steps) return `all start at loss ${loss}`;
  const tied = racing.filter(run => brief(run.loss) === loss).length > 1;
  return tied ? `Several share the lowest loss, ${loss}` : `${LOOKS[best.name].label} is lowest, loss ${loss}`;
}

/** The verdict. It is read out, but not while the race runs. */
function sentence(parent, state) {
  const read = make("output", { "aria-live": "polite" }, parent);
  return () => {
    const text = `Step ${state.steps}: ${verdict(state.runs, state.steps)}.`;
    place(read, { "aria-live": state.running ? "off" : "polite" });
    if (read.textContent !== text) read.textContent = text;
  };
}
