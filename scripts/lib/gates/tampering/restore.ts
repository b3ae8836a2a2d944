/** What to put back into a model's tree, so that it is judged by base's own gates. */
import { basePathOf } from './changed-file.ts';
import { grouped } from './grouped.ts';
import type { ChangedFile, Tampering } from './kinds.ts';
import { mergeManifest } from './manifest.ts';
import { isTestByItsName, roleOf } from './names.ts';

export interface Restoration {
  path: string;
  /** `base`: base's file; a text: that text; null: the file is removed. */
  content: 'base' | { text: string } | null;
}

/**
 * One restoration for each file that defines gates and was tampered with. A program that holds more than gates stays as
 * it is, since putting base's back would undo the model's work.
 */
export function restoreGateFiles(
  files: readonly ChangedFile[],
  tampered: readonly Tampering[],
): Restoration[] {
  const kinds = grouped(tampered, ({ path }) => path);
  return files.flatMap((file) => {
    const found = kinds.get(basePathOf(file)) ?? [];
    const isSilencedOnly = found.every(({ kind }) => kind === 'ignore-comment-added');
    const role = roleOf(basePathOf(file));
    if (found.length === 0 || role === 'other') return [];
    if (file.status === 'added') return isSilencedOnly ? [] : [{ path: file.path, content: null }];
    return role === 'manifest' ? restoreManifest(file) : restoreFile(file);
  });
}

function restoreManifest(file: ChangedFile): Restoration[] {
  const { path, before, after } = file;
  if (file.status === 'deleted' || typeof before !== 'string' || typeof after !== 'string') {
    return restoreFile(file);
  }
  const text = mergeManifest(path, before, after);
  if (text === null) return restoreFile(file);
  return text === after ? [] : [{ path, content: { text } }];
}

function restoreFile(file: ChangedFile): Restoration[] {
  const base: Restoration = { path: basePathOf(file), content: 'base' };
  if (file.status !== 'renamed') return [base];
  // Under its new name it would run, or be obeyed, beside base's; a helper may be what the model's own tests import.
  const isObeyed = isTestByItsName(file.path) || roleOf(file.path) === 'configuration';
  return isObeyed ? [base, { path: file.path, content: null }] : [base];
}
