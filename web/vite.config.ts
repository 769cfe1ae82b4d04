import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { fontLicense } from './font-license.ts';
import { relayTags } from './relay-tags.ts';

const router = process.env.WING_ROUTER ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [relayTags('/src/__generated__'), react(), tailwindcss(), fontLicense()],
  optimizeDeps: {
    // What only a worker of GraphiQL imports; Vite does not look for it there.
    include: [
      'graphql',
      'monaco-graphql > picomatch-browser',
      'monaco-graphql > graphql-language-service',
    ],
  },
  server: {
    proxy: { '/graphql': router },
  },
  build: {
    // Nothing becomes a data: URL, so the Content-Security-Policy can stay at 'self'.
    assetsInlineLimit: 0,
    // Monaco, on the developers' page only, is one large chunk by nature.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: ['index.html', 'graphiql.html'],
      onLog(level, log, print) {
        // React's compiler marks its output with directives, which mean nothing once bundled.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') print(level, log);
      },
    },
  },
  worker: { format: 'es' },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
