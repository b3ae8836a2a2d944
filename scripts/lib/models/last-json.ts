/** How many places a document may start at are tried: noise may look like one. */
const MAX_STARTS = 40;

/** The JSON document that a text ends with, whatever was printed before it; undefined when there is none. */
export function lastJson(text: string): unknown {
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  const starts = [...text.slice(0, end).matchAll(/^[[{]/gm)].map(({ index }) => index);
  // The end is fixed: a brace further in does not parse, so the first start that does is the document's own.
  for (const start of starts.slice(-MAX_STARTS).reverse()) {
    const value = parseJson(text.slice(start, end));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
