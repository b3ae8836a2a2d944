/** How many places a document may start at are tried: noise may look like one. */
const MAX_STARTS = 40;

/** The JSON document that a text ends with, whatever was printed before it; undefined when there is none. */
export function lastJson(text: string): unknown {
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  // The end is fixed: a brace further in does not parse, so the first start that does is the document's own.
  let tried = 0;
  for (const start of lineStarts(text, end)) {
    if (text[start] !== '{' && text[start] !== '[') continue;
    const value = parseJson(text.slice(start, end));
    if (value !== undefined) return value;
    if (++tried === MAX_STARTS) break;
  }
  return undefined;
}

/** Where lines begin before `end`, the last one first. */
function* lineStarts(text: string, end: number): Generator<number> {
  for (let newline = end; newline > 0; ) {
    newline = text.lastIndexOf('\n', newline - 1);
    yield newline + 1;
  }
}

/** The objects of a text that holds one a line, noise between them left out; one at a time, for a text may be large. */
export function* jsonLines(text: string): Generator<unknown> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? undefined : end);
    const value = line.startsWith('{') ? parseJson(line) : undefined;
    if (value !== undefined) yield value;
    if (end === -1) return;
    start = end + 1;
  }
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
