import type { Source } from './source.ts';

/** A test, or a group of tests, in a program's text. */
export interface Region {
  kind: 'test' | 'group';
  name: string;
  /** What is written before it, such as decorators, belongs to it. */
  start: number;
  end: number;
  /** Where its head ends. */
  body: number;
  /** The brace around its body; -1 where there is none. */
  brace: number;
  /** Its body is a function of another place. */
  isHandedOn: boolean;
}

/** `'adds'` -> `adds`; an expression stays as it is written. */
export function nameIn({ text, shape }: Source, start: number, end: number): string {
  const raw = text.slice(start, Math.min(end, start + 400)).trim();
  const masked = shape.slice(start, Math.min(end, start + 400)).trim();
  const isQuoted = /^(?:'~*'|"~*"|`[^`]*`)$/.test(masked);
  return (isQuoted ? raw.slice(1, -1) : raw).replace(/\s+/g, ' ').slice(0, 200);
}
