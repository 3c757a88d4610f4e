// The two networks that play, read from their file: how likely each move is, and what the mover may expect. Pure functions,
// which the tests compare with dlcourse.apps.policy_value.

import { bytes, halves } from "./kit.js";
import { convolved } from "./maps.js";
import { forward } from "./mlp.js";
import { CONNECT_FOUR, GAMES, TIC_TAC_TOE, legalMoves, moverOf, otherOf } from "./board_game_rules.js";

const CHANNELS = { [TIC_TAC_TOE]: [2], [CONNECT_FOUR]: [2, 32, 32] };  // of the convolutions, the planes first
const WIDTHS = { [TIC_TAC_TOE]: [18, 64, 64], [CONNECT_FOUR]: [1344, 64] };  // of the layers behind them
const MANY = 20_000;  // a matrix with more numbers has 8 bits for each, and a scale for each row

/** The file: {game: {convolutions, shape, theta}}. Policy and value are rows of one last layer, the value the last. */
export function readNetworks(data) {
  const raw = bytes(data);
  let at = 0;
  const half = count => [...halves(raw.subarray(at, at += 2 * count))];
  const matrix = (rows, columns) => {
    if (rows * columns <= MANY) return half(rows * columns);
    const scales = half(rows), whole = raw.subarray(at, at += rows * columns);
    return Array.from(whole, (byte, i) => (byte > 127 ? byte - 256 : byte) * scales[Math.floor(i / columns)]);
  };
  return Object.fromEntries(Object.entries(GAMES).map(([name, { moves }]) => {
    const channels = CHANNELS[name], widths = WIDTHS[name];
    const convolutions = channels.slice(1).map((outputs, i) =>
      ({ inputs: channels[i], outputs, kernel: Float64Array.from(half(outputs * channels[i] * 9)), bias: half(outputs) }));
    const layers = widths.slice(1).flatMap((units, i) => [...matrix(units, widths[i]), ...half(units)]);
    const [policy, policyBias, value, valueBias] = [moves * widths.at(-1), moves, widths.at(-1), 1].map(half);
    return [name, { convolutions, shape: [...widths, moves + 1], theta: Float64Array.from([...layers, ...policy, ...value, ...policyBias, ...valueBias]) }];
  }));
}

/** Two pictures of the board: 1 where the mover has a stone, then 1 where the other has one. */
export function planesOf(cells) {
  const mover = moverOf(cells);
  return [mover, otherOf(mover)].flatMap(player => cells.map(stone => Number(stone === player)));
}

/** Convolutions of a board that is one row lower than it is wide. A row is added and stays 0, as the padding is. */
function convolvedBoard(convolutions, { rows, columns }, planes) {
  const own = rows * columns, whole = columns * columns;
  let maps = Float64Array.from({ length: planes.length / own * whole }, (_, i) => i % whole < own ? planes[Math.floor(i / whole) * own + i % whole] : 0);
  for (const layer of convolutions) maps = convolved(layer, maps, columns).map((value, i) => i % whole < own ? value : 0);
  return maps.filter((_, i) => i % whole < own);
}

/** What the network thinks of a position: {policy, value}. The policy has a 0 for every move that is not legal. */
export function assessed({ convolutions, shape, theta }, game, cells) {
  const planes = Float64Array.from(planesOf(cells)), legal = legalMoves(game, cells);
  const found = forward(shape, theta, "ReLU", convolutions.length ? convolvedBoard(convolutions, game, planes) : planes).at(-1);
  const most = Math.max(...legal.map(move => found[move])), powers = Array(game.moves).fill(0);
  for (const move of legal) powers[move] = Math.exp(found[move] - most);
  const sum = powers.reduce((a, b) => a + b, 0);
  return { policy: powers.map(power => power / (sum || 1)), value: Math.tanh(found[game.moves]) };
}
