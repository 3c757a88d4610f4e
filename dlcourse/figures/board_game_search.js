// Looking ahead: what a position is worth if both play best, and a search that the network guides. Pure functions, which
// the tests compare with dlcourse.environments.minimax and dlcourse.apps.tree_search.

import { legalMoves, outcomeOf, played } from "./board_game_rules.js";

/** What the position is worth to its mover if both play best: 1, 0 or -1. `known` keeps what was found. */
export function minimax(game, cells, known) {
  const key = cells.join("");
  if (!known.has(key)) {
    const outcome = outcomeOf(game, cells);
    known.set(key, outcome ?? Math.max(...legalMoves(game, cells).map(move => 0 - minimax(game, played(game, cells, move), known))));
  }
  return known.get(key);
}

/** For each move what it is worth to who plays it, null where it is not legal. */
export function worths(game, cells, known) {
  const legal = legalMoves(game, cells);
  return Array.from({ length: game.moves }, (_, move) => legal.includes(move) ? 0 - minimax(game, played(game, cells, move), known) : null);
}

const CURIOSITY = 1.5;  // c, the weight of what the network wants against what the search has found

/** A position in the tree: what the network says of it, and for each move how often it was tried and the sum that it brought. */
function leafOf(game, think, cells) {
  const outcome = outcomeOf(game, cells);
  if (outcome !== null) return { cells, outcome, value: outcome };
  const { policy, value } = think(cells), blank = () => Array(game.moves).fill(0);
  return { cells, outcome, value, policy, legal: legalMoves(game, cells), visits: blank(), sums: blank(), next: Array(game.moves).fill(null) };
}

/** The move with the largest Q + c P sqrt(N) / (1 + n), of equals the first. Q is 0 for a move that was never tried. */
export function selected({ policy, legal, visits, sums }) {
  const root = Math.sqrt(1 + visits.reduce((a, b) => a + b, 0));
  const score = move => (visits[move] ? sums[move] / visits[move] : 0) + CURIOSITY * policy[move] * root / (1 + visits[move]);
  return legal.reduce((best, move) => score(move) > score(best) ? move : best);
}

/** Search from a position on which moves are left: {policy, visits, value}. `think` gives policy and value of a position. */
export function searched(game, think, cells, simulations) {
  const root = leafOf(game, think, cells);
  for (let n = 0; n < simulations; n++) {
    const path = [];
    let node = root;
    while (node && node.outcome === null) {
      const move = selected(node);
      path.push([node, move]);
      if (!node.next[move]) {
        node = node.next[move] = leafOf(game, think, played(game, node.cells, move));
        break;
      }
      node = node.next[move];
    }
    let value = node.value;
    for (const [parent, move] of path.reverse()) {
      value = 0 - value;  // what is good for one is bad for the other
      parent.visits[move]++;
      parent.sums[move] += value;
    }
  }
  const tried = root.visits.reduce((a, b) => a + b, 0);
  return { policy: root.policy, visits: root.visits, value: tried ? root.sums.reduce((a, b) => a + b, 0) / tried : root.value };
}
