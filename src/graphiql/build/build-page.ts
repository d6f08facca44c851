import { writePage } from '../../http/page-files.ts';

import { builtGraphiql } from '../create-graphiql-page.ts';
import { bundleGraphiql } from './bundle-graphiql.ts';

// A step of `npm run build`, run from `dist`: production has no devDependencies to make the page from.
writePage(builtGraphiql, await bundleGraphiql());
