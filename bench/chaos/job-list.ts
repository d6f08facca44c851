import { fileURLToPath } from 'node:url';

import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

/** An answer to `GetJobs` with so many jobs, as bytes. */
export function jobList(jobs: number): Buffer {
  const registry = loadProtoFiles([fileURLToPath(new URL('../../proto', import.meta.url))]);
  const { output } = registry.methods.get('job.JobInterface/GetJobs')!;
  const encode = compileValueToWire(output, registry);
  const job = (index: number) => ({
    id: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`,
    name: `show-shot${index}-user_render_of_a_shot_with_a_long_name_v${index}`,
    shot: `shot${index}`,
    show: 'show',
    user: 'user',
    group: 'show/group',
    facility: 'cloud',
    logDir: `/shots/show/shot${index}/logs/show-shot${index}-user_render_of_a_shot_with_a_long_name_v${index}`,
    jobStats: { totalFrames: 100, waitingFrames: 100 },
  });
  return Buffer.from(encode({ jobs: { jobs: Array.from({ length: jobs }, (_, index) => job(index)) } }));
}
