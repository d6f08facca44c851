import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

import { UserError } from '../errors/user-error.ts';

/** The longest path that a Unix socket has, in bytes (`sun_path` of unix(7), less on macOS). */
const longestPath = 103;

/**
 * Makes the folder of a Unix socket, which nobody but its owner can enter: whoever could, would speak in the user's name. Takes
 * away the socket of an agent that has ended. Rejects with a UserError where the place is not ours alone, or an agent runs.
 */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new UserError(
      `the path of the socket is longer than ${longestPath} bytes: ${path}. Name a shorter one with --socket`,
    );
  }
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new UserError(`${folder} is no folder; name another one with --socket`);
  if (found.uid !== process.getuid?.()) {
    throw new UserError(`${folder} belongs to somebody else, who could listen in; name another one with --socket`);
  }
  if ((found.mode & 0o077) !== 0) {
    throw new UserError(
      `others can enter ${folder}, and would speak in your name: its mode is ${(found.mode & 0o777).toString(8)}; expected 700. ` +
        `chmod 700 ${folder}, or name another one with --socket`,
    );
  }
  const old = lstatSync(path, { throwIfNoEntry: false });
  if (old === undefined) return;
  if (!old.isSocket())
    throw new UserError(`${path} is there already, and is no socket; name another one with --socket`);
  if (await isAnswering(path)) throw new UserError(`an agent is listening at ${path} already`);
  rmSync(path);
}

/** Lets nobody but its owner use a socket, whatever the folder's mode becomes later. */
export function narrowSocket(path: string): void {
  chmodSync(path, 0o600);
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
