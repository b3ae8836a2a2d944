/**
 * Which names a file uses that none of its own declarations gives it. Scopes are those of the language; what a name is
 * at its place says a table of rules for each language.
 */
import type { SyntaxNode } from './syntax.ts';

/** What a name is at its place. */
export type Role =
  | 'use'
  /** Declared in the scope around it. */
  | 'declare'
  /** Declared in the scope around the one that its parent opens: a function's own name. */
  | 'declare-outside'
  /** Declared in the whole function: JavaScript's `var`. */
  | 'declare-in-function'
  /** Python's `global`: whatever is assigned here, it is not declared here. */
  | 'not-local'
  /** No name, and none below it. */
  | 'none';

export interface NameRules {
  /** The types of the nodes that are names. */
  names: ReadonlySet<string>;
  /** A `class` scope is not seen by the functions in it (Python). */
  scopeOf(node: SyntaxNode): 'function' | 'block' | 'class' | null;
  /** What a node is, which its children inherit if they say so. */
  roleOf(node: SyntaxNode, inherited: Role): Role;
  /** The `b` of `a.b`, where the node is its `a`. */
  memberOf(name: SyntaxNode): string | null;
  /** A node's children, in the order in which they take effect. */
  inOrder?(node: SyntaxNode): readonly SyntaxNode[];
  /** Names hold from their declaration on (Go), not in the whole scope. */
  fromDeclarationOn?: boolean;
}

/** Names, and of each the members that are taken from it. */
export type Names = Map<string, Set<string>>;

export interface FreeNames {
  free: Names;
  /** Declared at the top level, and used. */
  own: Names;
}

interface Scope {
  declared: Set<string>;
  notLocal: Set<string>;
  used: Names;
  outer: Scope | null;
  /** Where names are looked for that this scope does not have. */
  visible: Scope | null;
  function: Scope;
  kind: string;
}

type Step = { node: SyntaxNode; role: Role } | 'leave';

export function freeNames(root: SyntaxNode, rules: NameRules): FreeNames {
  const scopes = new Scopes(rules.fromDeclarationOn ?? false);
  const steps: Step[] = [{ node: root, role: 'use' }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step === 'leave') {
      scopes.leave();
      continue;
    }
    const { node } = step;
    const role = node.parent === null ? 'use' : rules.roleOf(node, step.role);
    if (role === 'none') continue;
    if (rules.names.has(node.type)) {
      scopes.meet(node.text, role, role === 'use' ? rules.memberOf(node) : null);
      continue;
    }
    const kind = rules.scopeOf(node);
    if (kind !== null) {
      scopes.enter(kind);
      steps.push('leave');
    }
    const children = rules.inOrder?.(node) ?? node.children;
    for (let at = children.length - 1; at >= 0; at--)
      steps.push({ node: children[at] as SyntaxNode, role });
  }
  return scopes.result();
}

class Scopes {
  private readonly top: Scope = newScope('function', null);
  private current = this.top;
  /** How many open scopes, the outermost left out, have declared a name so far. */
  private readonly bound = new Map<string, number>();

  constructor(private readonly fromDeclarationOn: boolean) {}

  enter(kind: string): void {
    this.current = newScope(kind, this.current);
  }

  meet(name: string, role: Role, member: string | null): void {
    const scope = this.current;
    // What the parser puts where it misses a name.
    if (name === '') return;
    if (role === 'declare') this.declare(name, scope);
    else if (role === 'declare-outside') this.declare(name, scope.outer ?? scope);
    else if (role === 'declare-in-function') this.declare(name, scope.function);
    else this.use(name, member);
    if (role === 'not-local') scope.notLocal.add(name);
  }

  private declare(name: string, scope: Scope): void {
    if (scope.declared.has(name)) return;
    scope.declared.add(name);
    if (scope !== this.top) this.bound.set(name, (this.bound.get(name) ?? 0) + 1);
  }

  private use(name: string, member: string | null): void {
    const isBound = (this.bound.get(name) ?? 0) > 0;
    if (this.fromDeclarationOn && isBound) return;
    const members = this.current.used.get(name) ?? new Set();
    if (member !== null) members.add(member);
    this.current.used.set(name, members);
  }

  leave(): void {
    const { declared, notLocal, used, outer, visible } = this.current;
    if (outer === null || visible === null) return;
    for (const name of declared) {
      this.bound.set(name, (this.bound.get(name) ?? 1) - 1);
      if (!this.fromDeclarationOn && !notLocal.has(name)) used.delete(name);
    }
    visible.used = merged(visible.used, used);
    this.current = outer;
  }

  result(): FreeNames {
    const isOwn = ([name]: [string, unknown]) => this.top.declared.has(name);
    const all = [...this.top.used].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      free: new Map(all.filter((entry) => !isOwn(entry))),
      own: new Map(all.filter(isOwn)),
    };
  }
}

function newScope(kind: string, outer: Scope | null): Scope {
  const scope: Omit<Scope, 'function'> = {
    declared: new Set(),
    notLocal: new Set(),
    used: new Map(),
    outer,
    visible: outer?.kind === 'class' ? outer.visible : outer,
    kind,
  };
  const whole = scope as Scope;
  whole.function = kind === 'block' && outer !== null ? outer.function : whole;
  return whole;
}

/** The smaller goes into the larger: scopes can lie in each other as deep as a file is long. */
function merged(one: Names, other: Names): Names {
  const [large, small] = one.size >= other.size ? [one, other] : [other, one];
  for (const [name, members] of small) {
    const known = large.get(name);
    large.set(name, known === undefined ? members : union(known, members));
  }
  return large;
}

function union(one: Set<string>, other: Set<string>): Set<string> {
  const [large, small] = one.size >= other.size ? [one, other] : [other, one];
  for (const member of small) large.add(member);
  return large;
}
