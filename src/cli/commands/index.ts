/** Commands of the terminal, in the order of `lab help`. To add one, add its record here. */
import type { Command } from '../command';
import { compare } from './compare';
import { curate } from './curate';
import { data, verify } from './data';
import { evaluate } from './evaluate';
import { inspect } from './inspect';
import { mixture } from './mixture';
import { probe } from './probe';
import { reproduce } from './reproduce';
import { runs } from './runs';
import { sample } from './sample';
import { score } from './score';
import { train } from './train';
import { transfer } from './transfer';
import { whatIf } from './whatIf';

export const commands: readonly Command[] = [
  ...[train, runs, sample, evaluate, compare, transfer, inspect, score, whatIf],
  ...[curate, mixture, data, verify, reproduce, probe],
];
