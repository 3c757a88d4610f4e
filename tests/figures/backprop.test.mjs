// Backpropagation's mathematics against dlcourse, on the same numbers, and its words against its mathematics.
import assert from "node:assert/strict";
import test from "node:test";
import { exact, pretty, short, told } from "../../dlcourse/figures/backprop_words.js";
import { GRAPHS, OPS, backward, forward, lastStep, moment, nudge } from "../../dlcourse/figures/graph.js";
import { near, wanted } from "./tools.mjs";

const { graphs, most } = wanted.backprop;
const names = Object.keys(GRAPHS), listed = (graph, byName) => graph.nodes.map(({ name }) => byName[name]);

test("the graphs are those of the package, and begin with its inputs", () => {
  assert.deepEqual(names, Object.keys(graphs));
  for (const name of names) assert.deepEqual([GRAPHS[name].inputs, lastStep(GRAPHS[name])], [graphs[name].first, graphs[name].last]);
});

for (const name of names) {
  const graph = GRAPHS[name], { tape, cases } = graphs[name];

  test(`${name}: its nodes are the tape that dlcourse records`, () => {
    const nodes = graph.nodes.map(node => ({ name: node.name, op: node.op, parents: node.parents.map(i => graph.nodes[i].name) }));
    assert.deepEqual(nodes, tape);
  });

  test(`${name}: its values and gradients are those of dlcourse`, () => {
    assert.ok(cases.length > 20);
    for (const { inputs, values, gradients } of cases) {
      const all = forward(graph, inputs);
      near(all, listed(graph, values), "values");
      near(backward(graph, all).gradients, listed(graph, gradients), "gradients");
    }
  });

  test(`${name}: the formula that is shown is the one that is computed`, () => {
    for (const { inputs } of cases) near(shownFormula(graph.formula, inputs), forward(graph, inputs).at(-1), "L");
  });

  test(`${name}: a nudge agrees with the gradient`, () => {
    for (const { inputs } of cases) {
      const { gradients } = backward(graph, forward(graph, inputs));
      Object.keys(inputs).forEach((input, i) => {
        const error = Math.abs(nudge(graph, inputs, input) - gradients[i]);
        assert.ok(error < 1e-6 * (1 + Math.abs(gradients[i])), `${name} ${input}: ${error}`);
      });
    }
  });

  test(`${name}: the table's two columns agree in the digits that they show`, () => {
    for (const { inputs } of cases) {
      const { gradients } = backward(graph, forward(graph, inputs));
      Object.keys(inputs).forEach((input, i) => {
        const [found, nudged] = [gradients[i], nudge(graph, inputs, input)];
        if (exact(found) === exact(nudged) || [found, nudged].every(value => Math.abs(value) < 1e-7)) return;
        assert.ok(Math.abs(nudged - found) < 1e-3 * Math.abs(found), `${input}: ${exact(found)}, ${exact(nudged)}`);
      });
    }
  });

  test(`${name}: no value is used more than twice, as the words take for granted`, () => {
    const uses = graph.nodes.map((_, i) => graph.nodes.flatMap(({ parents }) => parents).filter(parent => parent === i).length);
    assert.ok(Math.max(...uses) <= 2);
  });

  test(`${name}: each step shows one thing more, and the last shows everything`, () => {
    const { inputs } = cases[0], all = forward(graph, inputs), final = backward(graph, all).gradients;
    const seen = Array.from({ length: lastStep(graph) + 1 }, (_, step) => moment(graph, inputs, step));
    seen.forEach((now, step) => {
      const values = now.values.filter(value => value !== null).length, sent = now.sent.filter(Boolean).length;
      assert.equal(values, Math.min(graph.begin + step, graph.nodes.length));
      assert.equal(sent, Math.max(0, step - graph.operations - 1));
      now.gradients.forEach((gradient, i) => {
        if (gradient === null) return;
        if (!now.open[i]) near(gradient, final[i], `${graph.nodes[i].name} at step ${step}`);
      });
    });
    assert.deepEqual(seen.at(-1).values, all);
    assert.deepEqual(seen.at(-1).gradients, final);
    assert.deepEqual(seen.at(-1).open, graph.nodes.map(() => 0));
    assert.deepEqual(seen.map(now => now.phase).filter((phase, i, list) => phase !== list[i - 1]), ["start", "forward", "turn", "backward"]);
    const order = seen.filter(now => now.phase === "forward").map(now => now.active);
    assert.deepEqual(seen.filter(now => now.phase === "backward").map(now => now.active), order.reverse());
  });

  test(`${name}: the products that are written out are true`, () => {
    let checked = 0;
    for (const { inputs } of cases) {
      for (let step = graph.operations + 2; step <= lastStep(graph); step++) {
        const now = moment(graph, inputs, step), { lines } = told(graph, now), products = lines.filter(line => /\u00b7/.test(line));
        const sent = now.sent[now.active];
        assert.equal(products.length, sent.length);
        products.forEach((line, k) => {
          const [left, right] = line.split(" = ").slice(-2).map(product);
          close(left, sent[k], line);
          close(right, sent[k], line);
          checked++;
        });
      }
    }
    assert.ok(checked >= 3 * cases.length);
  });
}

/** A formula as it is shown, computed. */
function shownFormula(formula, inputs) {
  const [, main, inner] = formula.match(/^L = (.*?)(?: with u = (.*))?$/);
  const text = (inner ? main.replaceAll("u", `(${inner})`) : main)
    .replaceAll("\u00b7", "*").replaceAll("\u2212", "-").replaceAll("\u00b2", "**2")
    .replace(/[\u2080-\u2089]/g, digit => digit.charCodeAt(0) - 0x2080).replaceAll("\u03c3", "sigma").replaceAll("tanh", "Math.tanh");
  const sigma = z => 1 / (1 + Math.exp(-z));
  return new Function("sigma", ...Object.keys(inputs), `return ${text};`)(sigma, ...Object.values(inputs));
}

