/** Group and others: none of these bits may be set on a file of secrets. */
const MODE_OTHERS = 0o077;

/** Whether others than its owner may read or change a file with this mode. */
export function isOpenToOthers({ mode }: { readonly mode: number }): boolean {
  // Windows keeps no such bits; there the directory's access list has to do.
  return process.platform !== 'win32' && (mode & MODE_OTHERS) !== 0;
}
