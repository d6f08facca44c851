import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';

import { createGatewayClient } from './gateway/create-gateway-client.ts';
import { JobsPage } from './jobs/jobs-page.tsx';

import './page.css';

/** Where the gateway is; the page's own origin unless the build says otherwise. */
const gatewayUrl = new URL('/graphql', import.meta.env['VITE_CUEGATE_URL'] ?? location.origin).href;

createRoot(document.getElementById('page')!).render(
  <Provider value={createGatewayClient(gatewayUrl)}>
    <JobsPage />
  </Provider>,
);
