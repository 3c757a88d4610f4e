// What the figure says: of a place on the board, of the game, and of what the network expects.

import { written } from "./kit.js";
import { EMPTY, O, X, otherOf } from "./board_game_rules.js";

export const NAMES = { [X]: "X", [O]: "O" };
const LONG = { 3: "Three", 4: "Four" };
const RESULTS = { 1: "wins", 0: "draws", "-1": "loses" };

/** What a move is worth to who plays it, in a word. */
export const result = worth => RESULTS[worth];

/** A move by its place: a column, or a cell by row and column. */
export const placeOf = ({ falls, columns }, move) => falls ? `column ${move + 1}` : `row ${Math.floor(move / columns) + 1}, column ${move % columns + 1}`;

/** The place of a move and what stands there, as a screen reader says it. */
export function spokenPlace(game, cells, move) {
  const place = placeOf(game, move);
  if (!game.falls) return `${place}, ${NAMES[cells[move]] ?? "empty"}`;
  const stones = Array.from({ length: game.rows }, (_, row) => cells[row * game.columns + move]).filter(stone => stone !== EMPTY).reverse();
  const room = game.rows - stones.length;
  return stones.length ? `${place}, from below ${stones.map(stone => NAMES[stone]).join(" ")}, ${room ? `${room} empty` : "full"}` : `${place}, empty`;
}

/** Who won, or who is to move, after what. */
export function status({ note, isThinking, playing, isYours, get, view: { game, mover, outcome, moves } }) {
  if (note) return note;
  const winner = otherOf(mover), mine = get("you");
  const who = mine === "both" ? `${NAMES[winner]} wins` : isYours(winner) ? "you win" : "the network wins";
  if (outcome === -1) return `${LONG[game.long]} in a row for ${NAMES[winner]}: ${who}.`;
  if (outcome === 0) return "The board is full: a draw.";
  const last = moves.length ? `${NAMES[winner]} played ${placeOf(game, moves.at(-1))}.` : "The board is empty.";
  if (playing || isThinking) return `${last} The network is to move as ${NAMES[mover]}.`;
  return `${last} You are to move as ${NAMES[mover]}.`;
}

/** A value between -1 and 1 in words. */
export function expectation(value) {
  const much = Math.abs(value);
  if (much < 0.2) return "about a draw";
  const side = value > 0 ? ["rather a win", "a win"] : ["rather a loss", "a loss"];
  return side[much < 0.7 ? 0 : 1];
}

/** What the network expects of the position for the player to move. */
export function expected({ mover, outcome, value, ahead, simulations }) {
  if (outcome !== null) return "The game is over: there is nothing left to expect.";
  const own = `For ${NAMES[mover]}, who is to move, the network expects ${written(value)}: ${expectation(value)}.`;
  return ahead ? `${own} After ${simulations} simulation${simulations === 1 ? "" : "s"} it expects ${written(ahead.value)}: ${expectation(ahead.value)}.` : own;
}
