// Loaded before a program (`node --import`). A first SIGUSR2 begins to watch the turns of its event loop, a second one writes the
// longest of them to the file that LONGEST_TURN_FILE names.
import { writeFileSync } from 'node:fs';

import { watchTurns } from './watch-turns.mjs';

let end;

process.on('SIGUSR2', async () => {
  if (end === undefined) {
    end = watchTurns();
    return;
  }
  const ending = end;
  end = undefined;
  writeFileSync(process.env.LONGEST_TURN_FILE, String(await ending()));
});
