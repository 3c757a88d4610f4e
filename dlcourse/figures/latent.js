// The plane of codes: a point to drag, and the decoder that draws it; below, a walk from one digit to another.

import { frame, make, onNewLook } from "./kit.js";
import { latentChoices, pointButtons, pointSliders } from "./latent_controls.js";
import { latentPictures, latentWalk } from "./latent_pictures.js";
import { latentColors, latentPlane } from "./latent_plane.js";
import { latentState } from "./latent_state.js";

function render({ model, el }) {
  let waiting = 0, look = null;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = latentState(model, later), body = frame(el, model, "A plane of codes");

  const choices = latentChoices(make("div", { class: "dl-controls dl-latent-top" }, body), state);
  const columns = make("div", { class: "dl-columns" }, body), [left, right] = [{}, { class: "dl-side" }].map(kind => make("div", kind, columns));
  const plane = latentPlane(left, state), pictures = latentPictures(right, state);
  pointButtons(right, state);
  const point = pointSliders(make("div", { class: "dl-controls" }, body), state);
  const walk = latentWalk(make("div", { class: "dl-latent-below" }, body), state);

  function show() {
    waiting = 0;
    look ??= latentColors(el.querySelector(".dl-figure"));
    const seen = state.look();
    choices();
    plane(seen, look);
    pictures(seen, look);
    point();
    walk(look);
  }
  for (const name of state.names) model.on(`change:${name}`, later);
  const forget = onNewLook(el, () => { look = null; later(); });
  show();
  return () => { state.stop(); forget(); cancelAnimationFrame(waiting); };
}

export default { render };
