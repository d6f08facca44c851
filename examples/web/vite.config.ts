import { defineConfig } from 'vite';

/** The gateway that `npm run dev` passes requests on to, so that page and gateway have one origin. */
const gateway = process.env['CUEGATE_URL'] ?? 'http://127.0.0.1:8448';

export default defineConfig({
  server: { proxy: { '/graphql': gateway } },
});
