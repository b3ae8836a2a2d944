/**
 * What a model can leave in the repository that it shares with the user, so that git runs it or believes it later. None
 * of it may run because of us, and none of it may change what is captured.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testAwkward } from '../support/awkward-cases.ts';
import { canaries, type Hands, trap } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

/** Every hook that git 2.39 knows. */
const HOOKS = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit'],
  ...['prepare-commit-msg', 'commit-msg', 'post-commit', 'pre-rebase', 'post-checkout'],
  ...['post-merge', 'pre-push', 'pre-receive', 'update', 'proc-receive', 'post-receive'],
  ...['post-update', 'reference-transaction', 'push-to-checkout', 'pre-auto-gc'],
  ...['post-rewrite', 'sendemail-validate', 'fsmonitor-watchman', 'post-index-change'],
];

interface Planted {
  name: string;
  /** Settings in the shared configuration; `%` stands for a program that tells when it is run. */
  config?: Record<string, string>;
  /** Attributes in the model's worktree. */
  attributes?: string;
  plant?: (model: Hands, program: string) => Promise<unknown> | undefined;
  /** What the program does besides telling. */
  does?: string;
  /** A git command of the model's that proves that the trap works. */
  springs?: string[];
  /** Of two that git would follow it follows one: hooks, attributes in `.git/info` before others, diff.external before a textconv. */
  apart?: true;
}

const CAPITALS = 'tr a-z A-Z';

const PLANTED: Planted[] = [
  {
    name: 'hooks of all names',
    plant: async (it, program) => {
      const hooks = join(await commonDir(it), 'hooks');
      mkdirSync(hooks, { recursive: true });
      for (const hook of HOOKS)
        writeFileSync(join(hooks, hook), `#!/bin/sh\nexec '${program}'\n`, { mode: 0o755 });
    },
    springs: ['update-ref', 'refs/heads/mine', 'HEAD'],
  },
  {
    name: 'core.hooksPath',
    apart: true,
    plant: async (it, program) => {
      const hooks = join(it.box.folder, 'hooks');
      mkdirSync(hooks);
      for (const hook of HOOKS)
        writeFileSync(join(hooks, hook), `#!/bin/sh\nexec '${program}'\n`, { mode: 0o755 });
      await it.git('config', 'core.hooksPath', hooks);
    },
    springs: ['update-ref', 'refs/heads/mine', 'HEAD'],
  },
  { name: 'core.fsmonitor', config: { 'core.fsmonitor': '%' }, springs: ['status'] },
  { name: 'diff.external', config: { 'diff.external': '%' }, springs: ['diff'] },
  {
    name: 'a textconv',
    apart: true,
    config: { 'diff.textconv.textconv': '%', 'diff.textconv.cachetextconv': 'true' },
    attributes: '* diff=textconv\n',
    springs: ['diff'],
  },
  {
    name: 'a diff driver',
    config: { 'diff.driver.command': '%' },
    attributes: '* diff=driver\n',
    springs: ['diff'],
  },
  {
    name: 'a clean filter',
    config: { 'filter.clean.clean': '%' },
    attributes: '*.txt filter=clean\n',
    does: CAPITALS,
    springs: ['add', '--all'],
  },
  {
    name: 'a smudge filter',
    config: { 'filter.smudge.smudge': '%' },
    attributes: '*.txt filter=smudge\n',
    does: CAPITALS,
    springs: ['archive', '--worktree-attributes', '--output=/dev/null', 'HEAD'],
  },
  {
    name: 'a required filter, both ways',
    config: {
      'filter.required.clean': '%',
      'filter.required.smudge': '%',
      'filter.required.required': 'true',
    },
    attributes: '* filter=required\n',
    does: CAPITALS,
    springs: ['add', '--all'],
  },
  {
    name: 'a filter process',
    config: { 'filter.process.process': '%', 'filter.process.required': 'true' },
    attributes: '*.txt filter=process\n',
    does: 'exit 1',
    springs: ['add', '--all'],
  },
  {
    name: 'a filter of the user’s, replaced by the model',
    config: { 'filter.lfs.clean': '%', 'filter.lfs.smudge': '%' },
    attributes: '*.txt filter=lfs\n',
    does: CAPITALS,
    springs: ['add', '--all'],
  },
  {
    name: 'a filter for attributes in .git/info',
    apart: true,
    config: { 'filter.info.clean': '%', 'filter.info.smudge': '%' },
    does: CAPITALS,
    plant: async (it) => {
      const info = join(await commonDir(it), 'info');
      mkdirSync(info, { recursive: true });
      writeFileSync(join(info, 'attributes'), '*.txt filter=info\n');
    },
    springs: ['add', '--all'],
  },
  {
    name: 'a filter for attributes in core.attributesFile',
    config: { 'filter.file.clean': '%', 'filter.file.smudge': '%' },
    does: CAPITALS,
    plant: async (it) => {
      writeFileSync(join(it.box.folder, 'attributes'), '*.txt filter=file\n');
      await it.git('config', 'core.attributesFile', join(it.box.folder, 'attributes'));
    },
    springs: ['add', '--all'],
  },
  {
    name: 'a merge driver',
    config: { 'merge.x.driver': '%', 'merge.default': 'x' },
    attributes: '* merge=x\n',
  },
  {
    name: 'aliases of the commands that we use',
    plant: async (it, program) => {
      for (const name of ['add', 'diff', 'apply', 'worktree', 'update-index', 'write-tree', 'mine'])
        await it.git('config', `alias.${name}`, `!'${program}'`);
    },
    springs: ['mine'],
  },
  {
    name: 'pagers and editors',
    config: {
      'core.pager': '%',
      'pager.diff': '%',
      'pager.worktree': '%',
      'pager.ls-files': '%',
      'core.editor': '%',
      'sequence.editor': '%',
      'interactive.diffFilter': '%',
    },
    springs: ['-c', 'sequence.editor=true', 'commit', '--allow-empty', '--edit', '-m', 'x'],
  },
  {
    name: 'programs for the network',
    config: {
      'core.sshCommand': '%',
      'core.askPass': '%',
      'core.gitProxy': '%',
      'credential.helper': '!%',
      'remote.other.url': 'ssh://localhost/nowhere',
      'remote.other.uploadpack': '%',
    },
    does: 'exit 1',
    springs: ['ls-remote', 'other'],
  },
  {
    name: 'a promisor remote that is a program',
    config: {
      'protocol.ext.allow': 'always',
      'extensions.partialClone': 'evil',
      'remote.evil.promisor': 'true',
      'remote.evil.url': 'ext::%',
      'remote.evil.partialclonefilter': 'blob:none',
    },
    does: 'exit 1',
    springs: ['cat-file', '-p', '1'.repeat(40)],
  },
  {
    name: 'a signing program, and signatures shown',
    config: {
      'gpg.program': '%',
      'log.showSignature': 'true',
      'commit.gpgSign': 'true',
      'tag.gpgSign': 'true',
      'push.gpgSign': 'true',
    },
    // As gpg answers, so that there is a signed commit.
    does: "cat > /dev/null; printf '\\n[GNUPG:] SIG_CREATED \\n' >&2; echo '-----BEGIN PGP SIGNATURE-----'",
    springs: ['commit', '--allow-empty', '-m', 'signed'],
  },
  {
    name: 'config.worktree',
    plant: async (it, program) => {
      await it.git('config', 'extensions.worktreeConfig', 'true');
      await it.git('config', '--worktree', 'core.fsmonitor', program);
      await it.git('config', '--worktree', 'diff.external', program);
      await it.git('config', '--worktree', 'filter.worktree.clean', program);
    },
    attributes: '*.txt filter=worktree\n',
    does: CAPITALS,
    springs: ['status'],
  },
  {
    name: 'include.path and includeIf',
    plant: async (it, program) => {
      const included = join(it.box.folder, 'included');
      writeFileSync(
        included,
        `[core]\n\tfsmonitor = ${program}\n[diff]\n\texternal = ${program}\n[filter "included"]\n\tclean = ${program}\n\tsmudge = ${program}\n`,
      );
      await it.git('config', 'include.path', included);
      await it.git('config', 'includeIf.gitdir:/**.path', included);
    },
    attributes: '*.txt filter=included\n',
    does: CAPITALS,
    springs: ['status'],
  },
  {
    name: 'programs for objects and packs',
    config: {
      'core.alternateRefsCommand': '%',
      'uploadpack.packObjectsHook': '%',
      'trailer.x.command': '%',
      'trailer.x.ifexists': 'add',
      'tar.x.command': '%',
    },
  },
];

