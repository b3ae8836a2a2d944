import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { firstPrompt } from '../../scripts/lib/models/prompt.ts';

const TASK = '  Fix `a`\n\n---\n```\ncode\n```\n';
const CONVENTION =
  '\n---\n\nAdditional instructions: Follow AGENTS.md/CLAUDE.md conventions. Run quality checks after implementation.';

test('the first prompt holds the task unchanged, the conventions and the rules', () => {
  const prompt = firstPrompt({ task: TASK, conventions: ['AGENTS.md', 'docs/CLAUDE.md'] });
  assert.ok(prompt.startsWith(TASK));
  assert.ok(prompt.includes(CONVENTION));
  assert.ok(prompt.includes('AGENTS.md, docs/CLAUDE.md.'));
  for (const rule of [
    'inside the current directory',
    'stash',
    'switch branches',
    'push',
    'uncommitted',
    'short summary',
  ]) {
    assert.ok(prompt.includes(rule), rule);
  }
});

test('without convention files nothing is said about them', () => {
  const prompt = firstPrompt({ task: TASK, conventions: [] });
  assert.ok(prompt.includes(CONVENTION));
  assert.not(prompt.includes('of this repository'));
});

test.run();
