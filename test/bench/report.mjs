// What `npm run bench` prints: a table in a terminal, or the tables of docs/speed.md.

export function times(ratio) {
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)}×`;
}

const digitsOf = (ms) => (ms < 10 ? 2 : 1);
const best = ({ best: ms }) => ms.toFixed(digitsOf(ms));

/** GFLOP/s of a convolution, nanoseconds a value of an element-wise layer. */
function rateOf({ gflops, nsAValue }) {
  if (nsAValue !== undefined) return `${nsAValue.toFixed(1)} ns a value`;
  return gflops?.toFixed(1) ?? '';
}

function goalOf({ goal, goalNs }) {
  return [goal === null ? [] : `≥ ${times(goal)}`, goalNs === undefined ? [] : `≤ ${goalNs} ns`].flat().join(', ');
}

function ending(regressions, wrong) {
  const told =
    regressions.length === 0 ? ['no regression against the recorded table'] : ['REGRESSIONS', ...regressions];
  return [...told, ...(wrong.length === 0 ? [] : ['', 'WRONG', ...wrong])].join('\n');
}

const COLUMNS = [36, 30, 16, 24, 30, 18, 0];

export function tableReport(machine, command) {
  const print = (texts) =>
    console.log(
      texts
        .map((text, c) => String(text).padEnd(COLUMNS[c]))
        .join('')
        .trimEnd(),
    );
  const show = ({ best, median, p10, p90 }) => {
    const [b, m, lo, hi] = [best, median, p10, p90].map((ms) => ms.toFixed(digitsOf(median)));
    return `${b}, ${m} (${lo}–${hi})`;
  };
  console.log(`${machineWords(machine)}\n${command}`);
  console.log(
    'milliseconds: best, median (p10–p90) · ratio: how many times faster than the peer, by best and by median\n',
  );
  print(['case', 'cnnviz', 'GFLOP/s', 'peer', 'its time', 'ratio', 'goal']);
  return {
    skip: (name, peer, why) => print([name, '', '', peer, `skipped: ${why}`, '', '']),
    row: (row) => {
      const { name, peer, own, other, ratio, reached, difference } = row;
      const same = difference === null ? '' : `   differs by ${difference.toExponential(1)}`;
      const verdict = `${goalOf(row)}: ${reached ? 'reached' : 'MISSED'}${same}`;
      const both = `${times(ratio.best)}, ${times(ratio.median)}`;
      print([name, show(own), rateOf(row), peer, show(other), both, verdict]);
    },
    end: (_, summary, regressions, wrong) => {
      if (summary.length > 0) console.log('');
      for (const { what, value, goal } of summary) {
        const verdict = goal === null ? '' : `   ≥ ${times(goal)}: ${value >= goal ? 'reached' : 'MISSED'}`;
        console.log(`${what}: ${times(value)}${verdict}`);
      }
      console.log(`\n${ending(regressions, wrong)}`);
    },
  };
}

function machineWords({ cpu, cores, node, platform }) {
  return `${cpu}, ${cores} cores, node ${node}, ${platform}`;
}

/** A ratio as it stands in a page: one that is behind is in bold. */
const said = (ratio) => (ratio < 1 ? `**${times(ratio)}**` : times(ratio));

export function markdownReport(machine, command) {
  const print = (texts) => console.log(`| ${texts.join(' | ')} |`);
  const title = (texts) => {
    console.log('');
    print(texts);
    print(texts.map(() => '---'));
  };
  let isOpen = false;
  console.log(`The machine: ${machineWords(machine)}. The command: \`${command}\`.`);
  console.log('Times are the best of interleaved runs. Where a ratio is in bold, the peer is faster.');
  return {
    skip: (name, peer, why) => console.log(`\n${[name, peer].filter(Boolean).join(' against ')}: left out, ${why}`),
    row: (row) => {
      if (row.network !== undefined) return;
      if (!isOpen) title(['case', 'cnnviz, ms', 'GFLOP/s', 'peer', 'its time, ms', 'cnnviz is faster by']);
      isOpen = true;
      print([row.name, best(row.own), rateOf(row), row.peer, best(row.other), said(row.ratio.best)]);
    },
    end: (rows, summary, regressions, wrong) => {
      const networks = [...new Set(rows.flatMap(({ network }) => network ?? []))];
      const peers = [...new Set(rows.filter(({ network }) => network !== undefined).map(({ peer }) => peer))];
      if (networks.length > 0) {
        title(['network', 'cnnviz, ms', 'GFLOP/s', ...peers.flatMap((peer) => [`${peer}, ms`, 'faster by'])]);
        for (const name of networks) {
          const own = rows.filter(({ network }) => network === name);
          const cells = peers.flatMap((peer) => {
            const row = own.find((one) => one.peer === peer);
            return row ? [best(row.other), said(row.ratio.best)] : ['', ''];
          });
          print([name, best(own[0].own), rateOf(own[0]), ...cells]);
        }
        console.log('');
        for (const { what, value } of summary) console.log(`- ${what}: ${said(value)}`);
      }
      // what is no part of the page
      console.error(`\n${ending(regressions, wrong)}`);
    },
  };
}
