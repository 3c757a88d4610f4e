// The controls of the figure: which game, which side, how far the network looks ahead, and what is shown of it.

import { button, choice, make, slider } from "./kit.js";
import { CONNECT_FOUR, GAMES, TIC_TAC_TOE } from "./board_game_rules.js";

const MOST = 100;

/** The game and the reader's side. Returns a function that shows the state's values. */
export function boardChoices(parent, state) {
  const games = Object.keys(GAMES).map(name => [name, name]), sides = [["X", "X, first"], ["O", "O, second"], ["both", "both"]];
  const controls = [
    choice(parent, "Game", games, { get: () => state.get("game"), set: state.choose }),
    choice(parent, "You play", sides, { get: () => state.get("you"), set: you => state.tell({ you }) }),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** Below the board: take back, begin again, and let the network move. */
export function boardButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-board-buttons" }, parent), back = button(row, "Take back", state.takeBack);
  button(row, "New game", state.again);
  const one = button(row, "Network moves", state.networkMoves), all = button(row, "Let it play", state.playItself);
  return () => {
    back.disabled = !state.canTakeBack;
    one.disabled = state.view.outcome !== null || state.playing;
    all.textContent = state.playing ? "Stop" : "Let it play";
  };
}

/** How often it looks ahead, and what is shown. */
export function boardSettings(parent, state) {
  const shown = [[true, "shown"], [false, "hidden"]], set = name => ({ get: () => state.get(name), set: value => state.tell({ [name]: value }) });
  const ahead = slider(parent, "simulations", { min: 0, max: MOST, step: 1, format: String, get: () => state.get("simulations"),
    set: value => state.tell({ simulations: Math.round(value) }) });
  const hints = choice(parent, "Its thoughts", shown, set("hints")), worth = choice(parent, "True worth", shown, set("worth"));
  const note = make("p", { class: "dl-caption" }, parent);
  return () => {
    for (const control of [ahead, hints, worth]) control.show();
    const small = state.get("game") === TIC_TAC_TOE;
    worth.group.hidden = !small;
    note.textContent = small ? "True worth: what each move leads to if both go on to play best. The page looks at all that can follow."
      : `${CONNECT_FOUR} has too many positions to look at all that can follow; a simulation looks at one more of them.`;
  };
}
