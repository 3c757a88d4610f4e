// Answers course_math.py: one line of JSON in, one line of JSON out. MathJax's folder is the only argument.
"use strict";
const path = require("path");
const readline = require("readline");

const folder = process.argv[2];
const packages = ["base", "ams", "newcommand", "boldsymbol", "bbox", "cancel", "cases", "centernot", "color", "enclose",
  "mathtools", "textmacros"];
const options = {
  loader: {
    load: ["input/tex-full", "output/chtml", "adaptors/liteDOM", "a11y/assistive-mml"],
    paths: { mathjax: folder },
    require,
    versionWarnings: false,
  },
  // A wrong formula is an error of the build and not red text on the page.
  tex: { packages, tags: "none", formatError(jax, error) { throw error; } },
  chtml: { fontURL: "mathjax", adaptiveCSS: true },
};

function answer(MathJax, question) {
  const adaptor = MathJax.startup.adaptor;
  if (question.stylesheet) return adaptor.textContent(MathJax.chtmlStylesheet());
  const size = { display: question.display, em: 16, ex: 8, containerWidth: 640 };
  return adaptor.outerHTML(MathJax.tex2chtml(question.tex, size));
}

require(path.join(folder, "node-main.js")).init(options).then((MathJax) => {
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    let reply;
    try {
      reply = { text: answer(MathJax, JSON.parse(line)) };
    } catch (error) {
      reply = { error: error.message };
    }
    process.stdout.write(JSON.stringify(reply) + "\n");
  });
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
