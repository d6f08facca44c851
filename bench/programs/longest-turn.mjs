// Loaded before a program (`node --import`). A first SIGUSR2 begins to watch the turns of its event loop, a second one writes the
// longest of them, in milliseconds of processor time, to the file that LONGEST_TURN_FILE names. Watching keeps the loop
// turning, which costs, so it is off while anything else is measured.
import { writeFileSync } from 'node:fs';

let isWatching = false;
let longest = 0;
let before = process.cpuUsage();

const look = () => {
  const { user, system } = process.cpuUsage(before);
  longest = Math.max(longest, (user + system) / 1_000);
  before = process.cpuUsage();
  if (isWatching) setTimeout(look, 0).unref();
};

process.on('SIGUSR2', () => {
  isWatching = !isWatching;
  if (!isWatching) return writeFileSync(process.env.LONGEST_TURN_FILE, String(longest));
  longest = 0;
  before = process.cpuUsage();
  look();
});
