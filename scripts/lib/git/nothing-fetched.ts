/**
 * Settings under which git-lfs downloads nothing: an address where nothing is to be had, and a pointer in the place of
 * content is no failure. (`lfs.url` goes before all that a repository says about where its content lies.)
 */
export const NOTHING_FETCHED = {
  'lfs.url': 'file:///dev/null',
  'lfs.skipdownloaderrors': 'true',
} as const;
