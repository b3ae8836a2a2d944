/** `[tool.ruff]`, `[[tool.ruff.x]]` or a table below it, as a header of its own line. */
export function hasSection(toml: string, name: string): boolean {
  const escaped = name.replaceAll('.', String.raw`\s*\.\s*`);
  return new RegExp(String.raw`^[ \t]*\[\[?\s*${escaped}\s*[.\]]`, 'm').test(toml);
}
