/** The text side of triggers: what may not be read as one, and how one is taken out without a trace. */

export interface TextRange {
  /** From 0. */
  line: number;
  start: number;
  text: string;
}

const FILLER = '\uffff';
/** Stands for a removed trigger until the line around it is tidied. */
const HOLE = '\0';
const FENCE = /^\s{0,3}(```+|~~~+)/;
/** An apostrophe opens a quotation only where a word does not run into it. */
const QUOTED = /`[^`]*`|"[^"]*"|“[^”]*”|«[^»]*»|(?<!\w)'[^']*'(?!\w)/g;

/** The lines at their full length, with everything quoted, in backticks or inside a code fence blotted out. */
export function maskQuoted(lines: readonly string[]): string[] {
  let fence: string | null = null;
  return lines.map((line) => {
    const mark: string | undefined = FENCE.exec(line)?.[1];
    const opens = fence === null && mark !== undefined;
    const closes = fence !== null && mark?.startsWith(fence) === true;
    const inside = fence !== null || opens;
    if (opens) fence = mark;
    else if (closes) fence = null;
    return inside ? FILLER.repeat(line.length) : line.replaceAll(QUOTED, blot);
  });
}

function blot(quotation: string): string {
  return FILLER.repeat(quotation.length);
}

/** Takes the ranges out of the text, with the blanks and commas that only they needed; all other lines stay as they are. */
export function removeRanges(text: string, ranges: readonly TextRange[]): string {
  if (ranges.length === 0) return text;
  const lines = text.split('\n').map((line, index) => {
    const here = ranges.filter((range) => range.line === index);
    return here.length === 0
      ? { text: line, emptied: false }
      : emptiedOrNot(removeFromLine(line, here));
  });
  const texts = lines.filter(({ text, emptied }) => emptied || text.trim() !== '');
  const kept = lines.filter(({ emptied }) => !emptied).map(({ text }) => text);
  if (kept.every((line) => line.trim() === '')) return '';
  if (texts[0]?.emptied) dropBlank(kept, 'shift');
  if (texts.at(-1)?.emptied) {
    dropBlank(kept, 'pop');
    if (text.endsWith('\n')) kept.push('');
  }
  return kept.join('\n');
}

function emptiedOrNot(text: string): { text: string; emptied: boolean } {
  return { text, emptied: text.trim() === '' };
}

/** Blank lines next to a line that held only triggers were there for its sake. */
function dropBlank(lines: string[], from: 'shift' | 'pop'): void {
  while (lines.at(from === 'shift' ? 0 : -1)?.trim() === '') lines[from]();
}

function removeFromLine(line: string, ranges: readonly TextRange[]): string {
  const ending = line.endsWith('\r') ? '\r' : '';
  let holed = line.slice(0, line.length - ending.length);
  for (const { start, text } of [...ranges].sort((a, b) => b.start - a.start)) {
    holed = holed.slice(0, start) + HOLE + holed.slice(start + text.length);
  }
  return closeHoles(holed) + ending;
}

function closeHoles(line: string): string {
  return line
    .replaceAll(/[([{]\0[)\]}]/g, HOLE)
    .replaceAll(/\0(?:\s*[,;]?\s*\0)+/g, HOLE)
    .replace(/^\s*\0[\s,;:.!?]*/, '')
    .replace(/([.!?])?(?:[\s,;]|(?<=\s)[-–—])*\0\s*([.!?:]*)\s*$/, (_, before = '', after) =>
      before === '' ? after : before,
    )
    .replaceAll(/([,;])\s*\0\s*[,;]/g, '$1')
    .replaceAll(/\s*\0(?=\s*[,;.:!?)\]}])\s*/g, '')
    .replaceAll(/(?<=[([{])\0\s*/g, '')
    .replaceAll(/\s*\0\s*/g, ' ');
}
