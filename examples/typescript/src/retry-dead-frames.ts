// Retries the dead frames of a pending job, with types of the gateway's schema: retry-dead-frames.ts JOB
import { graphql } from './graphql/index.js';
import type { TypedDocumentString } from './graphql/graphql.js';

const findJob = graphql(`
  query FindJob($name: String!) {
    job(name: $name) {
      id
      submittedAt
      jobStats {
        deadFrames
      }
      layers {
        name
        minMemory
      }
    }
  }
`);

const retryDeadFrames = graphql(`
  mutation RetryDeadFrames($id: ID!) {
    jobRetryFrames(job: { id: $id }, req: { states: { frameStates: [DEAD] } }) {
      queued
    }
  }
`);

/** Runs an operation; its document says what variables it takes, and what it answers. */
async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(`${process.env['CUEGATE_URL']}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env['TOKEN']}`, 'content-type': 'application/json' },
    // Where the gateway has no PERSISTED_OPERATIONS_FILE: query: document.toString()
    body: JSON.stringify({ documentId: document.__meta__?.['hash'], variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}

const { job } = await ask(findJob, { name: process.argv[2] ?? '' });
if (!job) throw new Error(`no pending job is called ${process.argv[2]}`);
const { jobRetryFrames } = await ask(retryDeadFrames, { id: job.id });
// Int64 is a text: BigInt or Number make a number of it.
const memory = (job.layers ?? []).map(({ name, minMemory }) => `${name} ${BigInt(minMemory) / 1024n} MB`);
console.log(
  `${job.jobStats?.deadFrames} dead of ${job.submittedAt}; ${memory.join(', ')}; queued: ${jobRetryFrames?.queued}`,
);
