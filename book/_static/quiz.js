// Makes a form of each question on the page, so that it answers without a kernel.
//
// A question comes as `div.quiz.answer-b`: the question, the list of options, and the folded list of remarks on them.
// That reads well without this script, and what is not built like that stays as it is. Nodes are moved and not copied
// as text, since they may hold formulas.
(() => {
  const LETTERS = "ABCDEF";

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const say = className => {
    const line = make("p", {className});
    line.setAttribute("role", "status");
    return line;
  };

  // "**B. Right.** It is positive" will stand below option B, so its letter can go.
  const dropLetter = remark => {
    const texts = document.createTreeWalker(remark, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() && !texts.currentNode.data.trim());
    texts.currentNode.data = texts.currentNode.data.replace(/^\s*[A-F]\.\s+/, "");
  };

  // One option: a label with a radio button or a check box, and below it the remark, which waits.
  const makeOption = (box, type, letter, words, said) => {
    const right = box.classList.contains("answer-" + letter.toLowerCase());
    const id = `${box.id}-${letter}`;
    const input = make("input", {type, id, name: box.id});
    const label = make("label", {}, input, make("span", {}, ...(words.querySelector("p") ?? words).childNodes));
    const remark = make("div", {id: id + "-remark", className: right ? "remark right" : "remark", hidden: true});
    remark.append(...said.childNodes);
    dropLetter(remark);
    const show = shown => {
      remark.hidden = !shown;
      if (shown) input.setAttribute("aria-describedby", remark.id);
      else input.removeAttribute("aria-describedby");
    };
    return {letter, right, input, label, remark, show};
  };

  const verdict = (options, type) => {
    const wrong = options.filter(option => option.input.checked && !option.right).map(option => option.letter);
    if (options.every(option => option.input.checked === option.right)) return "Right.";
    if (!wrong.length) return "Not yet: right so far, but not all of it.";
    return type === "radio" ? "Not yet." : `Not yet: leave out ${wrong.join(" and ")}.`;
  };

  const build = (box, solved) => {
    const [question, list, fold] = box.children;
    const remarks = fold?.querySelectorAll("li") ?? [];
    const right = box.className.match(/\banswer-/g) ?? [];
    if (!right.length || list?.tagName !== "UL" || list.children.length !== remarks.length) return false;

    const type = right.length > 1 ? "checkbox" : "radio";
    const options = [...list.children].map((item, i) => makeOption(box, type, LETTERS[i], item, remarks[i]));
    const legend = make("legend", {}, ...question.childNodes);
    const fieldset = make("fieldset", {}, legend, ...options.flatMap(option => [option.label, option.remark]));
    fieldset.setAttribute("aria-live", "polite"); // a remark is read out when it appears
    const status = say("verdict");
    const others = make("button", {type: "button", className: "others", hidden: true}, "Why the others are wrong");
    const answer = make("div", {className: "answer"}, make("button", {}, "Check"), status, others);
    const form = make("form", {}, fieldset, answer);

    form.addEventListener("submit", event => {
      event.preventDefault();
      const chosen = options.some(option => option.input.checked);
      status.textContent = chosen ? verdict(options, type) : "Choose an answer first.";
      const done = status.textContent === "Right.";
      form.className = chosen ? (done ? "right" : "wrong") : "";
      options.forEach(option => option.show(option.input.checked));
      others.hidden = !done;
      others.setAttribute("aria-expanded", "false");
      if (done) solved();
    });
    form.addEventListener("change", () => {
      status.textContent = form.className = "";
      others.hidden = true;
    });
    others.addEventListener("click", () => {
      const open = others.getAttribute("aria-expanded") === "false";
      others.setAttribute("aria-expanded", open);
      options.forEach(option => option.show(open || option.input.checked));
    });
    box.replaceChildren(form);
    return true;
  };

  const right = new Set(), score = say("score");
  const forms = [...document.querySelectorAll("div.quiz")].filter(box => build(box, () => {
    right.add(box);
    score.textContent = `${right.size} of ${forms.length} answered right.`;
  }));
  forms.at(-1)?.after(score);
})();
