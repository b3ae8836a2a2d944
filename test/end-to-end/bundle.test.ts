import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git } from '../../scripts/lib/git/git.ts';
import { listRefs, writeRef } from '../../scripts/lib/git/refs.ts';
import { openRepository, type Repository } from '../../scripts/lib/git/repository.ts';
import { commitTree } from '../../scripts/lib/git/trees.ts';
import { applySynthesis, undoApplication } from '../../scripts/lib/procedure/apply.ts';
import { archiveRefs } from '../../scripts/lib/procedure/archive.ts';
import type { WrittenBundle } from '../../scripts/lib/procedure/bundle/bundle-records.ts';
import { type HiddenPlace, hidePlaces } from '../../scripts/lib/procedure/bundle/hide-places.ts';
import { openBundle } from '../../scripts/lib/procedure/bundle/open-bundle.ts';
import { planBundle, writeBundle } from '../../scripts/lib/procedure/bundle/write-bundle.ts';
import { readGateRecord } from '../../scripts/lib/procedure/gate-record.ts';
import { readApplied, writeSummary } from '../../scripts/lib/procedure/summary.ts';
import { refPrefix, type Session, updateSession } from '../../scripts/lib/session/session.ts';
import {
  bundledSession,
  CLAUDE,
  capture,
  cloneElsewhere,
  FILES,
  GPT,
  mixAndApply,
  replay,
} from '../support/bundled-session.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { repositoryState } from '../support/repository-state.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';
import { treeOnDisk } from '../support/working-tree.ts';

test('a fresh clone on another machine gets the same tree, byte for byte, and can go back', async () => {
  await using box = await ownSandbox();
  const { repository, session, tree, file } = await bundledSession(box);
  assert.is(await treeOnDisk(repository.topLevel), tree);
  assert.is((await readGateRecord(session, 1))?.named, true);

  const there = await cloneElsewhere(box, repository.topLevel);
  const before = await repositoryState(there.topLevel);
  const opened = await replay(there, file);
  assert.is(opened.tree, tree);
  assert.is(opened.made, tree);
  assert.is(opened.pass, 1);
  assert.equal(opened.warnings, []);
  assert.equal((await repositoryState(there.topLevel)).files, before.files);
  await assertImported(box, there, opened.session, session);

  await applySynthesis(there, opened.session, { tree: opened.made, pass: 1 });
  assert.is(await treeOnDisk(there.topLevel), tree);
  await undoApplication(there, opened.session);
  const after = await repositoryState(there.topLevel);
  const ours = (refs: string) =>
    refs
      .split('\n')
      .filter((it) => !it.includes('refs/mm/'))
      .join('\n');
  assert.equal({ ...after, refs: ours(after.refs) }, before);

  // The same bundle again is the same session again, also after its refs were archived.
  const { directory } = opened.session;
  assert.is((await openBundle(there, file, { pass: 1 })).session.directory, directory);
  assert.ok((await archiveRefs(there, opened.session)) > 0);
  const again = await replay(there, file);
  assert.equal([again.session.directory, again.made], [directory, tree]);
  // What was given up comes in anew.
  await writeFile(join(directory, 'expired'), '');
  assert.is.not((await openBundle(there, file, {})).session.directory, directory);
});

