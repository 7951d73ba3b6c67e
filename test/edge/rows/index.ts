import { answers } from './answers';
import { bodies } from './bodies';
import { limits } from './limits';
import type { Row } from './row';
import { sessions } from './sessions';
import { waiting } from './waiting';

export type { Expected, Measured, Row } from './row';
export { DYING } from './sessions';

/** The rows of the table, but for the last. */
export const ROWS: readonly Row[] = [...limits, ...bodies, ...waiting, ...answers, ...sessions];
