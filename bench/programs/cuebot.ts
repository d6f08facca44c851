// A demo Cuebot in a process of its own, so that its work is not counted as the gateway's. BENCH_JOBS=2000, BENCH_HOSTS=500 and
// BENCH_SHOWS=400 make a larger farm.
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

const [jobs, hosts, shows] = ['BENCH_JOBS', 'BENCH_HOSTS', 'BENCH_SHOWS'].map((name) => Number(process.env[name] ?? 0));
const farm = { ...(jobs ? { jobs } : {}), ...(hosts ? { hosts } : {}), ...(shows ? { shows } : {}) };
const { endpoint } = await createDemoCuebot({ farm });
process.stdout.write(`${endpoint}\n`);
