import { Fragment as _Fragment, jsx as _jsx, jsxs as _jsxs } from 'react/jsx-runtime';
import { GraphiQL } from 'graphiql';
import { useMemo, useRef, useState } from 'react';
import { createFetcher } from './create-fetcher.ts';
import { CredentialsBar } from './credentials-bar.tsx';
import { ExplainSwitch } from './explain-switch.tsx';
import { keepToken, recallToken } from './session-token.ts';
/** The page: a small header with who is there, GraphiQL below. */
export function App({ settings: { needsToken, login, tabs }, start }) {
  const [bearer, setBearer] = useState(() => ({
    session: start.session,
    token: start.session === undefined ? recallToken() : '',
  }));
  const [verdict, setVerdict] = useState('unknown');
  const [problem, setProblem] = useState(start.problem ?? '');
  const current = useRef(bearer);
  const [isExplaining, setExplaining] = useState(false);
  const explaining = useRef(false);
  // GraphiQL asks for the schema whenever the fetcher is another, so a new token loads it anew.
  const fetcher = useMemo(
    () =>
      createFetcher({
        token: () => bearer.session?.token() ?? Promise.resolve(bearer.token),
        isExplaining: () => explaining.current,
        onVerdict: (found, isAsked) => {
          // A late answer says nothing about a token that was entered since.
          if (current.current !== bearer) return;
          setVerdict(found);
          if (isAsked) setProblem('');
        },
      }),
    [bearer],
  );
  const changeToken = (token) => {
    const entered = { session: undefined, token };
    current.current = entered;
    keepToken(token);
    setVerdict('unknown');
    setBearer(entered);
  };
  const changeExplaining = (isOn) => {
    explaining.current = isOn;
    setExplaining(isOn);
  };
  // With null, GraphiQL does not ask: without a token it would be refused, twice.
  const isNobody = bearer.session === undefined && bearer.token === '';
  const schema = needsToken && isNobody ? { schema: null } : {};
  return _jsxs(_Fragment, {
    children: [
      _jsxs('header', {
        className: 'bar',
        children: [
          _jsx('h1', { className: 'bar-name', children: 'cuegate' }),
          _jsx(ExplainSwitch, { isOn: isExplaining, onChange: changeExplaining }),
          needsToken &&
            _jsx(CredentialsBar, {
              login: login,
              problem: problem,
              ...bearer,
              verdict: verdict,
              onProblem: setProblem,
              onToken: changeToken,
              onLoggedOut: () => changeToken(''),
            }),
        ],
      }),
      _jsx('main', {
        className: 'graphiql-place',
        children: _jsx(GraphiQL, {
          fetcher: fetcher,
          ...schema,
          defaultTabs: tabs.map(({ query, variables = null }) => ({ query, variables })),
          defaultQuery: '',
          // Tokens belong into the field above: what is typed as a header may end up in the browser's storage.
          isHeadersEditorEnabled: false,
          shouldPersistHeaders: false,
          showPersistHeadersSettings: false,
          children: _jsx(GraphiQL.Logo, { children: _jsx('span', {}) }),
        }),
      }),
    ],
  });
}
