// What the backpropagation figure says: numbers, names, each operation's rule, and the step written out.

const SUPERSCRIPT = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", NOTHING = 1e-7;

/** A number to about three digits. Exactly 0 is "0", and what is nearly 0 shows how small it is: 4.5 · 10⁻⁴. */
export function short(value, digits = 2) {
  const size = Math.abs(value), sign = value < 0 ? "\u2212" : "";
  if (size === 0) return "0";
  if (size < 0.001) {
    const [factor, exponent] = size.toExponential(digits - 1).split("e-");
    return `${sign}${factor}\u00b710\u207b${[...exponent].map(digit => SUPERSCRIPT[digit]).join("")}`;
  }
  return sign + size.toFixed(size < 0.1 ? 4 : size < 1 ? 3 : size < 100 ? 2 : 1);
}

/** A number to at least four digits, for the table. Below 10⁻⁷ they would show how L is rounded, not its slope. */
export function exact(value) {
  if (value !== 0 && Math.abs(value) < NOTHING) return "almost 0";
  const size = Math.abs(value);
  return size < 0.001 ? short(value, 4) : `${value < 0 ? "\u2212" : ""}${size.toPrecision(size < 1 ? 4 : 5)}`;
}

/** A name as it is written: w1 becomes w₁. */
export const pretty = name => name.replace(/\d/g, digit => String.fromCharCode(0x2080 + Number(digit)));
export const slope = name => `\u2202L/\u2202${pretty(name)}`;
const bracketed = value => value < 0 ? `(${short(value)})` : short(value);

/** How an operation is written, with the names or the numbers of its parents in it. */
export const WRITTEN = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} \u2212 ${b}`,
  mul: (a, b) => `${a} \u00b7 ${b}`,
  power: a => `${a}\u00b2`,
  sigmoid: a => `\u03c3(${a})`,
  tanh: a => `tanh(${a})`,
};
const OWN_BRACKETS = { sigmoid: true, tanh: true };

/** Each operation's rule: in words, in symbols for a node y of parents a and b, and its slopes with values written in. */
const RULES = {
  add: {
    words: "A sum passes its gradient on to both terms, unchanged.",
    symbols: (y, a, b) => `d${y} = d${a} + d${b}`,
    slopes: () => [["1", "1"], ["1", "1"]],
  },
  sub: {
    words: "A difference passes its gradient on to the first term, and with the opposite sign to the second.",
    symbols: (y, a, b) => `d${y} = d${a} \u2212 d${b}`,
    slopes: () => [["1", "1"], ["(\u22121)", "(\u22121)"]],
  },
  mul: {
    words: "A product sends to each factor its gradient times the other factor.",
    symbols: (y, a, b) => `d(${a} \u00b7 ${b}) = ${b} d${a} + ${a} d${b}`,
    slopes: ([, a, b], [, x, z]) => [[b, bracketed(z)], [a, bracketed(x)]],
  },
  power: {
    words: "A square sends back its gradient times twice the base.",
    symbols: (y, a) => `d(${a}\u00b2) = 2 ${a} d${a}`,
    slopes: ([, a], [, x]) => [[`2 ${a}`, `2 \u00b7 ${bracketed(x)}`]],
  },
  sigmoid: {
    words: "A sigmoid sends back its gradient times its slope, which is at most 1/4 and almost 0 where it is flat.",
    symbols: (y, a) => `d\u03c3(${a}) = ${y} (1 \u2212 ${y}) d${a}`,
    slopes: ([y], [value]) => [[`${y} (1 \u2212 ${y})`, short(value * (1 - value))]],
  },
  tanh: {
    words: "A tanh sends back its gradient times its slope, which is at most 1 and almost 0 where it is flat.",
    symbols: (y, a) => `d tanh(${a}) = (1 \u2212 ${y}\u00b2) d${a}`,
    slopes: ([y], [value]) => [[`(1 \u2212 ${y}\u00b2)`, short(1 - value * value)]],
  },
};

/** A node's operation with names: w · x. */
export const operation = ({ nodes }, { op, parents }) => WRITTEN[op](...parents.map(i => pretty(nodes[i].name)));

/** A step in words: its title, its rule, and its lines of numbers. */
export function told(graph, now) {
  const { nodes } = graph, { phase, active } = now;
  if (phase === "start") {
    return { title: "The inputs have their values", rule: "Each step forward computes one node, from left to right or from top to bottom.", lines: [] };
  }
  const node = nodes[active];
  if (phase === "forward") return { title: `Forward: ${computed(graph, node)}`, rule: "", lines: [sumOf(graph, node, now)] };
  if (phase === "turn") {
    return {
      title: "The turning point", lines: [`${slope("L")} = 1`],
      rule: "When L grows by a little, L grows by just as much. From here gradients travel back, against the arrows.",
    };
  }
  const { words, symbols } = RULES[node.op], names = [node.name, ...node.parents.map(i => nodes[i].name)].map(pretty);
  const end = active === graph.begin ? ["Every input has its gradient now. The table below checks them."] : [];
  return { title: `Backward: ${computed(graph, node)}`, rule: `${words} ${symbols(...names)}`, lines: [...shares(graph, active, now, names), ...end] };
}

const computed = (graph, node) => `${pretty(node.name)} = ${operation(graph, node)}`;

function sumOf(graph, node, { values, active }) {
  const numbers = node.parents.map((i, k) => k || node.op === "power" ? bracketed(values[i]) : short(values[i]));
  const filled = OWN_BRACKETS[node.op] ? WRITTEN[node.op](short(values[node.parents[0]])) : WRITTEN[node.op](...numbers);
  return `${computed(graph, node)} = ${filled} = ${short(values[active])}`;
}

/** What each line into the node sends back, and what that makes of the gradient at its other end. */
function shares(graph, active, { values, gradients, sent, open }, names) {
  const { nodes } = graph, node = nodes[active], from = slope(node.name), g = short(gradients[active]);
  const slopes = RULES[node.op].slopes(names, [active, ...node.parents].map(i => values[i]));
  const lines = node.parents.map((_, k) => `${from} \u00b7 ${slopes[k][0]} = ${g} \u00b7 ${slopes[k][1]} = ${short(sent[active][k])}`);
  return [...new Set(node.parents)].flatMap(parent => {
    const own = node.parents.flatMap((other, k) => other === parent ? [k] : []), name = nodes[parent].name;
    const come = [...earlier(graph, parent, active, sent), ...own.map(k => sent[active][k])];
    if (come.length + open[parent] === 1) return [`${slope(name)} = ${lines[own[0]]}`];
    const sum = come.map((share, i) => i ? bracketed(share) : short(share)).join(" + "), total = short(gradients[parent]);
    const said = open[parent] ? `${sum} + \u2026: ${pretty(name)} is used twice, and the other share is still to come.`
      : `${sum} = ${total}: ${pretty(name)} is used twice, and the two shares are added.`;
    return [...own.map(k => `to ${pretty(name)}: ${lines[k]}`), `${slope(name)} = ${said}`];
  });
}

/** The shares that a node had before this step, in the order in which they came. */
function earlier({ nodes }, parent, active, sent) {
  const younger = nodes.map((_, i) => i).filter(i => i > active && sent[i]).reverse();
  return younger.flatMap(i => nodes[i].parents.flatMap((other, k) => other === parent ? [sent[i][k]] : []));
}
