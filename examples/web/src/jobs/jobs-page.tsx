import { useState } from 'react';
import { useQuery, useSubscription } from 'urql';

import { explainError } from '../gateway/explain-error.ts';
import { connectionState } from '../gateway/live-connection.ts';
import { useStore } from '../gateway/store.ts';
import { TokenRequest } from '../gateway/token-request.tsx';
import { graphql } from '../graphql/index.ts';
import { JobsTable } from './jobs-table.tsx';

const jobsQuery = graphql(`
  query Jobs($where: JobWhere!) {
    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {
      id
      ...JobRow
    }
  }
`);

const jobsSubscription = graphql(`
  subscription JobsLive($where: JobWhere!) {
    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {
      id
      ...JobRow
    }
  }
`);

const connectionTexts = { connecting: 'Connecting', live: 'Live', away: 'Gateway away' };

/** The jobs that the user searches for, as they are now. */
export function JobsPage() {
  const [text, setText] = useState('');
  const [includeFinished, setIncludeFinished] = useState(false);
  const connection = useStore(connectionState);
  // An empty list would select nothing.
  const variables = { where: { ...(text !== '' && { substr: [text] }), includeFinished } };

  // The subscription is the only one that asks: it fills the cache, at first and at every change. The query reads the cache, so that
  // what a mutation brings is seen at once, too.
  const [{ error }] = useSubscription({ query: jobsSubscription, variables });
  const [{ data }] = useQuery({ query: jobsQuery, variables, requestPolicy: 'cache-only' });

  return (
    <>
      <header>
        <h1>Jobs</h1>
        <search>
          <label>
            Name contains <input type="search" value={text} onChange={({ target }) => setText(target.value)} />
          </label>
          <label>
            <input
              type="checkbox"
              checked={includeFinished}
              onChange={({ target }) => setIncludeFinished(target.checked)}
            />
            Finished ones, too
          </label>
        </search>
        <p className="connection" data-state={connection} role="status">
          {connectionTexts[connection]}
        </p>
      </header>
      <TokenRequest />
      {error && (
        <p className="notice" role="alert">
          {explainError(error)} The page goes on asking{data && ', and shows what it knows'}.
        </p>
      )}
      {connection === 'away' && (
        <p className="notice" role="alert">
          The gateway does not answer. The page comes back by itself.
        </p>
      )}
      <main>
        {data?.jobs ? <JobsTable jobs={data.jobs} /> : !error && <p className="empty">Waiting for the jobs …</p>}
      </main>
    </>
  );
}
