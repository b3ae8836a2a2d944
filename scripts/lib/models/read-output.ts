import type { OutputFormat } from './backend.ts';
import { readClaude, readQwen } from './readers/claude.ts';
import { readCodex } from './readers/codex.ts';
import { readCopilot } from './readers/copilot.ts';
import { readGemini, readGeminiStream } from './readers/gemini.ts';
import { readOpencode } from './readers/opencode.ts';
import { type Reading, readText } from './readers/reading.ts';

const READERS: Record<OutputFormat, (stdout: string, stderr: string) => Reading> = {
  text: readText,
  'claude-json': readClaude,
  'codex-jsonl': readCodex,
  'copilot-jsonl': readCopilot,
  'gemini-json': readGemini,
  'gemini-stream-json': readGeminiStream,
  'opencode-jsonl': readOpencode,
  'qwen-json': readQwen,
};

/** Reads a run's output in its format. Whatever a program printed, this answers: garbage is read as plain text. */
export function readOutput(format: OutputFormat, stdout: string, stderr: string): Reading {
  return READERS[format](stdout, stderr);
}
