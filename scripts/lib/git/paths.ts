/**
 * File names in git are bytes, in JSON they are text. Inside, a path is a RawPath: one character a byte, so that it
 * is exact, sortable and a key; it becomes text only where people read it.
 */
export type RawPath = string;

/** A path as CONTRACT.md prints it: `path_base64` only where the name is no UTF-8. */
export interface PrintedPath {
  path: string;
  path_base64?: string;
}

export function rawPathOf(text: string): RawPath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function rawPathOfPrinted({ path, path_base64 }: PrintedPath): RawPath {
  return path_base64 === undefined
    ? rawPathOf(path)
    : Buffer.from(path_base64, 'base64').toString('latin1');
}

/** The path as text, with U+FFFD for what is no UTF-8. */
export function pathText(raw: RawPath): string {
  return bytesOf(raw).toString('utf8');
}

export function printPath(raw: RawPath): PrintedPath {
  const path = pathText(raw);
  return rawPathOf(path) === raw
    ? { path }
    : { path, path_base64: bytesOf(raw).toString('base64') };
}

export function bytesOf(raw: RawPath): Buffer {
  return Buffer.from(raw, 'latin1');
}

/** A NUL-terminated list, as git reads it with `-z`. */
export function joinNul(items: readonly RawPath[]): Buffer {
  return bytesOf(items.map((item) => `${item}\0`).join(''));
}

/** The items of a NUL-terminated list (`-z`). */
export function splitNul(output: Buffer): RawPath[] {
  const items = output.toString('latin1').split('\0');
  items.pop();
  return items;
}
