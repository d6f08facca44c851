// A demo Cuebot in a process of its own, so that its work is not counted as the gateway's. BENCH_JOBS=2000 makes a larger farm.
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

const jobs = Number(process.env['BENCH_JOBS'] ?? 0);
const { endpoint } = await createDemoCuebot(jobs > 0 ? { farm: { jobs } } : {});
process.stdout.write(`${endpoint}\n`);
