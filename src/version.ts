/** Version of the lab, as package.json has it. Any room may import this file. */
import { version } from '../package.json';

export const LAB_VERSION: string = version;
