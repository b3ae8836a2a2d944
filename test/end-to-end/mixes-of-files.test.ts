/** Files of several models make one green mix, where no model is green. */
import { test } from 'uvu';
import { MIXES_OF_FILES } from '../support/mix-projects.ts';
import { testMixes } from '../support/mix-tests.ts';

testMixes(MIXES_OF_FILES);

test.run();
