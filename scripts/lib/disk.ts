/**
 * Everything that we change on a disk goes through here: Node's own functions under their own names, each with a point
 * in front at which the crash tests can kill the process (fault-points.ts). Reading needs none of it.
 */
import * as sync from 'node:fs';
import * as fs from 'node:fs/promises';
import { faultPoint } from './fault-points.ts';

export const mkdir = pathPoint('mkdir', fs.mkdir);
export const mkdtemp = pathPoint('mkdtemp', fs.mkdtemp);
export const chmod = pathPoint('chmod', fs.chmod);
export const utimes = pathPoint('utimes', fs.utimes);
export const truncate = pathPoint('truncate', fs.truncate);
export const unlink = pathPoint('unlink', fs.unlink);
export const rmdir = pathPoint('rmdir', fs.rmdir);

export const rename = pathsPoint('rename', fs.rename);
export const copyFile = pathsPoint('copy', fs.copyFile);
export const cp = pathsPoint('copy', fs.cp);
export const symlink = pathsPoint('symlink', fs.symlink);
export const link = pathsPoint('link', fs.link);

export const chmodSync = pathPoint('chmod', sync.chmodSync);
export const rmdirSync = pathPoint('rmdir', sync.rmdirSync);
export const mkdirSync = pathPoint('mkdir', sync.mkdirSync);
export const unlinkSync = pathPoint('unlink', sync.unlinkSync);
export const renameSync = pathsPoint('rename', sync.renameSync);

export const writeFile: typeof fs.writeFile = (file, data, options) => {
  writePoints('write', file, () =>
    sync.writeFileSync(pathOf(file), halfOf(data), options as sync.WriteFileOptions),
  );
  return fs.writeFile(file, data, options);
};

export const appendFile: typeof fs.appendFile = (file, data, options) => {
  writePoints('append', file, () =>
    sync.appendFileSync(pathOf(file), halfOf(data), options as sync.WriteFileOptions),
  );
  return fs.appendFile(file, data, options);
};

export const writeFileSync: typeof sync.writeFileSync = (file, data, options) => {
  writePoints('write', file, () => sync.writeFileSync(file, halfOf(data), options));
  sync.writeFileSync(file, data, options);
};

export const rm: typeof fs.rm = (path, options) => {
  removePoints(path, options);
  return fs.rm(path, options);
};

export const rmSync: typeof sync.rmSync = (path, options) => {
  removePoints(path, options);
  sync.rmSync(path, options);
};

export const open: typeof fs.open = (path, flags, mode) => {
  if (isForWriting(flags)) faultPoint(`open ${path}`);
  return fs.open(path, flags, mode);
};

export const openSync: typeof sync.openSync = (path, flags, mode) => {
  if (isForWriting(flags)) faultPoint(`open ${path}`);
  return sync.openSync(path, flags, mode);
};

/** A function that changes the one path that it is given first. */
function pathPoint<Change extends (...args: never[]) => unknown>(what: string, change: Change) {
  return ((...args: never[]) => {
    faultPoint(`${what} ${args[0]}`);
    return change(...args);
  }) as Change;
}

/** A function that makes its second path from its first. */
function pathsPoint<Change extends (...args: never[]) => unknown>(what: string, change: Change) {
  return ((...args: never[]) => {
    faultPoint(`${what} ${args[0]} ${args[1]}`);
    return change(...args);
  }) as Change;
}

/** A kill can come before a file is written, or when a part of it is. */
function writePoints(what: string, file: unknown, half: () => void): void {
  faultPoint(`${what} ${file}`);
  faultPoint(`half ${what} ${file}`, half);
}

/** A folder is removed entry by entry. */
function removePoints(path: sync.PathLike, options: sync.RmOptions | undefined): void {
  faultPoint(`rm ${path}`);
  if (options?.recursive) faultPoint(`half rm ${path}`, () => removeHalf(String(path)));
}

function removeHalf(folder: string): void {
  const names = sync.readdirSync(folder);
  for (const name of names.slice(0, Math.ceil(names.length / 2)))
    sync.rmSync(`${folder}/${name}`, { recursive: true });
}

/** The first half of what is to be written; of what is not in memory, nothing. */
function halfOf(data: unknown): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array)
    return data.slice(0, data.length >> 1);
  return '';
}

function pathOf(file: Parameters<typeof fs.writeFile>[0]): sync.PathOrFileDescriptor {
  return typeof file === 'object' && 'fd' in file ? file.fd : file;
}

function isForWriting(flags: string | number = 'r'): boolean {
  const { O_WRONLY, O_RDWR } = sync.constants;
  return typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR)) !== 0 : flags !== 'r';
}
