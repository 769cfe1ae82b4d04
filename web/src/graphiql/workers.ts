/** Tells Monaco, GraphiQL's editor, where its workers are: bundled, and served from here. */

import type * as Monaco from 'monaco-editor';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

const WORKERS: Record<string, new () => Worker> = { graphql: GraphQLWorker, json: JsonWorker };

const environment: Monaco.Environment = {
  getWorker: (_, label) => new (WORKERS[label] ?? EditorWorker)(),
};
Object.assign(globalThis, { MonacoEnvironment: environment });
