import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Puts the license that Pretendard must travel with beside the built files. */
export function fontLicense(): Plugin {
  return {
    name: 'font-license',
    apply: 'build',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'licenses/pretendard.txt',
        source: readFileSync('node_modules/pretendard/dist/LICENSE.txt', 'utf8'),
      });
    },
  };
}
