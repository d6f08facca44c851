// Loaded before a program (`node --import`): on SIGUSR2 it writes the longest turn of the event loop since the last one, in
// milliseconds of processor time, to the file that LONGEST_TURN_FILE names. It keeps the loop turning, so idle time costs, too.
import { writeFileSync } from 'node:fs';

let longest = 0;
let before = process.cpuUsage();
const look = () => {
  const { user, system } = process.cpuUsage(before);
  longest = Math.max(longest, (user + system) / 1_000);
  before = process.cpuUsage();
  setTimeout(look, 0).unref();
};
look();
process.on('SIGUSR2', () => {
  writeFileSync(process.env.LONGEST_TURN_FILE, String(longest));
  longest = 0;
});
