// node --import ./signal-while-loading.mjs PROGRAM: the process gets the signal SIGNAL when the first module is loaded whose
// address ends with MODULE. That module is held back for good after SIGTERM, so that only the signal can end the process.
// https://nodejs.org/api/module.html#customization-hooks
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const { SIGNAL, MODULE } = process.env;
if (isMainThread) {
  register(import.meta.url);
  // Waiting for a module keeps no process alive.
  if (SIGNAL !== 'SIGHUP') setInterval(() => {}, 60_000);
}

let isSent = false;

export async function load(url, context, next) {
  if (isSent || !url.endsWith(MODULE)) return next(url, context);
  isSent = true;
  process.kill(process.pid, SIGNAL);
  return SIGNAL === 'SIGHUP' ? next(url, context) : new Promise(() => {});
}
