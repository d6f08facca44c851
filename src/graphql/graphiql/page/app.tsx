import { GraphiQL } from 'graphiql';
import { useMemo, useRef, useState } from 'react';

import type { PageSettings } from '../page-settings.ts';

import { createFetcher, type Verdict } from './create-fetcher.ts';
import { ExplainSwitch } from './explain-switch.tsx';
import { keepToken, recallToken } from './session-token.ts';
import { TokenField } from './token-field.tsx';

/** The page: a small header with the token, GraphiQL below. */
export function App({ settings: { needsToken, tabs } }: { readonly settings: PageSettings }) {
  const [token, setToken] = useState(recallToken);
  const [verdict, setVerdict] = useState<Verdict>('unknown');
  const current = useRef(token);
  const [isExplaining, setExplaining] = useState(false);
  const explaining = useRef(false);
  // GraphiQL asks for the schema whenever the fetcher is another, so a new token loads it anew.
  const fetcher = useMemo(
    () =>
      createFetcher({
        token,
        isExplaining: () => explaining.current,
        onVerdict: (found) => {
          // A late answer says nothing about a token that was entered since.
          if (current.current === token) setVerdict(found);
        },
      }),
    [token],
  );
  const changeToken = (entered: string) => {
    current.current = entered;
    keepToken(entered);
    setVerdict('unknown');
    setToken(entered);
  };
  const changeExplaining = (isOn: boolean) => {
    explaining.current = isOn;
    setExplaining(isOn);
  };
  // With null, GraphiQL does not ask: without a token it would be refused, twice.
  const schema = needsToken && token === '' ? { schema: null } : {};
  return (
    <>
      <header className="bar">
        <h1 className="bar-name">cuegate</h1>
        <ExplainSwitch isOn={isExplaining} onChange={changeExplaining} />
        {needsToken && <TokenField token={token} verdict={verdict} onChange={changeToken} />}
      </header>
      <main className="graphiql-place">
        <GraphiQL
          fetcher={fetcher}
          {...schema}
          defaultTabs={tabs.map(({ query, variables = null }) => ({ query, variables }))}
          defaultQuery=""
          // Tokens belong into the field above: what is typed as a header may end up in the browser's storage.
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
