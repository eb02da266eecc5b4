/** Where no operation answers: the path may exist for other methods, which is another mistake than a wrong path. */
import type { AdminApp } from './admin-app.ts';

/** Methods of the operations at `path`, which starts behind the base path; empty if there is none. */
export function methodsAt(app: AdminApp, path: string): string[] {
  const segments = path.split('/');
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    return isAt(definition.route.path.split('/'), segments) ? [definition.route.method.toUpperCase()] : [];
  });
}

/** `{braces}` stand for any one segment. */
const isAt = (template: readonly string[], segments: readonly string[]): boolean =>
  template.length === segments.length &&
  template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]));
