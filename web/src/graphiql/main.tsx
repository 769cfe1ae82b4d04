import './workers';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { EXAMPLES } from './examples';
import 'pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css';
import './graphiql.css';

const fetcher = createGraphiQLFetcher({ url: '/graphql' });

const root = document.getElementById('graphiql');
if (root === null) throw new Error('graphiql.html has no #graphiql');

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={EXAMPLES}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      <a href="/" className="wing-home">
        Win:G
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
