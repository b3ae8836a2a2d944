import type { IncomingHttpHeaders } from 'node:http';

/** What the scripted model does with one request. */
export type Turn = Acting | Refusing | Failing;

/** A proper answer. */
export type Acting =
  /** Calls the agent's shell tool. */
  | { run: string }
  /** Writes a file, relative to the agent's working directory, through the shell tool. */
  | { write: string; content: string }
  /** Ends the conversation with this text. */
  | { say: string };

/** An HTTP error, in the vendor's words. */
export type Refusing =
  | { status: number; message?: string; headers?: Record<string, string> }
  /** The account has nothing left, until then where it is said. */
  | { quota: true; resetsAt?: Date };

/** No answer at all, or half of one. */
export type Failing =
  /** Takes the request and never answers. */
  | { silence: true }
  /** Begins to answer, and closes the connection in the middle of it. */
  | { drop: true };

export interface ModelRequest {
  /** Its number among the requests of the conversation, from 0: those in which tools are offered. */
  index: number;
  path: string;
  headers: IncomingHttpHeaders;
  body: Body;
  /** How many tool calls of this conversation have been carried out: tells concurrent agents apart from their order. */
  steps: number;
}

export type Body = Record<string, unknown>;

/** The turns in the order of the requests; the last one is repeated for as long as somebody asks. */
export type TurnScript = readonly Turn[] | ((request: ModelRequest) => Turn);

/** A turn in the words of a protocol: a call of the shell tool, or text. */
export type Answer = { call: ShellCall } | { say: string };

/** The call of a tool that the agent offered. */
export interface ShellCall {
  tool: string;
  arguments: Record<string, unknown>;
}

/** Tokens that every scripted answer reports: a test can tell how many answers were added up. */
export const SCRIPTED_USAGE = { input_tokens: 100, output_tokens: 10 } as const;

/** One vendor's way to be asked and to answer. */
export interface Protocol {
  isAskedAt(path: string): boolean;
  /** Whether the answer is to come as a stream of events. */
  isStream(path: string, body: Body): boolean;
  /** Names of the tools that are offered: none for a side request, such as one for a title. */
  tools(body: Body): string[];
  /** How many results of tool calls the request brings. */
  steps(body: Body): number;
  /** An answer as events, for a stream. */
  events(answer: Answer, body: Body): ServerEvent[];
  /** The same in one piece. */
  whole(answer: Answer, body: Body): unknown;
  refusal(turn: Refusing): Refusal;
}

export interface ServerEvent {
  /** The name of the event; null: it has none. */
  event: string | null;
  data: unknown;
}

export interface Refusal {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
