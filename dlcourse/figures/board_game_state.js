// What is played, by whom, and what the network makes of it: all of it follows from the values of the model.

import { lessMotion } from "./kit.js";
import { assessed, readNetworks } from "./board_game_network.js";
import { GAMES, O, TIC_TAC_TOE, X, legalMoves, lineOf, moverOf, otherOf, outcomeOf, replayed } from "./board_game_rules.js";
import { searched, worths } from "./board_game_search.js";

const WAIT = 600;  // milliseconds before the network moves, so that one sees what happens

const REFUSALS = {
  over: "The game is over. Start a new one, or take moves back.", full: "There is no room. Choose an empty place.",
  wait: "Wait: the network is to move.",
};

/** Of equal values the first place of the largest. */
export const largest = values => values.reduce((best, value, i) => value > values[best] ? i : best, 0);

/** The figure's state on top of the model. `onChange` is called when the network begins or stops to play by itself. */
export function boardState(model, onChange) {
  const networks = readNetworks(model.get("data")), get = name => model.get(name), known = new Map(), thoughts = new Map();
  let view = null, timer = 0, playing = false, telling = false, note = "";

  /** Change values together: nobody moves while another game still has the moves of the last. */
  function tell(values) {
    telling = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    telling = false;
    model.save_changes();
    changed();
  }
  /** What the network thinks of a position; each is computed once. */
  function think(name, cells) {
    const key = `${name} ${cells.join("")}`;
    if (!thoughts.has(key)) thoughts.set(key, assessed(networks[name], GAMES[name], cells));
    return thoughts.get(key);
  }
  /** The position, and all that is said of it. */
  function look() {
    const name = get("game"), game = GAMES[name], { cells, moves, last } = replayed(game, get("moves"));
    const mover = moverOf(cells), outcome = outcomeOf(game, cells), legal = legalMoves(game, cells), simulations = get("simulations");
    const found = { name, game, cells, moves, last, mover, outcome, legal, simulations, line: lineOf(game, cells, otherOf(mover)) };
    if (outcome !== null) return found;
    const own = think(name, cells), ahead = simulations ? searched(game, at => think(name, at), cells, simulations) : null;
    const shares = ahead ? ahead.visits.map(count => count / simulations) : own.policy;
    return { ...found, ...own, ahead, shares, choice: largest(shares), worths: name === TIC_TAC_TOE && get("worth") ? worths(game, cells, known) : null };
  }
  const isYours = player => get("you") === "both" || (get("you") === "X") === (player === X);
  function stop() {
    clearTimeout(timer);
    timer = 0;
  }
  /** Draw, and let the network move if it is its turn. */
  function changed() {
    view = null;
    stop();
    onChange();
    const { outcome, mover } = state.view;
    if (outcome !== null) playing = false;
    if (outcome !== null || isYours(mover) && !playing) return;
    if (lessMotion() && !get("simulations")) state.networkMoves();
    else timer = setTimeout(state.networkMoves, lessMotion() ? 0 : WAIT);  // a search takes a while: let the page draw in between
  }
  const state = {
    get, think, tell, isYours,
    get view() {
      return view ??= look();
    },
    get playing() {
      return playing;
    },
    /** Whether the network is about to move. */
    get isThinking() {
      return timer !== 0;
    },
    get note() {
      return note;
    },
    /** Play a move as the reader, if it is the reader's turn and the move is legal. */
    play(move) {
      const { moves, legal, mover, outcome } = state.view;
      const free = isYours(mover) && !playing;
      if (free && legal.includes(move)) {
        note = "";
        tell({ moves: [...moves, move] });
      } else {
        note = outcome !== null ? REFUSALS.over : free ? REFUSALS.full : REFUSALS.wait;
        onChange();
      }
    },
    networkMoves() {
      timer = 0;
      note = "";
      const { moves, choice, outcome } = state.view;
      if (outcome === null) tell({ moves: [...moves, choice] });
    },
    get canTakeBack() {
      return state.view.moves.some((_, n) => isYours(n % 2 ? O : X));
    },
    /** Take back to where the reader was to move the last time. */
    takeBack() {
      playing = false;
      note = "";
      let count = state.view.moves.length - 1;
      while (count > 0 && !isYours(count % 2 ? O : X)) count--;
      tell({ moves: state.view.moves.slice(0, count) });
    },
    again() {
      playing = false;
      note = "";
      tell({ moves: [] });
    },
    /** Let the network play both sides to the end, or stop that. */
    playItself() {
      playing = !playing;
      note = "";
      tell(playing && state.view.outcome !== null ? { moves: [] } : {});
    },
    /** Another game, from its start. */
    choose(game) {
      playing = false;
      note = "";
      tell({ game, moves: [] });
    },
    begin: changed,
    end: stop,
  };
  for (const name of ["moves", "game", "you", "simulations", "worth", "hints"]) model.on(`change:${name}`, () => { if (!telling) changed(); });
  return state;
}