/** The same change in every case: new files, changed ones, and the user changes one of them too, so that it is merged. */
function asCase(planted: Planted): AwkwardCase {
  const { name, config = {}, attributes, plant, does, springs, apart } = planted;
  return {
    name: `planted: ${name}`,
    together: apart ? 'planted apart' : 'planted',
    base: { 'merged.txt': LINES.join('') },
    model: async (it) => {
      const program = trap(it, `trap-${PLANTED.indexOf(planted)}`, does);
      await it.put({ 'a.txt': 'one\n2\n', 'new.txt': 'new\n', 'new.bin': Buffer.from([0, 1, 2]) });
      await it.put({ 'merged.txt': lines({ 0: 'the model’s\n' }) });
      if (attributes) await it.put({ '.gitattributes': attributes });
      for (const [key, value] of Object.entries(config))
        await it.git('config', key, value.replace('%', program));
      await plant?.(it, program);
      if (springs) await proveTrap(it, program, springs);
      // Those of other rows are sprung by this one's commands, too; from here on none may be.
      for (const canary of readdirSync(canaries(it.box))) rmSync(join(canaries(it.box), canary));
    },
    meanwhile: (user) => user.put({ 'merged.txt': lines({ 11: 'the user’s\n' }) }),
    expect: {
      merged: { 'merged.txt': lines({ 0: 'the model’s\n', 11: 'the user’s\n' }) },
    },
  };
}

const LINES = Array.from({ length: 12 }, (_, at) => `line ${at}\n`);

