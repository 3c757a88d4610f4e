// The board games' mathematics against dlcourse: rules, networks, minimax and search; then the figure's state and its words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { assessed, planesOf, readNetworks } from "../../dlcourse/figures/board_game_network.js";
import { CONNECT_FOUR, GAMES, O, TIC_TAC_TOE, X, landing, legalMoves, lineOf } from "../../dlcourse/figures/board_game_rules.js";
import { moverOf, otherOf, outcomeOf, played, replayed } from "../../dlcourse/figures/board_game_rules.js";
import { minimax, searched, selected, worths } from "../../dlcourse/figures/board_game_search.js";
import { boardState, largest } from "../../dlcourse/figures/board_game_state.js";
import { expectation, expected, placeOf, result, spokenPlace, status } from "../../dlcourse/figures/board_game_words.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { begun, games, positions, minimaxed, score, file } = wanted.board_game, data = readFileSync(file).toString("base64");
const networks = readNetworks(data), small = GAMES[TIC_TAC_TOE], large = GAMES[CONNECT_FOUR];
const cellsOf = text => [...text].map(Number);
let quick = true;
globalThis.matchMedia = () => ({ matches: quick });

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [], state = boardState(model, () => calls.push(1));
  state.begin();
  return { model, calls, state, moves: () => model.get("moves") };
}

test("both games go as in Python, position by position, to their ends", () => {
  for (const { name, moves, steps } of games) {
    const game = GAMES[name];
    let cells = game.start;
    steps.forEach(({ cells: text, legal, outcome, planes }, n) => {
      assert.equal(cells.join(""), text);
      assert.deepEqual(legalMoves(game, cells), legal);
      assert.equal(outcomeOf(game, cells), outcome);
      assert.deepEqual(planesOf(cells).join(""), planes);
      if (n < moves.length) cells = played(game, cells, moves[n]);
    });
    assert.deepEqual(replayed(game, moves).moves, moves);
    assert.equal(replayed(game, moves).cells.join(""), steps.at(-1).cells);
  }
  assert.ok(games.some(({ steps }) => steps.at(-1).outcome === 0) && games.some(({ steps }) => steps.at(-1).outcome === -1));
});

test("lines are counted: 8 of three, 69 of four", () => assert.deepEqual([small.lines.length, large.lines.length], [8, 69]));

