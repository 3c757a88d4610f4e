// Starts figures on a page without a kernel: a model with the part of anywidget's interface that figures use, and the
// search for the places where the notebook's stored output left room for one.

const BESIDE = globalThis.document?.currentScript?.src; // known only while the script runs for the first time

/** A model that keeps its values itself. Whoever listens to "change:name" is told when a value becomes another one. */
export function pageModel(values) {
  const listeners = new Map();
  const of = event => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
  return {
    get: name => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const listener of [...of(`change:${name}`)]) listener();
    },
    save_changes() {},
    on: (event, listener) => of(event).add(listener),
    off: (event, listener) => listener ? of(event).delete(listener) : of(event).clear(),
  };
}

/** Start a figure in its place. If that fails, the sentence that stands there stays, and the reason is added to it. */
export function mount(place, figure) {
  if (place.dataset.mounted) return;
  place.dataset.mounted = "yes";
  const fallback = [...place.childNodes];
  try {
    const values = JSON.parse(place.dataset.state);
    if (place.dataset.numbers) values.data = window.dlcourseData?.[place.dataset.numbers];
    figure.render({ model: pageModel(values), el: place });
    for (const node of fallback) node.remove();
  } catch (error) {
    for (const node of [...place.childNodes]) if (!fallback.includes(node)) node.remove();
    place.append(` It could not start: ${error.message}`);
    console.error(error);
  }
}

/** Call `then` once, as soon as a place is less than two screens away. Pages that cannot watch it call it at once. */
export function whenNear(place, then) {
  if (!window.IntersectionObserver) return then();
  const watcher = new IntersectionObserver(seen => {
    if (!seen.some(entry => entry.isIntersecting)) return;
    watcher.disconnect();
    then();
  }, { rootMargin: "200%" });
  watcher.observe(place);
}

/** Load a script that stands beside this one, then call `then`, also if it is not there: the figure says what it misses.
 * Figures that share their numbers load them once. */
function load(script, then) {
  const loading = window.dlcourseLoading ??= new Map();
  let tag = loading.get(script);
  if (!tag) {
    tag = document.createElement("script");
    tag.src = new URL(script, BESIDE).href;
    loading.set(script, tag);
    for (const end of ["load", "error"]) tag.addEventListener(end, () => loading.delete(script));
    document.head.append(tag);
  }
  for (const end of ["load", "error"]) tag.addEventListener(end, then);
}

/** Start a figure in all its places on the page, or only in the element with the given id. */
export function mountWhenReady(name, figure, element, numbers) {
  const start = () => {
    const places = element ? [document.getElementById(element)].filter(Boolean) : document.querySelectorAll(`[data-figure="${name}"]`);
    for (const place of places) {
      const begin = () => mount(place, figure), there = () => window.dlcourseData?.[place.dataset.numbers];
      if (!numbers || there()) begin();
      else whenNear(place, () => there() ? begin() : load(numbers, begin));
    }
    return places.length > 0;
  };
  // Some hosts insert the script of an output before its markup: look again for two seconds.
  let looks = 0;
  (function look() { if (!start() && element && ++looks < 100) setTimeout(look, 20); })();
}
