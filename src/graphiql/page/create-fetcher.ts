import { type DocumentNode, getOperationAST } from 'graphql';

import {
  createGatewayClient,
  type GatewayClientOptions,
  type GraphqlParams,
} from '../../web-pages/page/gateway-client.ts';

import type { Explanation } from './explanation-table.tsx';

/** What GraphiQL tells beside a request. */
interface FetcherOptions {
  readonly documentAST?: DocumentNode | undefined;
}

/** How requests are sent. */
export interface CreateFetcherOptions extends Pick<GatewayClientOptions, 'token' | 'onVerdict'> {
  /** Whether answers shall tell which calls they took; asked for every request. */
  readonly isExplaining: () => boolean;
  /** Told of each answer that the user asked for, with which calls it took; undefined: it does not tell. */
  readonly onExplained: (explanation: Explanation | undefined) => void;
}

/** Sends GraphiQL's requests to the address that the page itself came from, subscriptions among them. */
export function createFetcher({ token, isExplaining, onExplained, onVerdict }: CreateFetcherOptions) {
  const client = createGatewayClient({
    endpoint: location.pathname,
    token,
    extensions: () => (isExplaining() ? { explain: true } : undefined),
    onVerdict,
    onResult: ({ extensions }, isAsked) => {
      if (isAsked) onExplained(extensions?.explain as Explanation | undefined);
    },
  });
  return (params: GraphqlParams, { documentAST }: FetcherOptions = {}) => {
    const operation = documentAST && getOperationAST(documentAST, params.operationName);
    return operation?.operation === 'subscription'
      ? client.follow(params)
      : client.ask(params, params.operationName !== 'IntrospectionQuery');
  };
}
