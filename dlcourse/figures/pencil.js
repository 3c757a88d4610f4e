// What a pad does with the strokes that are drawn on it: a figure's value `strokes`, a list of lists of points.

/** Draw into `strokes` of a model. `fresh()` says whether the next stroke begins a new drawing; `begun` holds the values
 * that are set with each stroke. `onChange` is called when a stroke has ended, and only then is the model saved. */
export function pencil(model, fresh, begun, onChange) {
  const get = () => model.get("strokes");
  let drawing = false, kept = get();
  const set = values => { for (const [name, value] of Object.entries(values)) model.set(name, value); };
  model.on("change:strokes", () => { if (get().length) kept = get(); });
  return {
    get drawing() {
      return drawing;
    },
    /** What was drawn last. */
    get kept() {
      return get().length ? get() : kept;
    },
    begin(point) {
      drawing = true;
      set({ strokes: [...fresh() ? [] : get(), [point]], ...begun });
    },
    extend(point) {
      const strokes = get(), last = strokes.at(-1), [x, y] = last?.at(-1) ?? [];
      if (last && (x !== point[0] || y !== point[1])) set({ strokes: [...strokes.slice(0, -1), [...last, point]] });
    },
    end() {
      drawing = false;
      kept = get();
      model.save_changes();
      onChange();
    },
  };
}
