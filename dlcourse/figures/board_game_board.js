// The board: a button for each move, with the stones in it and, where one can be played, how likely the network would.

import { draw, make, place } from "./kit.js";
import { X, landing } from "./board_game_rules.js";
import { placeOf, result, spokenPlace } from "./board_game_words.js";

const KEY = "Upper bars: the policy, what the network would do at once. Lower bars: how often the search tried the move.";
const SHAPES = { x: "M11,11L29,29M29,11L11,29", o: "M20,9a11,11 0 1,0 0.01,0Z" };

/** Make the board of the game of now. Returns a function that shows what stands on it. */
export function boardOf(parent, state) {
  const board = make("div", { class: "dl-board", role: "group" }, parent);
  let shown = null, buttons = [], cells = [];

  /** The buttons of a game. A column has all its cells, the top one first. */
  function build({ name, game }) {
    shown = name;
    place(board, { "aria-label": `The board of ${name}`, class: game.falls ? "dl-board dl-board-falls" : "dl-board", style: `--dl-columns: ${game.columns}` });
    board.replaceChildren();
    cells = [];
    buttons = Array.from({ length: game.moves }, (_, move) => {
      const button = make("button", { type: "button" }, board);
      button.addEventListener("click", () => state.play(move));
      for (let cell = move; cell < game.start.length; cell += game.moves) cells[cell] = make("span", { class: "dl-board-cell", "aria-hidden": "true" }, button);
      return button;
    });
  }
  return () => {
    const { view } = state, { game } = view;
    if (shown !== view.name) build(view);
    cells.forEach((cell, at) => stone(cell, view, at));
    buttons.forEach((button, move) => {
      place(button, { "aria-label": spokenPlace(game, view.cells, move), "aria-disabled": String(!view.legal.includes(move)) });
      if (view.legal.includes(move)) hint(cells[landing(game, view.cells, move)], state, move);
    });
  };
}

function stone(cell, { cells, last, line }, at) {
  cell.className = `dl-board-cell${at === last ? " dl-board-last" : ""}${line?.includes(at) ? " dl-board-line" : ""}`;
  cell.removeAttribute("style");
  cell.replaceChildren();
  if (!cells[at]) return;
  const kind = cells[at] === X ? "x" : "o", svg = draw("svg", { viewBox: "0 0 40 40", class: `dl-board-${kind}` }, cell);
  draw("circle", { cx: 20, cy: 20, r: 17 }, svg);
  draw("path", { d: SHAPES[kind] }, svg);
}

/** Where a stone would come to lie: how likely the network plays there, and what that is worth. */
function hint(cell, { get, view: { shares, worths, choice } }, move) {
  if (get("hints")) {
    cell.classList.toggle("dl-board-choice", move === choice);
    place(cell, { style: `--dl-share: ${(100 * shares[move]).toFixed(1)}%` });
    make("span", {}, cell, shares[move].toFixed(2));
  }
  if (worths) make("span", { class: "dl-board-worth" }, cell, result(worths[move]));
}

/** What the network thinks, as a table: a row for each move, with its bars and numbers. */
export function boardTable(parent, state) {
  const table = make("table", { class: "dl-board-table" }, parent), head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
  const key = make("p", { class: "dl-caption dl-board-bars-key" }, parent, KEY);
  return () => {
    const { view } = state, { game, policy, ahead, simulations, worths, legal, choice } = view;
    const hints = state.get("hints"), titles = ["move", ...hints ? ["bars", "policy", ...simulations ? ["tried"] : []] : [], ...worths ? ["worth"] : []];
    table.hidden = !hints && !worths;
    key.hidden = !hints || !simulations;
    head.replaceChildren();
    for (const title of titles) make("th", { scope: "col", class: title === "bars" ? "dl-unseen" : "" }, head, title);
    body.replaceChildren();
    for (let move = 0; move < game.moves; move++) {
      const can = legal.includes(move), row = make("tr", { class: !can ? "dl-board-out" : hints && move === choice ? "dl-board-chosen" : "" }, body);
      const name = make("th", { scope: "row" }, row, placeOf(game, move));
      if (can && hints && move === choice) make("span", { class: "dl-unseen" }, name, ", the network's choice");
      if (hints) {
        const bars = make("div", { class: "dl-sampler-pair", "aria-hidden": "true" }, make("td", { class: "dl-board-bars" }, row));
        const lengths = !can ? [] : ahead ? [policy[move], ahead.visits[move] / simulations] : [policy[move]];
        for (const p of lengths) make("span", { style: `width: ${(100 * p).toFixed(1)}%` }, bars);
        make("td", {}, row, can ? policy[move].toFixed(3) : "\u2013");
        if (simulations) make("td", {}, row, can ? String(ahead.visits[move]) : "\u2013");
      }
      if (worths) make("td", {}, row, can ? result(worths[move]) : "\u2013");
    }
  };
}

/** The result that the network expects, as a bar from a loss to a win, and in words. */
export function boardValue(parent, state, words) {
  const bar = make("div", { class: "dl-board-value", "aria-hidden": "true" }, parent), fill = make("span", {}, bar);
  const scale = make("p", { class: "dl-board-scale", "aria-hidden": "true" }, parent), caption = make("p", { class: "dl-caption dl-board-expected" }, parent);
  for (const text of ["loss", "draw", "win"]) make("span", {}, scale, text);
  return () => {
    const { view } = state, value = view.ahead?.value ?? view.value ?? 0;
    const [left, width] = [50 + 50 * Math.min(0, value), 50 * Math.abs(value)];
    place(fill, { class: value < 0 ? "dl-board-bad" : "", style: `left: ${left.toFixed(1)}%; width: ${width.toFixed(1)}%` });
    caption.textContent = words(view);
    for (const part of [bar, scale, caption]) part.hidden = !state.get("hints");
  };
}
