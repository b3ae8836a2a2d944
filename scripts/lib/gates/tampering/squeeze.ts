import type { Source } from './source.ts';

/** A stretch of code without what a formatter may change: blanks, kinds of quotes, trailing commas, semicolons. */
export function squeezed({ code, shape }: Source, start: number, end: number): string {
  const kept: string[] = [];
  // Within strings every character counts; they are the runs of `~` in the shape.
  const run = /~+|[^~]+/g;
  for (const { 0: piece, index } of shape.slice(start, end).matchAll(run)) {
    const written = code.slice(start + index, start + index + piece.length);
    kept.push(piece.startsWith('~') ? written : plain(written));
  }
  return kept.join('');
}

function plain(code: string): string {
  return code
    .replace(/[\s;]+/g, '')
    .replace(/,(?=[)\]}])/g, '')
    .replace(/['`]/g, '"');
}
