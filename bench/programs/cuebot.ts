// A demo Cuebot in a process of its own, for benches. Prints its endpoint.
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

const { endpoint } = await createDemoCuebot();
process.stdout.write(`${endpoint}\n`);
