import { test } from 'uvu';
import { testKills } from '../support/crash-tests.ts';
import { scenarioNamed } from './scenarios.ts';

testKills(scenarioNamed('next-pass'));
testKills(scenarioNamed('next-pass, host in the main tree'), /^(rm|rename) .*\/project\/[^.]/);
testKills(scenarioNamed('next-pass --from synthesis'), /start\.json$|^start git update-ref/);

test.run();
