// Loaded into every Node process of a measured command: what it took is written at its end.
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const used = { megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
    writeFileSync(`${process.env.CNNVIZ_MEASURES}/${process.pid}.json`, JSON.stringify(used));
  });
}
