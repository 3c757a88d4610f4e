// Numbers below a million in English and German words, as dlcourse/data/number_words.py writes them, and what a typed
// text means. Pure functions, which the tests compare with the package.

export const LARGEST = 999_999;
export const LONGEST = 9;  // words that the network reads
export const CHARACTERS = 120;  // of what is typed

const ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
  + "seventeen eighteen nineteen").split(" ");
const TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const EINER = ("null ein zwei drei vier f\u00fcnf sechs sieben acht neun zehn elf zw\u00f6lf dreizehn vierzehn f\u00fcnfzehn sechzehn "
  + "siebzehn achtzehn neunzehn").split(" ");
const ZEHNER = "- - zwanzig drei\u00dfig vierzig f\u00fcnfzig sechzig siebzig achtzig neunzig".split(" ");

/** The words of a number: what `below` makes of the thousands, the word for thousand, and the rest. */
function spelled(n, thousand, zero, below) {
  const thousands = Math.floor(n / 1000);
  if (n === 0) return [zero];
  return [...thousands ? [...below(thousands, false), thousand] : [], ...below(n % 1000, true)];
}

/** The words of a number in English. */
export const english = n => spelled(n, "thousand", ONES[0], group => {
  const [hundreds, rest] = [Math.floor(group / 100), group % 100], words = hundreds ? [ONES[hundreds], "hundred"] : [];
  if (rest < 20) return rest ? [...words, ONES[rest]] : words;
  return [...words, TENS[Math.floor(rest / 10)], ...rest % 10 ? [ONES[rest % 10]] : []];
});

/** The parts of the one long word of a number in German. "eins" stands only where the number ends. */
export const german = n => spelled(n, "tausend", EINER[0], (group, ends) => {
  const [hundreds, rest] = [Math.floor(group / 100), group % 100], words = hundreds ? [EINER[hundreds], "hundert"] : [];
  if (rest < 20) return rest ? [...words, rest === 1 && ends ? "eins" : EINER[rest]] : words;
  return [...words, ...rest % 10 ? [EINER[rest % 10], "und"] : [], ZEHNER[Math.floor(rest / 10)]];
});

/** The number that English words name; null if they name none from 0 to 999,999. */
export function numberOf(words) {
  let thousands = 0, group = 0;
  for (const word of words) {
    if (word === "thousand") [thousands, group] = [1000 * group, 0];
    else if (word === "hundred") group *= 100;
    else group += Math.max(0, ONES.indexOf(word)) + 10 * Math.max(0, TENS.indexOf(word));
  }
  const n = thousands + group;
  return n <= LARGEST && english(n).join(" ") === words.join(" ") ? n : null;
}

/** What the network reads of a text: {words} of a number in digits, or its own; {problem} says why nothing can be read. */
export function wordsOf(text) {
  const digits = text.replace(/[\s,]/g, "");
  if (/^[0-9]+$/.test(digits)) {
    if (Number(digits) > LARGEST) return { problem: "The number is too large: the largest is 999,999." };
    return { words: english(Number(digits)) };
  }
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (!words.length) return { problem: "Nothing to read: type a number or its English words." };
  if (words.length > LONGEST) return { problem: `The network reads at most ${LONGEST} words, and these are ${words.length}.` };
  return { words };
}

/** A number with commas: 645,321. */
export const withCommas = n => String(n).replace(/(?=(\d{3})+$)(?!^)/g, ",");
