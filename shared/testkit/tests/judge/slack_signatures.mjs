// Judges the check of Slack's signatures with the verifier of Slack's own npm @slack/bolt: both say the
// same of thousands of changed requests.
//
//     npm ci
//     node slack_signatures.mjs requests.json
//
// The file has one object for each request: secret, now (in seconds), at, signature, body, and `ours`, what
// Deskbridge says. `strict` marks those that only Deskbridge may refuse: times in the future, and a second
// equals sign. Exits with 1 if any differs.

import { readFileSync } from 'node:fs';
import { isValidSlackRequest } from '@slack/bolt';

const requests = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const counts = { valid: 0, refused: 0, strict: 0, differ: 0 };

for (const { secret, now, at, signature, body, ours, strict } of requests) {
  const theirs = isValidSlackRequest({
    signingSecret: secret,
    body,
    // Bolt's receivers read the time as a number.
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(at) },
    nowMilliseconds: now * 1000,
  });
  const agrees = strict ? theirs && !ours : theirs === ours;
  if (!agrees) {
    counts.differ += 1;
    console.log(`FAILED bolt says ${theirs}: ${JSON.stringify({ now, at, signature, body, ours, strict })}`);
  } else if (strict) {
    counts.strict += 1;
  } else {
    counts[ours ? 'valid' : 'refused'] += 1;
  }
}

const { valid, refused, strict, differ } = counts;
console.log(`${valid} valid for both, ${refused} refused by both, ${strict} refused by Deskbridge alone, ${differ} differ`);
const enough = requests.length >= 10_000 && valid > 1_000 && refused > 1_000 && strict > 100;
process.exit(differ > 0 || !enough ? 1 : 0);
