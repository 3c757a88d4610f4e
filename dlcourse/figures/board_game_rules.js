// Tic-tac-toe and Connect Four as one game: so many stones in a row, and in the second they fall. Pure functions, which the
// tests compare with dlcourse.environments.

export const EMPTY = 0;
export const X = 1;  // moves first
export const O = 2;
const STEPS = [[0, 1], [1, 0], [1, 1], [1, -1]];  // right, down, and both diagonals

/** A board, its moves and its lines. A cell is a number, row by row from the top left; a move is a cell, or a column. */
function gameOf(rows, columns, long, falls) {
  const inside = (row, column) => row < rows && column >= 0 && column < columns, lines = [];
  for (let cell = 0; cell < rows * columns; cell++) {
    const row = Math.floor(cell / columns), column = cell % columns;
    for (const [down, right] of STEPS) {
      if (inside(row + (long - 1) * down, column + (long - 1) * right)) lines.push(Array.from({ length: long }, (_, k) => cell + k * (down * columns + right)));
    }
  }
  return { rows, columns, long, falls, lines, moves: falls ? columns : rows * columns, start: Array(rows * columns).fill(EMPTY) };
}

export const TIC_TAC_TOE = "tic-tac-toe";
export const CONNECT_FOUR = "Connect Four";
export const GAMES = { [TIC_TAC_TOE]: gameOf(3, 3, 3, false), [CONNECT_FOUR]: gameOf(6, 7, 4, true) };

/** Who is to move: X, unless X has one stone more. */
export const moverOf = cells => cells.reduce((count, stone) => count + (stone !== EMPTY), 0) % 2 ? O : X;
export const otherOf = player => X + O - player;

/** The first line of a player's stones, as its cells, or null. */
export const lineOf = ({ lines }, cells, player) => lines.find(line => line.every(cell => cells[cell] === player)) ?? null;

/** Where the stone of a move comes to lie: the cell itself, or the lowest empty one of the column; -1 if there is no room. */
export function landing({ rows, columns, falls }, cells, move) {
  if (!falls) return cells[move] === EMPTY ? move : -1;
  for (let cell = (rows - 1) * columns + move; cell >= 0; cell -= columns) if (cells[cell] === EMPTY) return cell;
  return -1;
}

/** What the position is worth if the game is over: -1 if the mover has lost, 0 if the board is full. Else null. */
export function outcomeOf(game, cells) {
  if (lineOf(game, cells, otherOf(moverOf(cells)))) return -1;
  return cells.includes(EMPTY) ? null : 0;
}

/** The moves that can be played, none when the game is over. */
export function legalMoves(game, cells) {
  if (outcomeOf(game, cells) !== null) return [];
  return Array.from({ length: game.moves }, (_, move) => move).filter(move => landing(game, cells, move) >= 0);
}

/** The position after a legal move. */
export function played(game, cells, move) {
  const next = [...cells];
  next[landing(game, cells, move)] = moverOf(cells);
  return next;
}

/** The position after these moves from the start, and those of them that could be played: {cells, moves, last}. */
export function replayed(game, moves) {
  let cells = game.start, last = -1;
  const good = [];
  for (const move of moves) {
    if (!legalMoves(game, cells).includes(move)) break;
    last = landing(game, cells, move);
    cells = played(game, cells, move);
    good.push(move);
  }
  return { cells, moves: good, last };
}
