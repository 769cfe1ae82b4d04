import 'graphiql/setup-workers/vite';
