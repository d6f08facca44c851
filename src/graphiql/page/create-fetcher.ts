import { type DocumentNode, getOperationAST } from 'graphql';

import {
  createGatewayClient,
  type GatewayClientOptions,
  type GraphqlParams,
} from '../../web-pages/page/gateway-client.ts';

/** What GraphiQL tells beside a request. */
interface FetcherOptions {
  readonly documentAST?: DocumentNode | undefined;
}

/** How requests are sent. */
export interface CreateFetcherOptions extends Pick<GatewayClientOptions, 'token' | 'onVerdict'> {
  /** Whether answers shall tell which calls they took; asked for every request. */
  readonly isExplaining: () => boolean;
}

/** Sends GraphiQL's requests to the address that the page itself came from, subscriptions among them. */
export function createFetcher({ token, isExplaining, onVerdict }: CreateFetcherOptions) {
  const client = createGatewayClient({
    endpoint: location.pathname,
    token,
    extensions: () => (isExplaining() ? { explain: true } : undefined),
    onVerdict,
  });
  return (params: GraphqlParams, { documentAST }: FetcherOptions = {}) => {
    const operation = documentAST && getOperationAST(documentAST, params.operationName);
    return operation?.operation === 'subscription'
      ? client.follow(params)
      : client.ask(params, params.operationName !== 'IntrospectionQuery');
  };
}
