// One of many that want a lock: takes it again and again, and says when somebody else was in there too.
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [folder, dist, times] = process.argv.slice(2);
const { withFileLock } = await import(join(dist, 'lock/file-lock.js'));
const inside = join(folder, 'inside');
const options = { path: join(folder, '.lock'), advice: '', onHeld: () => pause(Math.random() * 4) };

for (let done = 0; done < Number(times); ) {
  try {
    await withFileLock(options, async (lock) => {
      // Whoever died in here has left it; whoever is in here too has the lock as well.
      await lock.check();
      const file = await open(inside, 'wx').catch(() => undefined);
      if (file === undefined) console.log('crowded');
      await file?.close();
      await pause(Math.random() * 3);
      await rm(inside, { force: true });
      await lock.check();
    });
    done++;
    console.log('done');
  } catch (error) {
    console.log(error.name === 'LockLost' ? 'lost' : `failed: ${error.stack}`);
  }
}
