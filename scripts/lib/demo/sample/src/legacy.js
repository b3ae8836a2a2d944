/** Seconds of a text such as "90s". Nothing uses it any more. */
export function legacySeconds(text) {
  return Number.parseInt(text, 10);
}
