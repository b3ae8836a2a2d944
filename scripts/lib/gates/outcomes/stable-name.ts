const LONGEST = 500;

const TEMPORARY = /(?:file:\/\/)?(?:\/private)?\/(?:tmp|var\/tmp|var\/folders)(\/[^\s'"`)\]]*)/g;

/**
 * A name that two runs share: without the folder of the working tree, temporary folders, addresses in memory, and
 * the line and column after a file.
 * @param root top of the working tree, absolute; without it, paths elsewhere than in a temporary folder are kept whole
 */
export function stableName(name: string, root?: string): string {
  const inside = root ? name.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '') : name;
  return inside
    .replaceAll(TEMPORARY, (_, path: string) => path.slice(path.lastIndexOf('/') + 1))
    .replaceAll(/\b0x[\da-f]{4,16}\b/gi, '0x')
    .replaceAll(/(\.[a-z]{1,5}):\d+(?::\d+)?\b/gi, '$1')
    .trim()
    .slice(0, LONGEST);
}
