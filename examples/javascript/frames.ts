// Prints what runs and what is dead of a pending job, by GraphQL: frames.ts JOB
// TOKEN says who asks, CUEGATE_URL where.

const url = process.env['CUEGATE_URL'] ?? 'http://127.0.0.1:8448';

interface Frames {
  readonly job: {
    readonly name: string;
    readonly frames: readonly { readonly name: string; readonly state: string; readonly hostName: string | null }[];
  } | null;
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Runs an operation. An answer with any error counts as none. */
async function ask<Data>(query: string, variables: Readonly<Record<string, unknown>>): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env['TOKEN']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (errors !== undefined || !data) throw new Error(errors?.map(({ message }) => message).join('; '));
  return data;
}

const { job } = await ask<Frames>(
  `query Frames($name: String!) {
    job(name: $name) {
      name
      frames(where: { states: [RUNNING, DEAD] }, limit: 100) { name state hostName }
    }
  }`,
  { name: process.argv[2] },
);
if (job === null) throw new Error(`no pending job is called ${process.argv[2]}`);
for (const { name, state, hostName } of job.frames) console.log(name, state, hostName ?? '');
