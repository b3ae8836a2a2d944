/** What is no gate though its name speaks of a check, which of several is the one, and what is said of the others. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusalOfCommand, refusalOfName } from '../../scripts/lib/gates/choosing/refusal.ts';
import { discoverGates } from '../../scripts/lib/gates/discover.ts';
import { missingBehind } from '../../scripts/lib/gates/missing-script.ts';

const NO_CHANGES = 'it asks that no file has changed, and a result is nothing but changes';

const OUTSIDE = 'it installs, reaches outside, or changes the history';

const names: Record<string, string | null> = {
  test: null,
  'test:unit': null,
  'lint:typecheck': null,
  prettier: null,
  'integration-test-cleanup': 'its name says "cleanup"',
  'e2e:teardown': 'its name says "teardown"',
  'test-destroy-stacks': 'its name says "destroy"',
  'check:deployPreview': 'its name says "deploy"',
  'build-release': 'its name says "release"',
  'ci-publish': 'its name says "publish"',
  'test:create': null,
  'typecheck:server': null,
  'server:test': 'its name says "server"',
  'test:create:watch': 'its name says "watch"',
  'test:prepare': 'its name says "prepare"',
  'create-test-data': 'its name says "create"',
  'types:update': 'its name says "update"',
  'generate-types': 'its name says "generate"',
  'ensure-no-files-changed': NO_CHANGES,
  'check:no-diff': NO_CHANGES,
  'lint:dirty': NO_CHANGES,
  pretest: 'npm runs it by itself, before or after another',
};
for (const [name, reason] of Object.entries(names))
  test(`a task named ${name}: ${reason ?? 'may be a gate'}`, () =>
    assert.is(refusalOfName(name), reason));

const commands: Record<string, string | null> = {
  'vitest run packages/create-app': null,
  'vitest create': null,
  'cd packages/create-app && node --test': null,
  'node packages/create-app/test.js': null,
  'node tools/release/check.mjs': null,
  'pnpm --filter create-app test': null,
  'yarn workspace create-app test': null,
  'nx run create-app:test': null,
  'jest --update=false': null,
  'jest --globalTeardown ./teardown.js': null,
  'mocha --ui bdd': null,
  'node test/create.test.js': null,
  'node test/update.js': null,
  'node --import tsx src/delete.spec.ts': null,
  'python tests/test_create.py': null,
  'bash scripts/update-and-test.sh': null,
  'bash scripts/test-cleanup.sh': 'it runs `bash scripts/test-cleanup.sh`',
  'rubocop -D app': null,
  'syncpack list-mismatches': null,
  'npm version && mocha': null,
  'find . -name "*.pyc" -delete && pytest': null,
  'find . -name __pycache__ | xargs rm -rf && pytest': null,
  'rm -rf dist ..cache && tsc': null,
  'env-cmd -f .env vitest create': null,
  'dotenv -e .env -- npx jest delete': null,
  'docker run --rm -v ../a:/b release pytest': null,
  'tsc && find dist -name "*.map" -delete': null,
  'prisma generate && vitest run': null,
  'node tools/generate.mjs && tsc': null,
  'rm -rf dist && tsc': null,
  'yarn lint:prettier && npm run prettier:check': null,
  'node tools/cleanup.js': 'it runs `node tools/cleanup.js`',
  './scripts/tear-down/destroy-stacks.sh': 'it runs `./scripts/tear-down/destroy-stacks.sh`',
  'vitest run && npm run cleanup': 'it runs `npm run cleanup`',
  'terraform -chdir=infra destroy': 'it runs `terraform -chdir=infra destroy`',
  'aws cloudformation delete-stack --stack-name x':
    'it runs `aws cloudformation delete-stack --stack-name x`',
  'terraform -chdir=infra apply': OUTSIDE,
  'cdk deploy --all && jest': 'it runs `cdk deploy --all`',
  'changeset publish': 'it runs `changeset publish`',
  'prisma generate': 'it runs `prisma generate`',
  'go generate ./...': 'it runs `go generate ./...`',
  'node scripts/create-fixtures.mjs && npm run generate:docs':
    'it runs `node scripts/create-fixtures.mjs`',
  'node tools/ensure-no-files-changed.mjs': NO_CHANGES,
  'npm run build && git diff --exit-code': NO_CHANGES,
  'prisma migrate reset': OUTSIDE,
  'prisma db push': OUTSIDE,
  'dotenv -- prisma migrate reset': OUTSIDE,
  'supabase db reset': OUTSIDE,
  'pulumi up': OUTSIDE,
  'docker system prune -f': OUTSIDE,
  'dropdb foo && pytest': OUTSIDE,
  'rm -rf ../other': OUTSIDE,
  'rm -r -f ../other': OUTSIDE,
  'git -C . push': OUTSIDE,
  'npm version patch': OUTSIDE,
  'find . -delete': OUTSIDE,
  'find . -name "*.snap" | xargs rm -f': OUTSIDE,
  'git ls-files -o | xargs rm -f': OUTSIDE,
  'wrangler pages publish': 'it runs `wrangler pages publish`',
  'wrangler d1 delete': 'it runs `wrangler d1 delete`',
  'gh repo delete': 'it runs `gh repo delete`',
  'flyctl apps destroy': 'it runs `flyctl apps destroy`',
  'doctl compute droplet delete': 'it runs `doctl compute droplet delete`',
  'env-cmd -f .env cdk deploy': 'it runs `env-cmd -f .env cdk deploy`',
  'dotenv -e .env -- cdk deploy': 'it runs `dotenv -e .env -- cdk deploy`',
  'node --inspect-brk test.js': 'it never ends',
  'rubocop -A': 'it rewrites files',
  'syncpack fix-mismatches': 'it rewrites files',
  'vitest --ui': 'it never ends',
  'eslint --fix .': 'it rewrites files',
};
for (const [command, reason] of Object.entries(commands))
  test(`\`${command}\`: ${reason ?? 'may run'}`, () =>
    assert.is(refusalOfCommand('lint', command), reason));

/** Bodies of `check` in a project with `lint` and `lint:js`, and what is missing for certain. */
const calls: Record<string, string | null> = {
  'npm run lint': null,
  'npm run lint:all': 'lint:all',
  'npm run-script -s x': 'x',
  'FOO=1 npm run x -- --fast': 'x',
  'cross-env FOO=1 npm run lint && npm run x': 'x',
  'pnpm run x': 'x',
  'pnpm x': null,
  'pnpm x:y': 'x:y',
  'yarn jest': null,
  'yarn run jest': null,
  'yarn lint:x': 'lint:x',
  'yarn a:b': null,
  'bun run tsc': null,
  'bun run x:y': 'x:y',
  'bun test': null,
  'npm run hooked': 'y',
  'npm run x --if-present': null,
  'npm run --if-present x': null,
  'npm run x -w a': null,
  'npm run x --workspaces': null,
  'npm --prefix web run x': null,
  'pnpm -r run x': null,
  'pnpm --filter a x:y': null,
  'pnpm -C web run x': null,
  'cd web && npm run x': null,
  'npm run lint || npm run x': null,
  'npm run x; npm run lint': null,
  'npm run $X': null,
  'npm start': null,
  'npm run restart': null,
  'npm stop': null,
  'npm test': 'test',
  'run-s lint x': 'x',
  'run-s "lint -- --fix" lint:*': null,
  'run-p lint:js "x:*"': 'x:*',
  'npm-run-all lint --parallel x': null,
  'npm-run-all --max-parallel 2 lint': null,
  'run-s lint:{js,css} !x': null,
  'run-s lint -- x y': null,
  'concurrently "npm:x"': null,
};
for (const [check, missing] of Object.entries(calls))
  test(`\`${check}\`: ${missing ?? 'nothing'} is missing for certain`, () => {
    const scripts = {
      check,
      lint: 'eslint .',
      'lint:js': 'x',
      hooked: 'x',
      posthooked: 'npm run y',
    };
    const packages = new Map([['web', new Map([['a:b', 'x']])]]);
    const project = {
      scripts: new Map(Object.entries(scripts)),
      packages,
      manager: 'npm',
    } as const;
    assert.is(missingBehind('check', project), missing);
  });

