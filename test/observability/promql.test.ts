import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import { Parser } from '@prometheus-io/codemirror-promql/dist/cjs/parser/parser';
import { monitor } from './support';

const TIMEOUT = 10_000;

/** What is wrong with an expression by Prometheus' own type rules. */
function faults(expr: string): string[] {
  const state = EditorState.create({ doc: expr, extensions: [promQLLanguage(LanguageType.PromQL)] });
  // an editor parses for twenty milliseconds at first, which a busy machine may not be able to
  if (!ensureSyntaxTree(state, expr.length, TIMEOUT)) throw new Error('not parsed in time');
  const parser = new Parser(state.update({}).state);
  parser.analyze();
  return parser.getDiagnostics().map(({ message }) => message);
}

test.each(monitor().rules)('$alert is sound PromQL', ({ expr }) => {
  expect(faults(expr)).toEqual([]);
});

test.each([
  ['rate(up)', /expected type matrix in call to function "rate"/],
  ['up[5m] > 1', /binary expression must contain only scalar and instant vector types/],
  ['1 == 2', /comparisons between scalars must use BOOL modifier/],
  ['rate(up[5m], 1)', /expected 1 argument/],
  ['sum by (job (up)', /unexpected/],
])('the checker finds the fault in %s', (expr, message) => {
  expect(faults(expr).join()).toMatch(message);
});
