import { test } from 'uvu';
import { testKills } from '../support/crash-tests.ts';
import { scenarioNamed } from './scenarios.ts';

testKills(scenarioNamed('apply-picks'));
testKills(scenarioNamed('apply-picks --undo'));

test.run();
