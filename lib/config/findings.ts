import { type Path, pathText } from '../kube';

/** An environment file, or one that it extends, with problems. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment';

  /** @param lines all problems in file order, each as `file:line:column: path: got X, expected Y; remedy` */
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

/** A place in a file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** What is wrong with an environment. */
export class Findings {
  /** The files that it is made of: itself first, then what it extends. */
  readonly files: string[] = [];
  /** Paths of which something was said. */
  readonly paths = new Set<string>();
  private readonly all: { readonly at: Position; readonly text: string }[] = [];

  add(at: Position, path: Path, message: string): void {
    const where = pathText(path);
    this.paths.add(where);
    this.all.push({ at, text: where ? `${where}: ${message}` : message });
  }

  /** Everything in file order. */
  error(): InvalidEnvironment {
    const order = (at: Position) => (this.files.indexOf(at.file) * 1e6 + at.line) * 1e6 + at.column;
    const sorted = this.all.sort((a, b) => order(a.at) - order(b.at));
    return new InvalidEnvironment(sorted.map(({ at, text }) => `${at.file}:${at.line}:${at.column}: ${text}`));
  }
}
