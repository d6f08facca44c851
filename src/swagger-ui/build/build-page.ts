import { writePage } from '../../http/page-files.ts';

import { builtPage } from '../create-swagger-ui-page.ts';
import { bundlePage } from './bundle-page.ts';

// A step of `npm run build`, run from `dist`: production has no devDependencies to make the page from.
writePage(builtPage, await bundlePage());
