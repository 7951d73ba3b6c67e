import { AGENT, EDGE, eventually, kubectl, script } from './kubernetes';

/** How long it lasts. */
export const SECONDS = 90;
const FILE = '/tmp/events.json';
const sh = (...command: readonly string[]) => kubectl(['exec', '-n', EDGE, 'client', '--', 'sh', '-c', ...command]);

/** Begins to read a stream of events in the client's pod, unless that has begun: it lasts beyond the tests of one file. */
export function beginStream(): void {
  sh(`[ -e ${FILE} ] || python3 -c "$0" "$@" >${FILE} 2>&1 </dev/null &`, script('events.py'), AGENT, String(SECONDS));
}

/** Waits for its end, and gives what came. */
export async function endOfStream(): Promise<unknown> {
  beginStream();
  await eventually(SECONDS + 60, () => (sh(`cat ${FILE}`) ? [] : ['the end of the stream']));
  return JSON.parse(sh(`cat ${FILE}; rm ${FILE}`));
}
