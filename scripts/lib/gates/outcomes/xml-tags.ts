export interface XmlTag {
  kind: 'open' | 'close' | 'empty';
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Where the text goes on behind it. */
  end: number;
}

/** What is no element, with what ends it. */
const OTHERS: readonly [start: string, end: string][] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
];

/**
 * The tags in a text that should be XML, in order. Reports are cut off, coloured, and mixed with other output, where
 * a parser would stop or take ever longer; here what is no tag is passed over, each character a fixed number of times.
 * A document type is passed over too, so entities of a document's own stay as they are written.
 */
export function* xmlTags(text: string, start = 0): Generator<XmlTag> {
  let position = text.indexOf('<', start);
  while (position !== -1) {
    const other = OTHERS.find(([opening]) => text.startsWith(opening, position));
    if (other !== undefined) {
      const end = text.indexOf(other[1], position + other[0].length);
      if (end === -1) return;
      position = text.indexOf('<', end + other[1].length);
      continue;
    }
    const tag = readTag(text, position);
    if (tag !== null) yield tag;
    position = text.indexOf('<', tag?.end ?? position + 1);
  }
}

function readTag(text: string, start: number): XmlTag | null {
  const opening = /<(\/?)([A-Za-z_][\w:.-]*)/y;
  opening.lastIndex = start;
  const [all = '', slash, name] = opening.exec(text) ?? [];
  if (name === undefined) return null;
  const { attributes, end } = readAttributes(text, start + all.length);
  // Damaged attributes are passed over.
  const closing = /[^<>]*>/y;
  closing.lastIndex = end;
  const [rest] = closing.exec(text) ?? [];
  if (rest === undefined) return null;
  const kind = slash === '/' ? 'close' : rest.endsWith('/>') ? 'empty' : 'open';
  return { kind, name, attributes, end: end + rest.length };
}

function readAttributes(text: string, start: number) {
  const attributes = new Map<string, string>();
  const attribute = /\s*([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  let end = start;
  attribute.lastIndex = start;
  for (let match = attribute.exec(text); match !== null; match = attribute.exec(text)) {
    const [, name = '', double, single] = match;
    attributes.set(name, decode(double ?? single ?? ''));
    end = attribute.lastIndex;
  }
  return { attributes, end };
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const LAST_CODE_POINT = 0x10ffff;

function decode(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (all, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > LAST_CODE_POINT ? all : String.fromCodePoint(code);
    },
  );
}
