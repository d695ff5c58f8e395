/** Prints the WebGPU driver that the tests and the terminal use here. Exits with 1 where there is none. */
import { openNodeDevice } from '../src/gpu/node';

try {
  const device = await openNodeDevice();
  console.log(`driver: ${device.name}`);
  device.destroy();
} catch (error) {
  console.log(`driver: none. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
