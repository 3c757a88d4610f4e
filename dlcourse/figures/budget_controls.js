// The controls of the label budget: how many labels, which curves, which two are compared; and the table of those shown.

import { choice, make, newId } from "./kit.js";
import { MOVES, WAYS, budgetName, budgetSwatch, plain } from "./budget_looks.js";
import { compareWords, errorText, neededWords } from "./budget_words.js";

/** How many labels of each digit. */
export function labelsControl(parent, state) {
  const options = state.labels.map(labels => [labels, String(labels)]);
  return choice(parent, "Labels of each digit", options, { get: () => state.get("labels"), set: labels => state.set({ labels }) }).show;
}

/** A mark for each curve that is drawn: rows of ways, columns without and with moves. */
export function curvesControl(parent, state) {
  const table = make("table", { class: "dl-standings dl-budget-curves" }, parent);
  const head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
  for (const title of ["Show", "plain", "with moves"]) make("th", { scope: "col" }, head, title);
  const boxes = WAYS.flatMap(way => {
    const row = make("tr", {}, body);
    make("th", { scope: "row" }, row, way);
    return [way, way + MOVES].map(curve => {
      const label = make("label", {}, make("td", {}, row)), box = make("input", { type: "checkbox", "aria-label": curve }, label);
      box.addEventListener("change", () => state.show(curve, box.checked));
      label.append(budgetSwatch(label, curve));
      return [curve, box];
    });
  });
  return () => { for (const [curve, box] of boxes) box.checked = state.get("shown").includes(curve); };
}

/** Two lists to choose what is compared from. */
export function compareControl(parent, state) {
  const row = make("div", { class: "dl-budget-compare" }, parent);
  const lists = ["a", "b"].map(name => {
    const id = newId(), pair = make("div", {}, row);
    make("label", { for: id }, pair, name === "a" ? "Compare A" : "with B");
    const list = make("select", { id }, pair);
    for (const curve of state.curves) make("option", { value: curve }, list, curve);
    list.addEventListener("change", () => state.set({ [name]: list.value }));
    return [name, list];
  });
  const said = make("output", { "aria-live": "polite", class: "dl-budget-said" }, parent);
  return () => {
    for (const [name, list] of lists) list.value = state.get(name);
    const words = `${compareWords(state)} ${neededWords(state)}`.trim();
    if (said.textContent !== words) said.textContent = words;
  };
}

/** The curves that are shown, at the chosen number of labels, the lowest error first. */
export function budgetTable(parent, state) {
  const table = make("table", { class: "dl-standings" }, parent), caption = make("caption", {}, table), head = make("tr", {}, make("thead", {}, table));
  for (const title of ["Way", "Error in %", "Runs"]) make("th", { scope: "col" }, head, title);
  const body = make("tbody", {}, table);
  return () => {
    const labels = state.get("labels");
    caption.textContent = `Mean and standard deviation of the runs, with ${labels} label${labels === 1 ? "" : "s"} of each digit`;
    body.replaceChildren();
    const rows = state.get("shown").map(curve => ({ curve, ...state.errorOf(curve) })).sort((a, b) => a.mean - b.mean);
    for (const { curve, runs, ...error } of rows) {
      const row = make("tr", {}, body);
      budgetName(make("th", { scope: "row" }, row), curve);
      make("td", {}, row, errorText(error));
      make("td", {}, row, runs);
    }
  };
}
