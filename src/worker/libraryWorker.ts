/** Worker for the stored runs. It is not the one that trains: a step on the CPU would delay each of its reads. */
import '../jitless';
import '../re2';
import { expose } from 'comlink';
import { fileOfRuns } from './fileOfRuns';
import { Library } from './library';
import { openPlace } from './place';

expose(new Library({ place: openPlace, blobAt: fileOfRuns }));