function packageJson(scripts: Record<string, string>, more: object = {}): string {
  return JSON.stringify({ name: 'x', scripts, ...more });
}

/** A workflow for pushes with these steps. */
const ci = (...steps: string[]) =>
  `on: [push]\njobs:\n  a:\n    steps:\n${steps.map((step) => `      - run: ${step}\n`).join('')}`;

const WORKFLOW = '.github/workflows/ci.yml';

interface Expected {
  files: Record<string, string>;
  /** `name: command`, with its folder in front. */
  gates: string[];
  /** By name: why. */
  left: Record<string, string>;
}

const projects: Record<string, Expected> = {
  'a suite that deletes cloud stacks, and integration tests that CI does not run': {
    files: {
      'package.json': packageJson({
        test: 'mocha',
        'integration-test-run-all': 'mocha test/integration',
        'integration-test-basic': 'mocha test/integration/basic',
        'integration-test-cleanup': 'node scripts/remove-stacks.js',
        e2e: 'playwright test',
      }),
      [WORKFLOW]: ci('npm ci', 'npm test'),
    },
    gates: ['test: npm test'],
    left: {
      'integration-test-run-all': 'its name says "run"',
      'integration-test-cleanup': 'its name says "cleanup"',
      'integration-test-basic':
        "it is an integration or e2e suite, and the project's CI does not run it",
      e2e: "it is an integration or e2e suite, and the project's CI does not run it",
    },
  },
  'integration tests that CI runs': {
    files: {
      'package.json': packageJson({ test: 'mocha', 'test:integration': 'mocha integration' }),
      [WORKFLOW]: ci('npm test', 'npm run test:integration'),
    },
    gates: ['test: npm test', 'test-integration: npm run test:integration'],
    left: {},
  },
  'one suite under several numbers of workers, and without CI the first of them': {
    files: {
      'package.json': packageJson({
        test: 'vitest run',
        'test:w1': 'vitest run --maxWorkers=1',
        'test:w2': 'vitest run --maxWorkers 50%',
        'test:ci': 'vitest run --reporter=dot --silent',
        'test:slow': 'cross-env SLOW=1 npm test',
        'test:many': 'npm test -- --concurrency=8',
      }),
    },
    gates: ['test: npm test'],
    left: {
      'test-w1': 'it is the same as `npm test`',
      'test-w2': 'it is the same as `npm test`',
      'test-ci': 'it is the same as `npm test`',
      'test-slow': 'it is the same as `npm test`',
      'test-many': 'it is the same as `npm test`',
    },
  },
  'one suite with and without coverage, a report, or a mode that makes no difference here': {
    files: {
      'package.json': packageJson({
        test: 'vitest',
        'test:unit': 'vitest run',
        'test:ci': 'vitest run --reporter=junit --coverage',
        'test:dom': 'jest',
        'test:serial': 'jest -i',
      }),
    },
    gates: ['test: npm test', 'test-dom: npm run test:dom'],
    left: {
      'test-unit': 'it is the same as `npm test`',
      'test-ci': 'it is the same as `npm test`',
      'test-serial': 'it is the same as `npm run test:dom`',
    },
  },
  'a whole that runs programs, and scripts that run some of them': {
    files: {
      'package.json': packageJson({
        test: 'tsc && xo && ava && tsd',
        unit: 'ava',
        lint: 'xo',
        build: 'tsc',
      }),
    },
    gates: [
      'lint: npm run lint',
      'test-tsd: npx --no-install tsd',
      'unit: npm run unit',
      'build: npm run build',
    ],
    left: {},
  },
  'of the same commands the one that CI runs, with what it gives it left away': {
    files: {
      'package.json': packageJson({ test: 'jest', 'test:ci': 'jest -w 2' }),
      'yarn.lock': '',
      [WORKFLOW]: ci('yarn install --frozen-lockfile', `yarn test:ci --shard=\${{ matrix.n }}/4`),
    },
    gates: ['test-ci: yarn run test:ci'],
    left: { test: 'it is the same as `yarn run test:ci`' },
  },
  'other suites of a kind than those that CI runs': {
    files: {
      'package.json': packageJson({
        test: 'nyc mocha',
        'test-ci': 'nyc --reporter=lcov npm test',
        'test-tap': 'mocha --reporter tap',
        'lint:docs': 'markdownlint docs',
        lint: 'eslint .',
        typecheck: 'tsc',
      }),
      [WORKFLOW]: ci('npm run lint', 'npm run test-ci'),
    },
    gates: ['lint: npm run lint', 'typecheck: npm run typecheck', 'test-ci: npm run test-ci'],
    left: {
      test: `${WORKFLOW} runs \`npm run test-ci\` for this`,
      'test-tap': `${WORKFLOW} runs \`npm run test-ci\` for this`,
      'lint-docs': `${WORKFLOW} runs \`npm run lint\` for this`,
    },
  },
  'the main suite stays beside something small of its kind': {
    files: {
      'package.json': packageJson({ test: 'node tools/test.js', 'test:types': 'tsd' }),
      [WORKFLOW]: ci('node runner all', 'npm run test:types'),
    },
    gates: ['test-types: npm run test:types', 'test: npm test'],
    left: {},
  },
  'a list of parts without CI: the whole, where all is of one kind': {
    files: {
      'package.json': packageJson({
        lint: 'run-p --continue-on-error "lint:*"',
        'lint:js': 'eslint .',
        'lint:css': 'stylelint .',
      }),
    },
    gates: ['lint: npm run lint'],
    left: {
      'lint-js': 'it is a part of `npm run lint`',
      'lint-css': 'it is a part of `npm run lint`',
    },
  },
  'a list of parts, where CI runs the parts': {
    files: {
      'package.json': packageJson({
        lint: 'run-p lint:*',
        'lint:js': 'eslint .',
        'lint:css': 'stylelint .',
      }),
      [WORKFLOW]: ci('npm run lint:js', 'npm run lint:css'),
    },
    gates: ['lint-js: npm run lint:js', 'lint-css: npm run lint:css'],
    left: { lint: `${WORKFLOW} runs \`npm run lint:js\` for this` },
  },
  'a whole that runs what is left out': {
    files: {
      'package.json': packageJson({
        test: 'npm run test:unit && npm run test:e2e',
        'test:unit': 'vitest run',
        'test:e2e': 'cypress run',
      }),
    },
    gates: ['test-unit: npm run test:unit'],
    left: {
      test: 'it runs `npm run test:e2e`, which is left out',
      'test-e2e': "it is an integration or e2e suite, and the project's CI does not run it",
    },
  },
  'what AGENTS.md runs though it destroys, and what that needs': {
    files: {
      Makefile: 'test:\n\tpytest\ntest-all: test destroy\ndestroy:\n\t./down\n',
      'AGENTS.md': '# Checks\n\nRun `make test-all` before every commit.\n',
    },
    gates: ['test: make test'],
    left: { 'test-all': 'it needs `destroy`' },
  },
  'a script that runs one which is not there, and takes none of the others with it': {
    files: {
      'package.json': packageJson({
        lint: 'eslint .',
        unit: 'tape test.js',
        test: 'npm run lint && npm run unit',
        'test:report': 'npm run lint && npm run unit:report',
        'test:deep': 'npm run test:report',
      }),
    },
    gates: ['lint: npm run lint', 'unit: npm run unit'],
    left: {
      test: 'its parts are gates themselves',
      'test-report': 'it runs the script `unit:report`, which package.json does not have',
      'test-deep': 'it runs the script `unit:report`, which package.json does not have',
    },
  },
  'what AGENTS.md and CI run though it is not there': {
    files: {
      'package.json': packageJson({ test: 'jest', 'lint:js': 'eslint .' }),
      'AGENTS.md': '# Checks\n\nRun `npm run test:unit` before every commit.\n',
      [WORKFLOW]: ci('npm test', 'npm run lint'),
    },
    gates: ['lint-js: npm run lint:js', 'test: npm test'],
    left: {
      'test-unit': 'package.json has no script `test:unit`',
      lint: 'package.json has no script `lint`',
    },
  },
  'a package whose only test is of what creates': {
    files: {
      'package.json': packageJson({}, { workspaces: ['packages/*'] }),
      'package-lock.json': '',
      'packages/a/package.json': packageJson({ test: 'node test/create.js' }),
    },
    gates: ['test: npm run test --workspaces --if-present'],
    left: {},
  },
  'names with a word that may be a verb, one of which CI runs': {
    files: {
      'package.json': packageJson({
        test: 'jest',
        'test:create': 'node test/create.js',
        'test:server': 'node tools/server.js',
        'build:server': 'node tools/delete.js',
      }),
      [WORKFLOW]: ci('npm test', 'npm run test:create'),
    },
    gates: ['test: npm test', 'test-create: npm run test:create'],
    left: {
      'test-server': 'its name says "server", and the project\'s CI does not run it',
      'build-server': 'it runs `node tools/delete.js`',
    },
  },
  'a script that runs a task which is a chain of others': {
    files: {
      'package.json': packageJson({ ci: 'task check', unit: 'mocha' }),
      'Taskfile.yml':
        "version: '3'\ntasks:\n  lint: {cmds: [eslint .]}\n  test: {cmds: [npm run unit]}\n  check: {deps: [lint], cmds: [{task: test}]}\n",
    },
    gates: ['lint: task lint', 'unit: npm run unit'],
    left: {
      test: 'it is the same as `npm run unit`',
      check: 'it is the same as `npm run ci`',
      ci: 'its parts are gates themselves',
    },
  },
  'a formatter that lists, beside tests': {
    files: {
      Makefile: 'test:\n\tgo test ./...\nfmt:\n\tgofmt -w .\n',
    },
    gates: ['fmt: test -z "$(gofmt -l .)"', 'test: make test'],
    left: {},
  },
  'a formatter that lists, in its checking form already': {
    files: {
      Makefile: 'fmt-check:\n\ttest -z "$(gofmt -l .)"\nfmt:\n\tgofmt -w .\n',
    },
    gates: ['fmt-check: make fmt-check'],
    left: {},
  },
  'what AGENTS.md runs': {
    files: {
      Makefile: 'test:\n\tpytest\ntest-all:\n\tpytest --slow\nlint:\n\truff check .\n',
      'AGENTS.md': '# Checks\n\nRun `make test` before every commit.\n',
    },
    gates: ['lint: make lint', 'test: make test'],
    left: { 'test-all': 'AGENTS.md:3 runs `make test` for this' },
  },
  'one program under several settings in CI': {
    files: {
      'Cargo.toml': '[package]\n',
      [WORKFLOW]: ci('cargo test --locked', 'cargo test --all-features', 'cargo build --locked'),
    },
    gates: ['test: cargo test --locked', 'build: cargo build --locked'],
    left: { test: '`cargo test --locked` is the same program with other options' },
  },
  'what CI does in folders with a life of their own, and what it makes': {
    files: {
      'package.json': packageJson({ test: 'mocha' }),
      'examples/package.json': '{}',
      'tools/bundle/package.json': '{}',
      'scripts/generate-docs.sh': '',
      'scripts/check-links.sh': '',
      [WORKFLOW]: ci(
        'cd examples && npm test',
        'cd tools/bundle && npm install && npm test',
        'bash scripts/generate-docs.sh',
        './scripts/check-links.sh',
      ),
    },
    gates: ['test: npm test', 'check-links: ./scripts/check-links.sh'],
    left: {},
  },
  'pytest before the environments that tox makes for it': {
    files: {
      'tox.ini': '[tox]\n',
      'pyproject.toml': '[dependency-groups]\ndev = ["pytest"]\n',
    },
    gates: ['test: pytest'],
    left: {},
  },
  'frontend and backend without anything at the top': {
    files: {
      'frontend/package.json': packageJson({ test: 'vitest run', lint: 'eslint .', dev: 'vite' }),
      'backend/requirements.txt': 'flask\npytest\n',
      'backend/tests/test_app.py': '',
      'AGENTS.md': '# Checks\n\n```sh\ncd backend && pytest\ncd frontend && npm run test\n```\n',
    },
    gates: [
      'frontend-lint: frontend$ npm run lint',
      'backend-test: backend$ pytest',
      'frontend-test: frontend$ npm test',
    ],
    left: {},
  },
  'frontend and backend below a top that only lints': {
    files: {
      'package.json': packageJson({ lint: 'eslint .' }, { workspaces: ['libs/*'] }),
      'frontend/package.json': packageJson({ test: 'vitest run' }),
      'backend/Makefile': 'test:\n\tpytest\n',
      'libs/a/package.json': packageJson({ typecheck: 'tsc' }),
      'examples/a/package.json': packageJson({ test: 'mocha' }),
    },
    gates: [
      'lint: npm run lint',
      'typecheck: npm run typecheck --workspaces --if-present',
      'backend-test: backend$ make test',
      'frontend-test: frontend$ npm test',
    ],
    left: {},
  },
  'a script of several kinds is offered in its parts; a test keeps what it needs built in front of it':
    {
      files: {
        'package.json': packageJson({
          test: 'xo && tsc -p build.json && node build.js && ava --serial',
        }),
      },
      gates: [
        'test-xo: npx --no-install xo',
        'test-tsc: npx --no-install tsc -p build.json',
        'test: node build.js && npx --no-install ava --serial',
      ],
      left: {},
    },
  'a part that is a gate already is that one, a whole of one kind stays, and so does one with hooks':
    {
      files: {
        'package.json': packageJson({
          ...{ lint: 'eslint .', test: 'npm run lint && mocha' },
          ...{ 'test:all': 'mocha a && mocha b', pretest: 'echo x' },
        }),
      },
      gates: ['lint: npm run lint', 'test: npm test', 'test-all: npm run test:all'],
      left: {},
    },
  'files that are named beside checks are no commands': {
    files: {
      'package.json': packageJson({ test: 'jest' }),
      'docs/test.md': '',
      'test/index.ts': '',
      'AGENTS.md':
        '# Tests\n\nWe run jest: run `jest`, see `docs/test.md` and `test/index.ts`; run `vitest-like-*`.\n',
    },
    gates: ['test: npm test'],
    left: {},
  },
};
for (const [title, { files, gates, left }] of Object.entries(projects))
  test(title, async () => {
    const found = await discoverGates({
      read: async (path) => files[path] ?? null,
      list: async () => Object.keys(files),
    });
    assert.equal(
      found.gates.map(({ name, cwd, command }) =>
        cwd === '.' ? `${name}: ${command}` : `${name}: ${cwd}$ ${command}`,
      ),
      gates,
    );
    assert.equal(Object.fromEntries(found.leftOut.map((one) => [one.name, one.reason])), left);
  });

test.run();
