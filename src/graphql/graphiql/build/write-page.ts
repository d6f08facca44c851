import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { builtPage } from '../read-page.ts';

import { bundlePage } from './bundle-page.ts';

// A step of `npm run build`, run from `dist`: production has no devDependencies to make the page from.
const files = await bundlePage();
rmSync(builtPage, { recursive: true, force: true });
mkdirSync(builtPage, { recursive: true });
for (const { name, body } of files) writeFileSync(`${builtPage}${name}`, body);
