import type { Project } from './project.ts';

/** A YAML file of base as plain values; null when it is not there, or no YAML: that is for its own tools to say. */
export async function readYaml(project: Pick<Project, 'read'>, path: string): Promise<unknown> {
  const text = await project.read(path);
  if (text === null) return null;
  // Loaded late: few projects have such a file.
  const { default: yaml } = await import('yaml');
  // An alias that stands for itself a thousand times over is refused by the library's own limit.
  const document = yaml.parseDocument(text, { logLevel: 'silent', merge: true });
  if (document.errors.length > 0) return null;
  try {
    return document.toJS();
  } catch {
    return null;
  }
}