/** A written product as a number: −1.46 · (−0.5), 4.5·10⁻⁴ · 2 · 3.00. */
function product(text) {
  const digit = sign => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".indexOf(sign);
  return text.split(" \u00b7 ").map(factor => {
    const plain = factor.replace(/[()]/g, "").replace("\u2212", "-").replace(/\u00b710\u207b(.+)/, (_, power) => `e-${[...power].map(digit).join("")}`);
    assert.notEqual(plain, "", text);
    assert.ok(!Number.isNaN(Number(plain)), `${plain} in ${text}`);
    return Number(plain);
  }).reduce((a, b) => a * b);
}

/** Factors are rounded to two digits at least, each by up to 5 %. */
function close(got, want, line) {
  assert.ok(Math.abs(got - want) <= 0.12 * Math.abs(want) + 1e-15, `${line}: ${got} is not ${want}`);
}

test("a slope that is wrong by a twentieth of a percent is noticed", () => {
  const { slopes } = OPS.tanh, { inputs, gradients } = graphs.network.cases[0], graph = GRAPHS.network;
  OPS.tanh.slopes = (parents, y) => slopes(parents, y).map(value => 1.0005 * value);
  assert.throws(() => near(backward(graph, forward(graph, inputs)).gradients, listed(graph, gradients)));
  OPS.tanh.slopes = slopes;
  near(backward(graph, forward(graph, inputs)).gradients, listed(graph, gradients));
});

test("a shape that was planted wrong is noticed: a factor instead of the other one", () => {
  const { slopes } = OPS.mul, { inputs, gradients } = graphs.product.cases[0], graph = GRAPHS.product;
  OPS.mul.slopes = ([a, b]) => [a, b];
  assert.throws(() => near(backward(graph, forward(graph, inputs)).gradients, listed(graph, gradients)));
  OPS.mul.slopes = slopes;
});

test("the largest inputs overflow nothing", () => {
  for (const name of names) {
    for (const sign of [-1, 1]) {
      const inputs = Object.fromEntries(Object.keys(GRAPHS[name].inputs).map((input, i) => [input, i % 2 ? most : sign * most]));
      const values = forward(GRAPHS[name], inputs), { gradients } = backward(GRAPHS[name], values);
      assert.ok([...values, ...gradients].every(Number.isFinite), name);
    }
  }
});

test("the gradient of what is used twice is complete only when both shares have come", () => {
  const graph = GRAPHS.diamond, { inputs } = graph, x = graph.nodes.findIndex(({ name }) => name === "x");
  assert.deepEqual([4, 5, 6, 7].map(step => moment(graph, inputs, step).open[x]), [2, 1, 1, 0]);
  assert.deepEqual([4, 5, 6, 7].map(step => moment(graph, inputs, step).gradients[x]), [null, 1, 1, 10]);
  const said = step => told(graph, moment(graph, inputs, step)).lines.find(line => line.includes("is used twice"));
  assert.equal(said(5), "\u2202L/\u2202x = 1.00 + \u2026: x is used twice, and the other share is still to come.");
  assert.equal(said(6), "\u2202L/\u2202u = 3.00 + 3.00 = 6.00: u is used twice, and the two shares are added.");
  assert.equal(said(7), "\u2202L/\u2202x = 1.00 + 9.00 = 10.00: x is used twice, and the two shares are added.");
});

test("a step forward and a step backward are written out", () => {
  const say = step => told(GRAPHS.neuron, moment(GRAPHS.neuron, GRAPHS.neuron.inputs, step));
  assert.deepEqual(say(1), { title: "Forward: u = w \u00b7 x", rule: "", lines: ["u = w \u00b7 x = \u22121.50 \u00b7 2.00 = \u22123.00"] });
  assert.deepEqual(say(3).lines, ["p = \u03c3(z) = \u03c3(\u22121.00) = 0.269"]);
  assert.deepEqual(say(5).lines, ["L = e\u00b2 = (\u22120.731)\u00b2 = 0.534"]);
  assert.deepEqual(say(6).lines, ["\u2202L/\u2202L = 1"]);
  assert.match(say(11).rule, /d\(w \u00b7 x\) = x dw \+ w dx$/);
  assert.equal(say(11).lines[0], "\u2202L/\u2202w = \u2202L/\u2202u \u00b7 x = \u22120.287 \u00b7 2.00 = \u22120.575");
  assert.match(say(11).lines.at(-1), /^Every input has its gradient now/);
});

test("numbers have about three digits, an exact 0 is 0 and a small one says how small it is", () => {
  assert.deepEqual([0, -0, 1, -0.5, 0.0312, 123.456, -9999.99].map(value => short(value)), ["0", "0", "1.00", "\u22120.500", "0.0312", "123.5", "\u221210000.0"]);
  assert.deepEqual([short(4.54e-5), short(-4.54e-12, 1)], ["4.5\u00b710\u207b\u2075", "\u22125\u00b710\u207b\u00b9\u00b2"]);
  assert.deepEqual([0, 3e-12, 0.51234567, -1.46212, 250, -4.5397e-5].map(exact), ["0", "almost 0", "0.5123", "\u22121.4621", "250.00", "\u22124.540\u00b710\u207b\u2075"]);
  assert.deepEqual(["w", "w1", "w2"].map(pretty), ["w", "w\u2081", "w\u2082"]);
});