test("moves that cannot be played end a replay", () => {
  assert.deepEqual(replayed(small, [4, 4, 0]).moves, [4]);
  assert.deepEqual(replayed(large, [8]).moves, []);
  assert.deepEqual(replayed(large, [0, 0, 0, 0, 0, 0, 0]).moves, [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(replayed(small, [0, 3, 1, 4, 2, 5]).moves, [0, 3, 1, 4, 2]);
  assert.deepEqual([landing(large, large.start, 3), landing(large, replayed(large, [3]).cells, 3)], [38, 31]);
});

test("minimax gives what Python gives, for every position of tic-tac-toe", () => {
  const known = new Map();
  assert.equal(minimax(small, small.start, known), 0);
  assert.deepEqual(Object.fromEntries([...known].sort()), Object.fromEntries(Object.entries(minimaxed).sort()));
  assert.equal(known.size, 5478);
  assert.deepEqual(worths(small, replayed(small, [4, 1]).cells, known), [1, null, 1, 1, null, 1, 1, 0, 1].map((value, move) =>
    value === null ? null : -minimaxed[played(small, replayed(small, [4, 1]).cells, move).join("")] + 0));
});

positions.forEach(({ name, cells: text, policy, value, simulations, visits, mean }, k) => {
  test(`position ${k} of ${name} is thought of, and searched, as in Python`, () => {
    const game = GAMES[name], cells = cellsOf(text), own = assessed(networks[name], game, cells);
    near(own.policy, policy, "policy");
    near(own.value, value, "value");
    if (!simulations) return;
    const found = searched(game, at => assessed(networks[name], game, at), cells, simulations);
    assert.deepEqual(found.visits, visits);
    near(found.value, mean, "mean");
  });
});

test("a weight that is wrong by a thousandth is noticed", () => {
  for (const game of [TIC_TAC_TOE, CONNECT_FOUR]) {
    const { cells, policy } = positions.find(({ name }) => name === game), own = networks[game];
    const wrong = { ...own, theta: own.theta.map((weight, i) => i === own.theta.length - 2 ? weight + 0.001 : weight) };
    assert.throws(() => near(assessed(wrong, GAMES[game], cellsOf(cells)).policy, policy), /is not/);
  }
});

test("a walk goes where Python's formula is largest, and takes the first of equals", () => {
  for (const { policy, visits, sums, legal, best } of score) assert.equal(selected({ policy, visits, sums, legal }), best);
  const flat = { policy: [0.25, 0.25, 0.25, 0.25], visits: [0, 0, 0, 0], sums: [0, 0, 0, 0], legal: [1, 2, 3] };
  assert.equal(selected(flat), 1);
  assert.equal(largest([0.1, 0.5, 0.5]), 1);
});

test("a search finds the win in one and the only defense, without knowing anything", () => {
  const think = name => cells => {
    const legal = legalMoves(GAMES[name], cells);
    return { policy: Array.from({ length: GAMES[name].moves }, (_, move) => legal.includes(move) ? 1 / legal.length : 0), value: 0 };
  };
  const win = replayed(large, [3, 0, 3, 0, 3, 0]).cells, defend = replayed(large, [3, 0, 3, 0, 3]).cells;
  assert.equal(largest(searched(large, think(CONNECT_FOUR), win, 100).visits), 3);
  assert.equal(largest(searched(large, think(CONNECT_FOUR), defend, 100).visits), 3);
  const { visits } = searched(small, think(TIC_TAC_TOE), small.start, 37);
  assert.equal(visits.reduce((a, b) => a + b), 37);
});

// ------------------------------------------------------------------------------------------------ against the reader

/** Every line that a reader can play against the network, as its result for the reader. */
function everyLine(name, readerIs, results, cells = GAMES[name].start) {
  const game = GAMES[name], outcome = outcomeOf(game, cells), mover = moverOf(cells);
  if (outcome !== null) {
    const won = outcome === -1 && otherOf(mover);
    results.push(won ? (won === readerIs ? 1 : -1) : 0);
  } else if (mover === readerIs) {
    for (const move of legalMoves(game, cells)) everyLine(name, readerIs, results, played(game, cells, move));
  } else {
    everyLine(name, readerIs, results, played(game, cells, largest(assessed(networks[name], game, cells).policy)));
  }
  return results;
}

test("whatever the reader tries, tic-tac-toe is not won against the network", () => {
  const results = [X, O].map(reader => everyLine(TIC_TAC_TOE, reader, []));
  assert.ok(results.every(found => found.length > 30 && found.every(value => value <= 0)));
});

// ------------------------------------------------------------------------------------------------ the state

test("the network answers at once where nothing should move, and what it answers is its choice", () => {
  const { state, moves } = page();
  const { policy } = assessed(networks[TIC_TAC_TOE], small, played(small, small.start, 8));
  state.play(8);
  assert.deepEqual(moves(), [8, largest(policy)]);
  assert.equal(state.view.mover, X);
  state.play(8);
  assert.deepEqual([moves().length, state.note], [2, "There is no room. Choose an empty place."]);
});

test("as O the reader waits for the first move, and takes back to where the reader was to move", () => {
  const { state, moves } = page({ you: "O" });
  assert.equal(moves().length, 1);
  assert.equal(state.canTakeBack, false);
  const [first] = moves();
  state.play(state.view.legal[0]);
  assert.equal(moves().length, 3);
  assert.ok(state.canTakeBack);
  state.takeBack();
  assert.deepEqual(moves(), [first]);
  state.again();
  assert.deepEqual(moves(), [first]);
});

test("as X it takes back its own move and the answer; who plays both takes back one", () => {
  const one = page();
  one.state.play(0);
  one.state.takeBack();
  assert.deepEqual(one.moves(), []);
  const both = page({ you: "both" });
  for (const move of [0, 4, 8]) both.state.play(move);
  both.state.takeBack();
  assert.deepEqual(both.moves(), [0, 4]);
  both.state.networkMoves();
  assert.equal(both.moves().length, 3);
  both.state.again();
  assert.deepEqual(both.moves(), []);
});

test("it plays itself to the end, the same game again", () => {
  for (const game of [TIC_TAC_TOE, CONNECT_FOUR]) {
    const { state, moves } = page({ game });
    state.playItself();
    const first = moves();
    assert.ok(state.view.outcome !== null && !state.playing && first.length >= 5);
    state.playItself();
    assert.deepEqual(moves(), first);
    state.play(0);
    assert.match(state.note, /^The game is over/);
  }
});

test("another game begins with an empty board, also when moves of the last would be legal", () => {
  const { model, state, moves } = page({ you: "O" });
  state.choose(CONNECT_FOUR);
  assert.deepEqual([model.get("game"), moves().length], [CONNECT_FOUR, 1]);
  assert.equal(moves()[0], largest(assessed(networks[CONNECT_FOUR], large, large.start).policy));
  model.set("game", TIC_TAC_TOE);  // as Python sets it, the moves come a moment later
  model.set("moves", []);
  assert.equal(moves().length, 1);
});

test("simulations change what it plays by, and the tries are counted", async () => {
  const { state, moves } = page({ game: CONNECT_FOUR, simulations: 20, you: "both", moves: [3, 3] });
  const { ahead, choice, shares } = state.view;
  assert.equal(ahead.visits.reduce((a, b) => a + b), 20);
  near(shares, ahead.visits.map(count => count / 20));
  assert.equal(choice, largest(ahead.visits));
  state.networkMoves();
  assert.deepEqual(moves(), [3, 3, choice]);
  state.tell({ you: "X" });
  assert.ok(state.isThinking && moves().length === 3);
  await new Promise(done => setTimeout(done, 100));
  assert.equal(moves().length, 4);
});

test("where things may move it waits a moment, and can be stopped", async () => {
  quick = false;
  const { state, moves } = page();
  state.play(0);
  assert.ok(state.isThinking && moves().length === 1);
  state.play(1);
  assert.equal(state.note, "Wait: the network is to move.");
  state.takeBack();
  assert.deepEqual([moves(), state.isThinking], [[], false]);
  state.playItself();
  assert.ok(state.playing && state.isThinking);
  state.playItself();
  assert.ok(!state.playing && !state.isThinking);
  state.playItself();
  await new Promise(done => setTimeout(done, 750));
  assert.equal(moves().length, 1);
  state.end();
  quick = true;
});

// ------------------------------------------------------------------------------------------------ the words

test("places are said with what stands there", () => {
  const cells = replayed(small, [4, 0]).cells, fallen = replayed(large, [3, 3, 2]).cells;
  assert.deepEqual([1, 0, 4].map(move => spokenPlace(small, cells, move)), ["row 1, column 2, empty", "row 1, column 1, O", "row 2, column 2, X"]);
  assert.deepEqual([0, 2, 3].map(move => spokenPlace(large, fallen, move)),
    ["column 1, empty", "column 3, from below X, 5 empty", "column 4, from below X O, 4 empty"]);
  assert.equal(spokenPlace(large, replayed(large, [0, 0, 0, 0, 0, 0]).cells, 0), "column 1, from below X O X O X O, full");
  assert.deepEqual([placeOf(small, 5), placeOf(large, 5)], ["row 2, column 3", "column 6"]);
});

test("the game is said in words", () => {
  const of = values => status(page(values).state);
  assert.equal(of({}), "The board is empty. You are to move as X.");
  assert.equal(of({ you: "both", moves: [4] }), "X played row 2, column 2. You are to move as O.");
  assert.equal(of({ moves: [0, 3, 1, 4, 2] }), "Three in a row for X: you win.");
  assert.equal(of({ you: "O", moves: [0, 3, 1, 4, 2] }), "Three in a row for X: the network wins.");
  assert.equal(of({ game: CONNECT_FOUR, you: "both", moves: [0, 1, 0, 1, 0, 1, 0] }), "Four in a row for X: X wins.");
  assert.equal(of({ you: "both", moves: [0, 1, 2, 4, 3, 5, 7, 6, 8] }), "The board is full: a draw.");
  assert.deepEqual(lineOf(small, replayed(small, [0, 3, 1, 4, 2]).cells, X), [0, 1, 2]);
});

test("what is expected is said in words", () => {
  assert.deepEqual([-0.9, -0.3, 0, 0.3, 0.9].map(expectation), ["a loss", "rather a loss", "about a draw", "rather a win", "a win"]);
  assert.deepEqual([1, 0, -1].map(result), ["wins", "draws", "loses"]);
  const view = { mover: O, outcome: null, value: -0.25, ahead: null, simulations: 0 };
  assert.equal(expected(view), "For O, who is to move, the network expects \u22120.25: rather a loss.");
  assert.match(expected({ ...view, ahead: { value: 0.8 }, simulations: 1 }), / After 1 simulation it expects 0\.80: a win\.$/);
  assert.match(expected({ ...view, outcome: 0 }), /^The game is over/);
});
