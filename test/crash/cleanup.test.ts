import { test } from 'uvu';
import { testKills } from '../support/crash-tests.ts';
import { scenarioNamed } from './scenarios.ts';

testKills(scenarioNamed('cleanup --restore'), /index-of-/);
testKills(scenarioNamed('cleanup --force'));

test.run();
