import { GraphiQL } from 'graphiql';
import { type ComponentProps, useMemo, useRef, useState } from 'react';

import type { Verdict } from '../../web-pages/page/gateway-client.ts';
import type { Session } from '../../web-pages/page/login/create-session.ts';
import { keepToken, recallToken } from '../../web-pages/page/session-storage.ts';
import type { PageStart } from '../../web-pages/page/start-page.ts';

import type { PageSettings } from '../page-settings.ts';

import { createFetcher } from './create-fetcher.ts';
import { CredentialsBar } from './credentials-bar.tsx';
import { type Explanation, ExplanationTable } from './explanation-table.tsx';
import { ExplainSwitch } from './explain-switch.tsx';
import { SuggestVariables } from './suggest-variables.tsx';

/** It wants the error objects of graphql-js, where ours come from JSON; it does nothing with them but print them. */
type Fetcher = ComponentProps<typeof GraphiQL>['fetcher'];

interface AppProps {
  readonly settings: PageSettings;
  readonly start: PageStart;
}

/** Whoever the page speaks for; another one is another object. */
interface Bearer {
  readonly session: Session | undefined;
  /** Entered by hand; empty: none. */
  readonly token: string;
}

/** Asks for something that the user did not ask for, so nothing is told of how it went. */
async function askQuietly({ session, token }: Bearer, query: string): Promise<unknown> {
  const ignore = () => undefined;
  const fetchOnce = createFetcher({
    token: () => session?.token() ?? Promise.resolve(token),
    isExplaining: () => false,
    onExplained: ignore,
    onVerdict: ignore,
  });
  return ((await fetchOnce({ query })) as { readonly data?: unknown }).data;
}

/** The page: a small header with who is there, GraphiQL below. */
export function App({ settings: { needsToken, login, tabs, hasFarmPage }, start }: AppProps) {
  const [bearer, setBearer] = useState<Bearer>(() => ({
    session: start.session,
    token: start.session === undefined ? recallToken() : '',
  }));
  const [verdict, setVerdict] = useState<Verdict>('unknown');
  const [problem, setProblem] = useState(start.problem ?? '');
  const current = useRef(bearer);
  const [isExplaining, setExplaining] = useState(false);
  const explaining = useRef(false);
  const [explanation, setExplanation] = useState<Explanation>();
  // GraphiQL asks for the schema whenever the fetcher is another, so a new token loads it anew.
  const fetcher = useMemo(
    () =>
      createFetcher({
        token: () => bearer.session?.token() ?? Promise.resolve(bearer.token),
        isExplaining: () => explaining.current,
        onExplained: setExplanation,
        onVerdict: (found, isAsked) => {
          // A late answer says nothing about a token that was entered since.
          if (current.current !== bearer) return;
          setVerdict(found);
          if (isAsked) setProblem('');
        },
      }),
    [bearer],
  );
  const changeToken = (token: string) => {
    const entered: Bearer = { session: undefined, token };
    current.current = entered;
    keepToken(token);
    setVerdict('unknown');
    setBearer(entered);
  };
  const changeExplaining = (isOn: boolean) => {
    explaining.current = isOn;
    setExplaining(isOn);
    if (!isOn) setExplanation(undefined);
  };
  // With null, GraphiQL does not ask: without a token it would be refused, twice.
  const isNobody = bearer.session === undefined && bearer.token === '';
  const isWelcome = !needsToken || verdict === 'accepted';
  const ask = useMemo(
    () => (isWelcome ? (query: string) => askQuietly(bearer, query) : undefined),
    [bearer, isWelcome],
  );
  const schema = needsToken && isNobody ? { schema: null } : {};
  return (
    <>
      <header className="bar">
        <h1 className="bar-name">cuegate</h1>
        {hasFarmPage && (
          <a className="bar-link" href="farm">
            Farm
          </a>
        )}
        <ExplainSwitch isOn={isExplaining} onChange={changeExplaining} />
        {needsToken && (
          <CredentialsBar
            login={login}
            problem={problem}
            {...bearer}
            verdict={verdict}
            onProblem={setProblem}
            onToken={changeToken}
            onLoggedOut={() => changeToken('')}
          />
        )}
      </header>
      <main className="graphiql-place">
        <GraphiQL
          fetcher={fetcher as unknown as Fetcher}
          {...schema}
          defaultTabs={tabs.map(({ query, variables = null }) => ({ query, variables }))}
          defaultQuery=""
          // Tokens belong into the field above: what is typed as a header may end up in the browser's storage.
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <SuggestVariables tabs={tabs} ask={ask} />
          </GraphiQL.Logo>
          {explanation !== undefined && (
            <GraphiQL.Footer>
              <ExplanationTable {...explanation} />
            </GraphiQL.Footer>
          )}
        </GraphiQL>
      </main>
    </>
  );
}
