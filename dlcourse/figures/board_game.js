// A board to play on against networks that taught themselves: tic-tac-toe and Connect Four.

import { frame, make, onNewLook, place } from "./kit.js";
import { boardOf, boardTable, boardValue } from "./board_game_board.js";
import { boardButtons, boardChoices, boardSettings } from "./board_game_controls.js";
import { boardState } from "./board_game_state.js";
import { expected, status } from "./board_game_words.js";

function render({ model, el }) {
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = boardState(model, later), body = frame(el, model, "A board game");

  const parts = [boardChoices(make("div", { class: "dl-controls dl-board-top" }, body), state)];
  const columns = make("div", { class: "dl-columns" }, body), left = make("div", {}, columns), side = make("div", { class: "dl-side" }, columns);
  parts.push(boardOf(left, state));
  const said = make("output", { "aria-live": "polite", class: "dl-board-said" }, left);
  parts.push(boardButtons(left, state), boardValue(side, state, expected), boardTable(side, state));
  parts.push(boardSettings(make("div", { class: "dl-controls" }, body), state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
    const words = status(state);
    place(said, { "aria-live": state.playing ? "off" : "polite" });  // not forty announcements in a row
    if (said.textContent !== words) said.textContent = words;
  }
  const forget = onNewLook(el, later);
  state.begin();
  show();
  return () => { state.end(); forget(); cancelAnimationFrame(waiting); };
}

export default { render };
