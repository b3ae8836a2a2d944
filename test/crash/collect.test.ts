import { test } from 'uvu';
import { testKills } from '../support/crash-tests.ts';
import { scenarioNamed } from './scenarios.ts';

testKills(scenarioNamed('make-worktrees'));
testKills(scenarioNamed('capture-diff'));

test.run();
