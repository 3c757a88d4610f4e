// One generator of random numbers for all figures; `random_numbers` in base.py yields the same in Python.

/** Numbers from 0 to 1 that depend on the seed alone: the generator of Park and Miller (1988). */
export function uniform(seed) {
  let state = seed + 1;
  for (let i = 0; i < 10; i++) state = state * 48271 % 2147483647;  // small seeds give similar first numbers
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}
