// `npm run trace` prints which functions of src/ one warm call passes: FindShow by REST, with a token, from the socket to
// Cuebot and back. Counted by V8's precise coverage over the unbundled build.
import { fileURLToPath } from 'node:url';

import { startGateway } from '../app/running-gateway.ts';
import { traceCalls } from './trace-calls.ts';

const built = new URL('../../dist/', import.meta.url).href;

const gateway = await startGateway();
const findShow = async () => {
  const { status } = await gateway.rest('show.ShowInterface/FindShow', { name: 'testing' });
  if (status !== 200) throw new Error(`FindShow was answered with ${status}`);
};
// Compiled, connected and with the token known.
for (let index = 0; index < 50; index += 1) await findShow();
const traced = await traceCalls(findShow, (url) => url.startsWith(built) && !url.startsWith(`${built}demo/`));
await gateway.close();

const pathOf = (url: string) => fileURLToPath(url).slice(fileURLToPath(built).length).replace(/\.js$/, '.ts');
for (const { url, functions } of traced) {
  const names = functions.map(
    ({ name, line, calls }) => `${name || '(anonymous)'}:${line}${calls > 1 ? `×${calls}` : ''}`,
  );
  process.stdout.write(`${pathOf(url)}  ${names.join(' ')}\n`);
}
const total = traced.reduce((sum, { functions }) => sum + functions.length, 0);
process.stdout.write(`\none warm FindShow by REST passes ${traced.length} files and ${total} functions of src/\n`);