function lines(changed: Record<number, string>): string {
  return LINES.map((line, at) => changed[at] ?? line).join('');
}

/** The trap is seen to work once. */
async function proveTrap(it: Hands, program: string, words: string[]): Promise<void> {
  const canary = join(canaries(it.box), basename(program));
  rmSync(canary, { force: true });
  await it.tryGit(...words);
  assert.ok(existsSync(canary), `git ${words.join(' ')} does not spring the trap`);
}

function commonDir(it: Hands): Promise<string> {
  return it.git('rev-parse', '--path-format=absolute', '--git-common-dir');
}

/** Settings of the model's that would hide or change something, without running anything. */
const BELIEVED: Omit<AwkwardCase, 'together'>[] = [
  {
    name: 'believed: core.fileMode=false, set by the model',
    base: { 'on.sh': 'on\n', 'off.sh': { executable: 'off\n' } },
    model: async (it) => {
      await it.git('config', 'core.fileMode', 'false');
      it.executable('on.sh', true);
      it.executable('off.sh', false);
      await it.put({ 'new.sh': { executable: 'n\n' } });
    },
  },
  {
    name: 'believed: core.ignoreCase=true, set by the model',
    base: { makefile: 'lower\n' },
    model: async (it) => {
      await it.git('config', 'core.ignoreCase', 'true');
      await it.put({ Makefile: 'upper\n' });
      it.move('a.txt', 'A.txt');
    },
  },
  {
    name: 'believed: core.symlinks=false, set by the model',
    base: { link: { link: 'a.txt' } },
    model: async (it) => {
      await it.git('config', 'core.symlinks', 'false');
      await it.put({ link: { link: 'kept.txt' }, new: { link: 'a.txt' } });
    },
  },
  {
    name: 'believed: core.autocrlf=input, set by the model',
    model: async (it) => {
      await it.git('config', 'core.autocrlf', 'input');
      await it.put({ 'new.txt': 'one\r\ntwo\r\n' });
    },
  },
  {
    name: 'believed: core.excludesFile, set by the model',
    model: async (it) => {
      await it.put({ '../excludes': '*.txt\n', 'new.txt': 'new\n', 'b.md': 'b\n' });
      await it.git('config', 'core.excludesFile', join(it.box.folder, 'excludes'));
    },
    expect: { files: ['b.md', 'new.txt'] },
  },
  {
    name: 'believed: .git/info/exclude, written by the model',
    model: async (it) => {
      const info = join(await commonDir(it), 'info');
      mkdirSync(info, { recursive: true });
      writeFileSync(join(info, 'exclude'), '*.txt\n');
      await it.put({ 'new.txt': 'new\n', 'b.md': 'b\n' });
    },
    expect: { files: ['b.md', 'new.txt'] },
  },
  {
    name: 'believed: .git/info/attributes that convert, written by the model',
    model: async (it) => {
      const info = join(await commonDir(it), 'info');
      mkdirSync(info, { recursive: true });
      writeFileSync(join(info, 'attributes'), '*.txt text eol=crlf ident\n*.md -diff\n');
      await it.put({ 'new.txt': 'one\r\n$Id: x $\r\n', 'b.md': 'b\n' });
    },
  },
  {
    name: 'believed: .git/info/sparse-checkout, written by the model',
    model: async (it) => {
      await it.git('config', 'core.sparseCheckout', 'true');
      for (const gitDir of [await commonDir(it), await it.gitDir()]) {
        mkdirSync(join(gitDir, 'info'), { recursive: true });
        writeFileSync(join(gitDir, 'info/sparse-checkout'), '/nothing\n');
      }
      await it.put({ 'a.txt': 'changed\n', 'new.txt': 'new\n', 'kept.txt': null });
    },
    expect: { files: ['a.txt', 'kept.txt', 'new.txt'] },
  },
  {
    name: 'believed: core.checkStat, trustctime and untracked cache, set by the model',
    model: async (it) => {
      await it.put({ 'new/x.txt': 'x\n' });
      for (const setting of ['core.checkStat=minimal', 'core.trustctime=false'])
        await it.git('config', ...(setting.split('=') as [string, string]));
      await it.git('config', 'core.untrackedCache', 'true');
      await it.git('config', 'status.showUntrackedFiles', 'no');
      await it.put({ 'a.txt': 'ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n', 'new/y.txt': 'y\n' });
    },
  },
  {
    name: 'believed: core.bigFileThreshold and diff settings, set by the model',
    model: async (it) => {
      await it.git('config', 'core.bigFileThreshold', '1');
      await it.git('config', 'diff.noprefix', 'true');
      await it.git('config', 'diff.ignoreSubmodules', 'all');
      await it.git('config', 'merge.renames', 'false');
      await it.put({ 'a.txt': 'one\n2\nthree\n', 'b.txt': 'b\n' });
    },
  },
];

const CASES: AwkwardCase[] = [
  ...PLANTED.map(asCase),
  ...BELIEVED.map((row) => ({ ...row, together: 'believed' })),
];

testAwkward(CASES);
test.run();
