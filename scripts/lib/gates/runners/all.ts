import { ava } from './ava.ts';
import { cargo } from './cargo.ts';
import { ctest } from './ctest.ts';
import { dotnet } from './dotnet.ts';
import { go } from './go.ts';
import { gradle } from './gradle.ts';
import { jest } from './jest.ts';
import { maven, surefireClasses } from './maven.ts';
import { minitest } from './minitest.ts';
import { mocha } from './mocha.ts';
import { nextest } from './nextest.ts';
import { nodeTest } from './node-test.ts';
import { homeMade, OTHERS } from './others.ts';
import { phpunit } from './phpunit.ts';
import { pytest } from './pytest.ts';
import { rspec } from './rspec.ts';
import type { Runner } from './runner.ts';
import { tap } from './tap.ts';
import { unittest } from './unittest.ts';
import { uvu } from './uvu.ts';
import { vitest } from './vitest.ts';

/** A runner of a new kind is a new file, and a place here: a summary is taken out of the log before the next is looked for. */
export const RUNNERS: readonly Runner[] = [
  nodeTest,
  tap,
  uvu,
  vitest,
  jest,
  pytest,
  unittest,
  cargo,
  nextest,
  mocha,
  ava,
  go,
  ctest,
  rspec,
  minitest,
  phpunit,
  maven,
  gradle,
  dotnet,
  ...OTHERS,
];

/** These may repeat what others say, so they count only where there is nothing else, and the first kind found. */
export const REPETITIONS: readonly Runner[] = [surefireClasses, homeMade];
