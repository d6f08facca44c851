/**
 * The path of a request target, without its query and with every `%xx` decoded to one character per byte, so that an
 * encoded slash separates like any other. `target` is well-formed: the server has seen to it.
 */
export function decodePath(target: string): string {
  const queryAt = target.indexOf('?');
  const path = queryAt < 0 ? target : target.slice(0, queryAt);
  if (!path.includes('%')) return path;
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
