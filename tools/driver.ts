/** Prints the WebGPU driver that tests and terminal use here. Exits with 1 if there is none. */
import { openNodeDevice } from '../src/gpu/node';

try {
  const device = await openNodeDevice();
  console.log(`driver: ${device.name}`);
  device.destroy();
} catch (error) {
  console.log(`driver: none. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
