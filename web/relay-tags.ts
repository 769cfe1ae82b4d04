import type { Plugin } from 'vite';

const TAG = /\bgraphql`[^`]*?\b(?:query|mutation|subscription|fragment)\s+(\w+)[^`]*`/g;

/**
 * Replaces each graphql`…` tag by an import of what relay-compiler made of it.
 *
 * Relay's own transform is a Babel plugin; Vite 8 has no Babel, and one regular expression is
 * enough because the compiler allows exactly one definition a tag.
 */
export function relayTags(artifacts: string): Plugin {
  return {
    name: 'relay-tags',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: 'graphql`' },
      handler(code) {
        const names = new Set<string>();
        const body = code.replace(TAG, (tag, name: string) => {
          names.add(name);
          // Line breaks are kept so that a stack trace still points at the right line.
          return `relay_${name}${tag.replace(/[^\n]/g, '')}`;
        });
        const imports = [...names].map(
          (name) => `import relay_${name} from '${artifacts}/${name}.graphql';`,
        );
        return { code: `${imports.join(' ')} ${body}`, map: null };
      },
    },
  };
}
