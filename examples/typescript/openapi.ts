// Lists the pending jobs of a show by REST, with types of the OpenAPI document: openapi.ts SHOW
// npx openapi-typescript $CUEGATE_URL/openapi.json -o openapi-types.d.ts makes them.
import createClient from 'openapi-fetch';

import type { paths } from './openapi-types.d.ts';

const client = createClient<paths>({
  baseUrl: process.env['CUEGATE_URL'] ?? 'http://127.0.0.1:8448',
  headers: { Authorization: `Bearer ${process.env['TOKEN']}` },
});
const { data, error } = await client.POST('/job.JobInterface/GetJobs', {
  body: { r: { shows: [process.argv[2] ?? 'testing'] } },
});
// A missing or bad token is plain text; every other error has a code and a message.
if (data === undefined) throw new Error(typeof error === 'string' ? error : JSON.stringify(error));
for (const { name, jobStats } of data.jobs?.jobs ?? []) console.log(name, jobStats?.deadFrames);
