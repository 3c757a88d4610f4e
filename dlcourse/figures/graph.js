// A small engine for gradients: a formula is a list of nodes, each younger than its parents. One walk along the list
// computes the values, one walk back the gradients. Pure functions, which the tests compare with dlcourse.
//
// A node is { name, op, parents, at }: inputs have no op and come first, the loss is the last. `parents` are indices, in
// the order in which the operation takes them; `at` is the node's place, [column, row].

/** What an operation computes from its parents, and its slopes: the derivative of its value y by each parent. */
export const OPS = {
  add: { value: (a, b) => a + b, slopes: () => [1, 1] },
  sub: { value: (a, b) => a - b, slopes: () => [1, -1] },
  mul: { value: (a, b) => a * b, slopes: ([a, b]) => [b, a] },
  power: { value: a => a * a, slopes: ([a]) => [2 * a] },  // the only exponent here is 2
  sigmoid: { value: a => 0.5 * Math.tanh(0.5 * a) + 0.5, slopes: (_, y) => [y * (1 - y)] },
  tanh: { value: a => Math.tanh(a), slopes: (_, y) => [1 - y * y] },
};

/** Make a graph: its label, its formula, its first inputs, the operations in order, and where each node is drawn. */
function graph(label, formula, inputs, operations, places) {
  const names = [...Object.keys(inputs), ...Object.keys(operations)];
  const nodes = names.map(name => {
    const [op = "", ...parents] = operations[name] ?? [];
    return { name, op, parents: parents.map(parent => names.indexOf(parent)), at: places[name] };
  });
  const begin = Object.keys(inputs).length;
  return { label, formula, inputs, nodes, begin, operations: nodes.length - begin };
}

export const GRAPHS = {
  product: graph(
    "product and sum", "L = a \u00b7 b + c", { a: 2, b: -3, c: 4 },
    { u: ["mul", "a", "b"], L: ["add", "u", "c"] },
    { a: [0, 0], b: [0, 1], u: [1, 0], c: [1, 1], L: [2, 0] },
  ),
  neuron: graph(
    "neuron", "L = (\u03c3(w \u00b7 x + b) \u2212 y)\u00b2", { w: -1.5, x: 2, b: 2, y: 1 },
    { u: ["mul", "w", "x"], z: ["add", "u", "b"], p: ["sigmoid", "z"], e: ["sub", "p", "y"], L: ["power", "e"] },
    { w: [0, 0], x: [0, 1], u: [1, 0], b: [1, 1], z: [2, 0], p: [3, 0], y: [3, 1], e: [4, 0], L: [5, 0] },
  ),
  diamond: graph(
    "used twice", "L = u \u00b7 u + x with u = w \u00b7 x", { w: 1.5, x: 2 },
    { u: ["mul", "w", "x"], v: ["mul", "u", "u"], L: ["add", "v", "x"] },
    { w: [0, 0], x: [0, 1], u: [1, 0], v: [2, 0], L: [3, 0] },
  ),
  network: graph(
    "two neurons", "L = (\u03c3(w\u2082 \u00b7 tanh(w\u2081 \u00b7 x)) \u2212 y)\u00b2", { w1: 1.5, x: 1, w2: 1.5, y: 0 },
    { u: ["mul", "w1", "x"], h: ["tanh", "u"], z: ["mul", "w2", "h"], p: ["sigmoid", "z"], e: ["sub", "p", "y"], L: ["power", "e"] },
    { w1: [0, 0], x: [0, 1], u: [1, 0], h: [2, 0], w2: [2, 1], z: [3, 0], p: [4, 0], y: [4, 1], e: [5, 0], L: [6, 0] },
  ),
};

/** The value of every node, in the order of the list. */
export function forward({ nodes }, inputs) {
  const values = [];
  for (const { name, op, parents } of nodes) values.push(op ? OPS[op].value(...parents.map(i => values[i])) : inputs[name]);
  return values;
}

/** Walk back through `count` operations, the youngest first. A node passes its gradient on only after all that used it
 * have given their share. Returns `gradients` as far as they are known, the others null, and what each node has `sent`
 * to its parents, one number for each. */
export function backward({ nodes }, values, count = Infinity) {
  const gradients = nodes.map(() => null), sent = nodes.map(() => null), last = nodes.length - 1;
  gradients[last] = 1;
  for (let i = last; i > last - count && nodes[i].op; i--) {
    const { op, parents } = nodes[i];
    sent[i] = OPS[op].slopes(parents.map(parent => values[parent]), values[i]).map(slope => gradients[i] * slope);
    parents.forEach((parent, k) => { gradients[parent] = (gradients[parent] ?? 0) + sent[i][k]; });
  }
  return { gradients, sent };
}

/** The last step: each operation forward, the 1 at the loss, each operation backward. */
export const lastStep = ({ operations }) => 2 * operations + 1;

/** What is known at a step. `phase` is start, forward, turn or backward; `active` is the node it is about, or null;
 * `open` says of each node how many shares of its gradient are still to come. */
export function moment(graph, inputs, step) {
  const { nodes, begin, operations } = graph, all = forward(graph, inputs), done = step - operations - 1;
  const values = all.map((value, i) => i < begin + step ? value : null);
  const { gradients, sent } = done < 0 ? { gradients: nodes.map(() => null), sent: nodes.map(() => null) } : backward(graph, all, done);
  const open = nodes.map((_, i) => nodes.reduce((sum, { parents }, k) => sum + (sent[k] ? 0 : parents.filter(p => p === i).length), 0));
  const phase = step === 0 ? "start" : done < 0 ? "forward" : done === 0 ? "turn" : "backward";
  const active = { start: null, forward: begin + step - 1, turn: nodes.length - 1, backward: nodes.length - done }[phase];
  return { phase, active, values, gradients, sent, open };
}

/** How the loss answers when one input is nudged by h to either side: (L(x + h) - L(x - h)) / 2h. */
export function nudge(graph, inputs, name, h = 1e-4) {
  const loss = value => forward(graph, { ...inputs, [name]: value }).at(-1);
  return (loss(inputs[name] + h) - loss(inputs[name] - h)) / (2 * h);
}
