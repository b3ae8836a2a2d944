/** For `npm test`: a scenario at a few kill points, the same each time. `npm run test:crash` tries them all. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CrashScenario, explore } from './crash-harness.ts';

const SAMPLE = 5;

/** @param always points that are tried besides the sample, by their labels */
export function testKills(scenario: CrashScenario, always?: RegExp): void {
  test(`${scenario.name}: killed anywhere, nothing is lost, and it goes on from there`, async () => {
    const { problems, tries, undisturbed } = await explore(scenario, { sample: SAMPLE, always });
    assert.equal(problems, []);
    assert.ok(undisturbed <= tries / 4, `${undisturbed} of ${tries} kills never came`);
  });
}
