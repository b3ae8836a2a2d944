/** How far the models that changed a file agree, and so whether somebody has to decide. */
import { pathText, type RawPath } from '../git/paths.ts';
import type { ComparedFile, ComparedVersion, UndecidedFile } from './compare.ts';
import { applyHunks } from './hunks.ts';
import { isRegularFile } from './read-hunks.ts';

export type Agreement = 'identical' | 'format-only' | 'disjoint' | 'conflict' | 'single' | 'split';

/** @param onto what the hunks apply to, needed where `comparesByLines` says so */
export function agreementOf(file: Omit<ComparedFile, 'agreement'>, onto: Buffer): Agreement {
  // One moved it, the other changed it: what they differ in is told under the new name.
  if (file.moved_to !== null) return 'disjoint';
  if (file.origin !== null) return file.disputes.length > 0 ? 'conflict' : 'disjoint';
  if (file.versions.length === 1) return 'single';
  if (file.groups.length === 1) return 'identical';
  if (!comparesByLines(file)) return 'split';
  if (hasOneMode(file) && sameButWhiteSpace(file.path, versionsOf(file, onto)))
    return 'format-only';
  return file.disputes.length > 0 ? 'conflict' : 'disjoint';
}

/**
 * Whether several versions differ in what can be merged: all text and present. Of a new file two modes cannot be merged;
 * of an old one the mode that is not base's is the change.
 */
export function comparesByLines(file: UndecidedFile): boolean {
  if (file.origin !== null) return true;
  const { versions, groups, base } = file;
  const isText = ({ mode, binary }: ComparedVersion) =>
    !binary && mode !== null && isRegularFile(mode);
  // Without lines of base (it was a link, say) there is nothing that hunks could be merged onto.
  const hasLines = base === null ? hasOneMode(file) : isRegularFile(base.mode);
  return groups.length > 1 && versions.every(isText) && hasLines;
}

function hasOneMode({ versions }: Pick<ComparedFile, 'versions'>): boolean {
  return versions.every(({ mode }) => mode === versions[0]?.mode);
}

/** One of each group, made when it is asked for: a version is base with its hunks, byte for byte. */
function* versionsOf({ groups, hunks }: UndecidedFile, onto: Buffer): Generator<Buffer> {
  for (const [model = ''] of groups)
    yield applyHunks(
      onto,
      hunks.filter(({ models }) => models.includes(model)),
    );
}

/** Here the white space at the start of a line is meaning, not taste. */
const INDENTED =
  /\.(pyi?|pyx|ya?ml|haml|slim|pug|sass|styl|coffee|nim|hs|elm|fsx?|gd|mk)$|(^|\/)(gnu)?makefile$|(^|\/)\.?justfile$/i;

/** As with `git diff -w`: lines are compared with all white space taken out, but for an indentation that has a meaning. */
export function sameButWhiteSpace(path: RawPath, contents: Iterable<Buffer>): boolean {
  const strip = INDENTED.test(pathText(path)) ? keepIndentation : takeOut;
  let first: string | null = null;
  for (const content of contents) {
    const text = strip(content.toString('latin1'));
    if (text !== (first ?? text)) return false;
    first = text;
  }
  return true;
}

// Spelled out, not \s: in bytes read as latin1 that would also take 0xA0 and 0x85 out of UTF-8 letters.
function takeOut(text: string): string {
  return text.replace(/[ \t\r\f\v]+/g, '').replace(/\n$/, '');
}

function keepIndentation(text: string): string {
  return text.replace(/^[ \t\r\f\v]+$|(?<=[^ \t\r\f\v\n])[ \t\r\f\v]+/gm, '').replace(/\n$/, '');
}
