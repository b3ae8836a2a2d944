/** Parts of files, deletions and renames of several models make one green mix, or none is green and that is said. */
import { test } from 'uvu';
import { MIXES_OF_PARTS } from '../support/mix-projects.ts';
import { testMixes } from '../support/mix-tests.ts';

testMixes(MIXES_OF_PARTS);

test.run();