/** A session of that repository, that says where it came from, and where nothing counts that others found out. */
async function assertImported(
  box: Sandbox,
  there: Repository,
  imported: Session,
  { data: original }: Session,
) {
  const { data, directory } = imported;
  assert.ok(directory.startsWith(join(box.folder, 'elsewhere', 'state')));
  assert.is.not(data.session_id, original.session_id);
  assert.equal(
    [data.host, data.status, data.main_tree, data.ref, data.base],
    ['none', 'completed', there.topLevel, original.ref, original.base],
  );
  assert.equal(
    data.models.map(({ model, role, available, binary }) => [model, role, available, binary]),
    [
      ['claude', 'external', true, null],
      ['gpt', 'external', true, null],
    ],
  );
  const names = (await listRefs(there.topLevel, 'refs')).map(({ name }) => name);
  assert.equal(
    names.filter((name) => !/^refs\/(heads|remotes)\//.test(name)),
    ['imported/results', 'pass-0001/claude/tree', 'pass-0001/gpt/tree'].map(
      (name) => `${refPrefix(imported)}/${name}`,
    ),
  );
  assert.not.ok(existsSync(join(there.gitDir, 'FETCH_HEAD')));
  const record = JSON.parse(await readFile(join(directory, 'imported.json'), 'utf8'));
  assert.is(record.imported_from, original.session_id);
  assert.match(await readFile(join(directory, 'metadata.md'), 'utf8'), original.session_id);
  assert.match(await readFile(await writeSummary(imported), 'utf8'), original.session_id);
  assert.is((await stat(directory)).mode & 0o777, 0o700);
  assert.is(await readGateRecord(imported, 1), null);
  assert.is(await readApplied(imported, 1), null);
  for (const name of ['applied.json', 'gates.json', 'synthesis.md', 'outputs/claude.md']) {
    assert.ok(existsSync(join(directory, 'packed', 'pass-0001', name)), name);
    assert.not.ok(existsSync(join(directory, 'pass-0001', name)), name);
  }
}

test('a bundle is the same before and after cleanup, leaves no trace in the repository, and names no place of this machine', async () => {
  await using box = await ownSandbox();
  const { repository, session, tree, file } = await bundledSession(box);
  const { topLevel } = repository;
  const state = () =>
    Promise.all([
      box.git(topLevel, 'for-each-ref'),
      box.git(topLevel, 'count-objects', '-v'),
      box.git(topLevel, 'status', '--porcelain'),
    ]);
  const before = await state();
  const heads = await box.git(topLevel, 'bundle', 'list-heads', file);
  const again = await writeBundle(repository, session, await planBundle(session, file));
  assert.is(await box.git(topLevel, 'bundle', 'list-heads', file), heads);
  assert.match(heads, `${again.results} ${refPrefix(session)}/results`);
  assert.equal(await state(), before);
  assert.equal(
    (await readdir(box.folder)).filter((name) => /^\.|\.tmp$/.test(name)),
    [],
  );

  await assertNoPlaces(box, topLevel, again);

  await archiveRefs(repository, session);
  await box.git(topLevel, 'gc', '--prune=now', '--quiet');
  const later = join(box.folder, 'later.bundle');
  const written = await writeBundle(repository, session, await planBundle(session, later));
  assert.is(written.results, again.results);
  assert.is(await box.git(topLevel, 'for-each-ref', 'refs/mm'), '');
  const there = await cloneElsewhere(box, repository.topLevel);
  assert.is((await replay(there, later)).made, tree);
});

/** Nothing of this machine stands in the texts, and no log. */
async function assertNoPlaces(box: Sandbox, topLevel: string, written: WrittenBundle) {
  const clone = join(box.folder, 'reading');
  await box.git(box.folder, 'clone', '--quiet', topLevel, clone);
  assert.is((await stat(written.file)).mode & 0o777, 0o600);
  assert.is(written.bytes, (await stat(written.file)).size);
  await git(clone, ['bundle', 'unbundle', written.file]);
  const names = await box.git(clone, 'ls-tree', '-r', '--name-only', `${written.results}:session`);
  assert.equal(names.split('\n'), [
    'pass-0001/applied.json',
    'pass-0001/gates.json',
    'pass-0001/outputs/claude.md',
    'pass-0001/picks.json',
    'pass-0001/quality-gates.md',
    'pass-0001/synthesis.md',
    'session.json',
    'summary.md',
    'task.md',
  ]);
  const show = (name: string) => box.git(clone, 'show', `${written.results}:session/${name}`);
  for (const name of names.split('\n')) {
    const text = await show(name);
    for (const place of [box.folder, process.env.HOME ?? '', process.execPath, '/tmp', '/bin/'])
      assert.not.ok(text.includes(place) && !text.includes('src/tmp/x'), `${name}: ${place}`);
  }
  assert.is(
    await show('pass-0001/synthesis.md'),
    'In src/a.txt:3, pass-0001/logs/x, ~/notes and $TMPDIR/x.',
  );
  assert.is(await show('task.md'), 'Repair src, not src/tmp/x.');
  const { picks } = JSON.parse(await show('pass-0001/picks.json'));
  assert.is(picks[0].why, 'as pass-0001 and src/a.txt say');
}

test('the user’s uncommitted work comes along where the models started from it, and is told of', async () => {
  await using box = await ownSandbox();
  const main = await box.repository(FILES);
  const head = await box.git(main, 'rev-parse', 'HEAD');
  await writeFile(join(main, 'draft.txt'), 'not committed\n');
  await writeFile(join(main, 'old.txt'), 'changed by the user\n');
  await box.git(main, 'add', '--all');
  const work = await box.git(main, 'write-tree');
  await box.git(main, 'reset', '--quiet');
  const base = await commitTree(main, work, [head], 'user changes');
  const user_changes = {
    ...{ mode: 'include' as const, state: 'in-place' as const, files: [], ref: base },
    ...{ stash: null, tree: work, index_tree: work, moved: null },
  };
  const { repository, session } = await makeSession(main, { base, user_changes });
  await writeRef(main, `${refPrefix(session)}/user/worktree`, base);
  await capture(repository, session, { model: 'claude', changes: CLAUDE });
  await capture(repository, session, { model: 'gpt', changes: GPT });
  const tree = await mixAndApply(repository, session);
  const file = join(box.folder, 'x.bundle');
  await writeBundle(repository, session, await planBundle(session, file));

  const there = await cloneElsewhere(box, main);
  const opened = await replay(there, file);
  assert.equal([opened.tree, opened.made], [tree, tree]);
  assert.equal(opened.session.data.base, base);
  assert.is(opened.warnings.length, 1);
  assert.match(opened.warnings[0] ?? '', /2 files.*draft\.txt, old\.txt/);
});

test('each pass replays by itself; without a word it is the last one that stands', async () => {
  await using box = await ownSandbox();
  const { repository, session, tree } = await bundledSession(box);
  await updateSession(session, () => ({ current_pass: 2, pass_count: 2 }));
  await capture(repository, session, { model: 'gpt', pass: 2, changes: [['two.txt', '2\n']] });
  const second = await mixAndApply(repository, session, 2);
  const file = join(box.folder, 'two.bundle');
  const write = async () => writeBundle(repository, session, await planBundle(session, file));
  await write();
  const there = await cloneElsewhere(box, repository.topLevel);
  assert.is((await replay(there, file)).made, second);
  const first = await replay(there, file, 1);
  assert.equal([first.pass, first.tree, first.made], [1, tree, tree]);
  assert.is((await rejection(openBundle(there, file, { pass: 3 }))).code, 'unknown-pass');

  await undoApplication(repository, session);
  await write();
  assert.is((await replay(there, file)).pass, 1);
});

test('without picks there are candidates to pick from', async () => {
  await using box = await ownSandbox();
  const main = await box.repository(FILES);
  const { repository, session } = await makeSession(main);
  await capture(repository, session, { model: 'gpt', changes: GPT });
  const file = join(box.folder, 'x.bundle');
  await writeBundle(repository, session, await planBundle(session, file));
  const there = await cloneElsewhere(box, main);
  const error = await rejection(openBundle(there, file, {}));
  assert.is(`${error.code} ${error.exitStatus}`, 'no-picks 2');
  const opened = await openBundle(there, file, { picksGiven: true });
  assert.match(error.hint, `--session ${opened.session.data.session_id}`);
  assert.equal(opened.warnings, []);
  // claude took part and has no capture: nothing can be picked from it.
  assert.equal(
    opened.session.data.models.map(({ model, available }) => [model, available]),
    [
      ['claude', false],
      ['gpt', true],
    ],
  );
});

for (const words of [['--depth', '1'], ['--filter=tree:0']]) {
  test(`a clone with ${words.join(' ')} is enough`, async () => {
    await using box = await ownSandbox();
    const main = await box.repository(FILES);
    await box.git(main, 'config', 'uploadpack.allowFilter', 'true');
    await writeFile(join(main, 'later.txt'), 'later\n');
    await box.git(main, 'add', '--all');
    await box.git(main, 'commit', '--quiet', '-m', 'later');
    const { repository, session } = await makeSession(main);
    await capture(repository, session, { model: 'claude', changes: CLAUDE });
    await capture(repository, session, { model: 'gpt', changes: GPT });
    const tree = await mixAndApply(repository, session);
    const file = join(box.folder, 'x.bundle');
    await writeBundle(repository, session, await planBundle(session, file));
    const there = await cloneElsewhere(box, main, ...words);
    const opened = await replay(there, file);
    assert.is(opened.made, tree);
    await applySynthesis(there, opened.session, { tree, pass: 1 });
    assert.is(await treeOnDisk(there.topLevel), tree);
  });
}

test('a partial clone that never had the files is told so, and after a checkout all is well', async () => {
  await using box = await ownSandbox();
  const { repository, tree, file } = await bundledSession(box);
  await box.git(repository.topLevel, 'config', 'uploadpack.allowFilter', 'true');
  const words = ['--filter=blob:none', '--no-checkout'];
  const there = await cloneElsewhere(box, repository.topLevel, ...words);
  const error = await rejection(openBundle(there, file, {}));
  assert.is(`${error.code} ${error.exitStatus}`, 'bundle-needs-commit 3');
  assert.match(error.hint, 'partial clone');
  await box.git(there.topLevel, 'checkout', '--quiet');
  assert.is((await replay(there, file)).made, tree);
});

test('a repository in a folder with an odd name', async () => {
  await using box = await ownSandbox();
  const main = await box.repository(FILES, 'odd "näme\\ 1: x $y');
  const { repository, session, tree, file } = await bundledSession(box, main);
  const there = await cloneElsewhere(box, repository.topLevel);
  assert.is((await replay(there, file)).made, tree);
  const { results } = await writeBundle(repository, session, await planBundle(session, file));
  await git(main, ['bundle', 'unbundle', file]);
  assert.not.match(await box.git(main, 'grep', '-h', '-e', '', results), box.folder);
});

test('a repository with longer object ids', async () => {
  await using box = await ownSandbox();
  const main = await box.repository(FILES);
  await rm(join(main, '.git'), { recursive: true });
  await box.git(main, 'init', '--quiet', '--object-format=sha256');
  await box.git(main, 'add', '--all');
  await box.git(main, 'commit', '--quiet', '-m', 'Start');
  const { repository, tree, file } = await bundledSession(box, main);
  assert.is(tree.length, 64);
  const other = await openRepository(await box.repository(FILES, 'other'));
  assert.is((await rejection(openBundle(other, file, {}))).code, 'bundle-needs-commit');
  assert.is((await replay(await cloneElsewhere(box, repository.topLevel), file)).made, tree);
});

test('a session of a shallow clone is bundled too', async () => {
  await using box = await ownSandbox();
  const origin = await box.repository(FILES, 'origin');
  await box.git(origin, 'commit', '--quiet', '--allow-empty', '-m', 'second');
  const main = join(box.folder, 'shallow');
  await box.git(box.folder, 'clone', '--quiet', '--depth', '1', `file://${origin}`, main);
  const { repository, session } = await makeSession(main);
  await capture(repository, session, { model: 'gpt', changes: GPT });
  const file = join(box.folder, 'x.bundle');
  await writeBundle(repository, session, await planBundle(session, file));
  const there = await cloneElsewhere(box, origin);
  assert.is((await openBundle(there, file, { picksGiven: true })).pass, 1);
});

test('a clone without the commit is told which one, and after a fetch of it all is well', async () => {
  await using box = await ownSandbox();
  const main = await box.repository(FILES);
  const there = await cloneElsewhere(box, main);
  const state = process.env.AI_AIP_ROOT;
  await box.git(main, 'checkout', '--quiet', '-b', 'side');
  await box.git(main, 'commit', '--quiet', '--allow-empty', '-m', 'not there yet');
  const { repository, session } = await makeSession(main);
  await capture(repository, session, { model: 'gpt', changes: GPT });
  const file = join(box.folder, 'x.bundle');
  await writeBundle(repository, session, await planBundle(session, file));
  const error = await rejection(openBundle(there, file, {}));
  assert.equal([error.code, error.exitStatus], ['bundle-needs-commit', 3]);
  assert.match(error.message, repository.head);
  assert.match(error.hint, `git fetch origin ${repository.head}`);
  assert.equal(await listRefs(there.topLevel, 'refs/mm'), []);
  assert.not.ok(existsSync(join(state ?? '', 'repos', 'clone')));
  // No branch holds it then.
  await box.git(there.topLevel, 'fetch', '--quiet', 'origin', repository.head);
  const opened = await openBundle(there, file, { picksGiven: true });
  assert.is(opened.session.data.ref, repository.head);
});

test('where a bundle may be written', async () => {
  await using box = await ownSandbox();
  const { session, file, repository } = await bundledSession(box);
  await writeFile(join(box.folder, 'mine.txt'), 'mine\n');
  const other = await makeSession(repository.topLevel);
  await archiveRefs(repository, session);
  const refused = async (path: string, of = session) => {
    const { code, exitStatus } = await rejection(planBundle(of, path));
    return `${exitStatus} ${code}`;
  };
  assert.is(await refused(join(box.folder, 'mine.txt')), '3 bundle-exists');
  assert.is(await refused(box.folder), '3 bundle-exists');
  assert.is(await refused(join(box.folder, 'none', 'x')), '2 no-such-folder');
  assert.is(await refused(join(box.folder, 'mine.txt', 'x')), '2 no-such-folder');
  // The archive of cleanup is a bundle of this session, and must stay.
  assert.is(await refused(join(session.directory, 'refs.bundle')), '3 bundle-exists');
  assert.is(await refused(file, other.session), '3 nothing-captured');
  await capture(repository, other.session, { model: 'gpt', changes: GPT });
  assert.is(await refused(file, other.session), '3 bundle-exists');
  assert.is(await planBundle(session, file), file);
});

const PLACES: HiddenPlace[] = [
  ['/home/u/work/project', ''],
  ['/home/u/work', '..'],
  ['/home/u', '~'],
  ['/opt/a+b (c)/bin/gpt', 'gpt'],
  ['/tmp', '$TMPDIR'],
  ['/', 'never'],
];

const TEXTS: [string, string][] = [
  ['at /home/u/work/project/src/a.ts:3', 'at src/a.ts:3'],
  ['in /home/u/work/project.', 'in ./.'],
  ['/home/u/work/project-two/x and /home/u/work', '../project-two/x and ..'],
  ['file:///home/u/work/project/a', 'file://a'],
  ['HOME=/home/u; -I/home/u/include', 'HOME=~; -I~/include'],
  ['/home/user and /home/u2', '/home/user and /home/u2'],
  ['src/tmp/x, ./tmp/x, /tmp/x, "/tmp"', 'src/tmp/x, ./tmp/x, $TMPDIR/x, "$TMPDIR"'],
  ['run /opt/a+b (c)/bin/gpt now', 'run gpt now'],
  ['file:///opt/a+b%20(c)/bin/gpt', 'file://gpt'],
  ['/tmpfs /tmp.old /usr/bin', '/tmpfs /tmp.old /usr/bin'],
  ['nothing', 'nothing'],
];

for (const [text, shown] of TEXTS) {
  test(`places are hidden: ${text}`, () => assert.is(hidePlaces(text, PLACES), shown));
}

test('a long text of nothing but beginnings of places is read once', () => {
  const text = '/home/u/work/project'.slice(0, -1).repeat(100_000);
  assert.is(hidePlaces(text, PLACES).includes('/home/u/'), false);
});

test('finish-session --bundle: what it prints, what it warns of, what it refuses before it closes anything', async () => {
  await using box = await ownSandbox();
  const { repository, session, file } = await bundledSession(box);
  const named = ['--session', session.data.session_id];
  const { topLevel } = repository;
  const status = async () => (await box.mm(topLevel, 'status', ...named)).json.status;
  const refused = await box.mm(topLevel, 'finish-session', '--bundle', 'README.md/x', ...named);
  assert.equal([refused.exitCode, refused.json.error.code], [2, 'no-such-folder']);
  await writeFile(join(box.folder, 'mine'), 'mine');
  const taken = await box.mm(topLevel, 'finish-session', '--bundle', '../mine', ...named);
  assert.equal([taken.exitCode, taken.json.error.code], [3, 'bundle-exists']);
  assert.is(await status(), 'in_progress');

  const { exitCode, json } = await box.mm(topLevel, 'finish-session', '--bundle', '../b', ...named);
  assert.is(exitCode, 0, JSON.stringify(json));
  const { bytes, results, ...rest } = json.bundle;
  assert.equal(rest, { file: join(box.folder, 'b'), left_out: [] });
  assert.is(bytes, (await stat(join(box.folder, 'b'))).size);
  assert.match(json.warnings[0], `${bytes} bytes) holds the code of all candidates`);
  assert.match(json.next, `apply-picks --bundle ${join(box.folder, 'b')}`);
  assert.is(await status(), 'completed');
  const summary = await readFile(json.summary, 'utf8');
  for (const written of [file, join(box.folder, 'b')]) assert.match(summary, `- ${written}, `);
  const heads = await box.git(topLevel, 'bundle', 'list-heads', '../b');
  assert.match(heads, `${results} ${refPrefix(session)}/results`);
});

test.run();
