// Downloads a file as one machine among several: argv are the address, the size, the sha256, the path, the built program.
import { join } from 'node:path';

const [address, bytes, sha256, path, dist] = process.argv.slice(2);
const { download } = await import(join(dist, 'fetch/download.js'));
try {
  await download({
    name: 'net',
    addresses: [address],
    bytes: Number(bytes),
    sha256,
    path,
    environment: {},
    patience: 1,
  });
  console.log('done');
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
}
