// Runs in a folder with @urql/core, @urql/exchange-graphcache and @apollo/client: the recipes of docs/clients.md for their caches,
// against the gateway at CUEGATE_URL. Prints one line for each that holds; ends with 1 when something does not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { createClient, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, isObjectType } from 'graphql';

const url = `${process.env.CUEGATE_URL}/graphql`;
const headers = { authorization: `Bearer ${process.env.TOKEN}` };
const warnings = [];
for (const level of ['warn', 'error']) console[level] = (...words) => void warnings.push(words.join(' '));

const jobs = '{ jobs { __typename id name jobStats { __typename deadFrames } showDetails { __typename id name } } }';
const [job] = (await ask(jobs)).jobs;
const counts = '($id: ID!) { job(id: $id) { __typename id jobStats { __typename runningFrames } } }';
const pause =
  'mutation ($id: ID!) { jobPause(job: { id: $id }) { __typename ok job { __typename id isPaused jobStats { __typename totalFrames } } } }';

async function ask(query, variables) {
  const sent = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
  const response = await fetch(url, { ...sent, body: JSON.stringify({ query, variables }) });
  return (await response.json()).data;
}

// docs/clients.md: the types without an id belong to the object around them.
const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const embedded = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !('id' in type.getFields()))
  .map(({ name }) => name)
  .filter((name) => !['Query', 'Mutation', 'Subscription'].includes(name));

const urql = createClient({
  url,
  fetchOptions: { headers },
  preferGetMethod: false,
  exchanges: [cacheExchange({ keys: Object.fromEntries(embedded.map((name) => [name, () => null])) }), fetchExchange],
});
const first = await urql.query(jobs, {}).toPromise();
assert.equal(first.error, undefined);
await urql.query(`query ${counts}`, { id: job.id }).toPromise();
await urql.mutation(pause, { id: job.id }).toPromise();
const again = await urql.query(`query ${counts}`, { id: job.id }, { requestPolicy: 'cache-only' }).toPromise();
assert.equal(typeof again.data?.job.jobStats.runningFrames, 'number');
const list = await urql.query(jobs, {}, { requestPolicy: 'cache-only' }).toPromise();
assert.equal(list.data?.jobs[0].jobStats.deadFrames, job.jobStats.deadFrames);
assert.deepEqual(warnings, []);
process.stdout.write('urql: objects are known by id, counts belong to their job, and nothing is warned of\n');

const apollo = new ApolloClient({
  link: new HttpLink({ uri: url, headers }),
  cache: new InMemoryCache({ typePolicies: Object.fromEntries(embedded.map((name) => [name, { merge: true }])) }),
});
await apollo.query({ query: gql(jobs) });
await apollo.query({ query: gql(`query ${counts}`), variables: { id: job.id } });
await apollo.mutate({ mutation: gql(pause), variables: { id: job.id } });
const cached = apollo.cache.extract()[`Job:${job.id}`];
assert.deepEqual(Object.keys(cached.jobStats).sort(), ['__typename', 'deadFrames', 'runningFrames', 'totalFrames']);
assert.equal(cached.isPaused, true);
assert.deepEqual(warnings, []);
process.stdout.write('Apollo: objects are known by id, counts are merged, and nothing is warned of\n');
