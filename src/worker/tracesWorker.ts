/** Worker for the Traces view: it reads and searches all rollouts of the run on screen, so that neither page nor training waits. */
import '../jitless';
import '../re2';
import { expose } from 'comlink';
import { openBrowserDevice } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { TraceInspector } from './inspectTrace';
import { openPlace } from './place';
import { Traces } from './traces';

expose(new Traces(openPlace, new TraceInspector({ openGpu: openBrowserDevice, openCpu: openCpuDevice })));
